"""MIMIC-IV to FHIR and MEDS: our night beside MIMIC_IV_MEDS on the same files, in CPU-seconds and in clinical facts.

Ours makes complete FHIR tables and a complete MEDS data set, with rules, digests and quarantine on; the peer makes MEDS
only. Processes are counted whole, with all their children, start and imports included.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import mimic4_peer
from bench.json_line import command, finish, say
from bench.measure import Cost, noise
from bench.mimic4_facts import kinds, lines, said_kinds
from bench.mimic4_maps import write_maps
from bench.night import Hospital, manifest
from bench.place import workplace

KEYS = ("cpu_ratio", "events", "peer_events", "codes", "peer_codes")


def hospital(folder: Path, tables: Path, maps: Path | None, gate: bool = False) -> Hospital:
    """One whose inbox is the data set itself."""
    said: dict[str, Any] = {"mapping": "mimic4", "path": str(tables.resolve())}
    said |= {"maps": str(maps.resolve())} if maps else {}
    return Hospital(folder, sources={"mimic4": said}, gate=gate)


def night(ours: Hospital, what: str) -> Cost:
    cost = ours.run()
    made = manifest(ours.snapshot())
    rows = {name: part["rows"] for name, part in made["tables"].items()}
    parts = {name: round(part["cpu_seconds"], 2) for name, part in made.get("parts", {}).items()}
    fhir = sum(count for name, count in rows.items() if name.startswith("phi/fhir/"))
    say(f"{what}: {cost.cpu_s:.1f} CPU-s, {cost.peak_mb:.0f} MB; {fhir} resources, {rows['phi/timeline']} events; "
        f"{rows.get('phi/quarantine', 0)} quarantined; {parts}")  # fmt: skip
    return cost


def rows(ours: Hospital, table: str) -> int:
    said: Mapping[str, Any] = manifest(ours.snapshot())["tables"]
    return int(said[table]["rows"])


def main(
    source: Annotated[Path, typer.Option("--input", help="Folder with hosp/ and icu/ (and derived/, note/, ed/).")],
    concept_maps: Annotated[
        Path | None, typer.Option(help="Folder of concept maps: itemid to LOINC and others.")
    ] = None,
    peer: Annotated[bool, typer.Option(help="Run MIMIC_IV_MEDS beside our night, and compare facts.")] = True,
    gate: Annotated[
        bool, typer.Option(help="Run a second night with de-identification, and say what it costs.")
    ] = True,
    repeats: Annotated[int, typer.Option(help="Runs of each, by turns; the median counts.")] = 1,
    work: Annotated[Path | None, typer.Option(help="Folder for the peer, lakes and logs; kept.")] = None,
) -> None:
    """CPU-seconds of the peer over ours; events and codes of both; on stderr, facts that only one side has.

    Example: python -m bench.mimic4 --input mimic4_demo --concept-maps mimic4_concept_maps --work /fast/disk/bench
    """
    values: dict[str, object] = dict.fromkeys(KEYS)
    with workplace("mimic4", work) as place:
        maps = place / "maps" if concept_maps else None
        if concept_maps and maps:
            say(f"concept maps: {write_maps(concept_maps, maps)}")
        home = mimic4_peer.install(work.resolve() if work else place) if peer else None
        tables = mimic4_peer.prepare(source, concept_maps, place / "peer_input") if home else None
        ours, theirs = [], []
        for turn in range(repeats):
            mine = hospital(place / f"night_{turn}", source, maps)
            ours.append(night(mine, "night without the gate").cpu_s)
            if home and tables:
                done = mimic4_peer.extract(tables, home, place / f"peer_{turn}")
                say(f"MIMIC_IV_MEDS: {done.cost.cpu_s:.1f} CPU-s, {done.cost.peak_mb:.0f} MB")
                theirs.append(done.cost.cpu_s)
                values |= {"peer_events": done.events, "peer_codes": done.codes}
        values |= {"events": rows(mine, "phi/timeline"), "codes": rows(mine, "phi/timeline_codes")}
        if theirs:
            values["cpu_ratio"] = round(noise(theirs).median / noise(ours).median, 2)
            print_facts(mine, done.data)
        if gate:
            whole = night(hospital(place / "gate", source, maps, gate=True), "night with the gate")
            say(f"with the gate the ratio is {noise(theirs).median / whole.cpu_s:.2f}" if theirs else "no peer")
    finish(KEYS, values)


def print_facts(mine: Hospital, data: Path) -> None:
    for line in lines(kinds(mine.snapshot().folder, data, said_kinds())):
        say(line)


if __name__ == "__main__":
    command(main)
