"""MIMIC-IV to FHIR and MEDS: our night beside MIMIC_IV_MEDS on the same files, in CPU-seconds and in clinical facts.

Ours makes complete FHIR tables and a complete MEDS data set, with rules, digests and quarantine on; the peer makes MEDS
only. Processes are counted whole, with all their children, start and imports included.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from bench import mimic4_peer
from bench.json_line import command, finish, say
from bench.measure import Cost, noise
from bench.mimic4_facts import kinds, lines, said_kinds
from bench.mimic4_maps import write_maps
from bench.night import REGISTRY, Hospital, manifest
from bench.place import workplace

KEYS = ("cpu_ratio", "events", "peer_events", "codes", "peer_codes")


@dataclass(frozen=True)
class Mimic(Hospital):
    """A hospital whose inbox is the data set itself; `gate`: all steps of the product, else those of the etl room."""

    tables: Path = Path()
    maps: Path | None = None
    gate: bool = False

    def configure(self) -> Path:
        file = super().configure()
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
        source = {"mapping": "mimic4", "path": str(self.tables.resolve()), "delivery": "full", "settle_s": 0}
        source |= {"maps": str(self.maps.resolve())} if self.maps else {}
        said["nightly"]["sources"] = {"mimic4": {"uses": "etl.sources.tables:Tables", "with": source}}
        if self.gate:
            own = yaml.safe_load(REGISTRY.read_text(encoding="utf-8"))["nightly"]
            said["nightly"] |= {kind: own.get(kind, {}) for kind in ("steps", "summaries", "checks")}
        file.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
        return file


def night(hospital: Mimic, what: str) -> Cost:
    cost = hospital.run()
    made = manifest(hospital.snapshot())
    rows = {name: part["rows"] for name, part in made["tables"].items()}
    parts = {name: round(part["cpu_seconds"], 2) for name, part in made.get("parts", {}).items()}
    fhir = sum(count for name, count in rows.items() if name.startswith("phi/fhir/"))
    say(f"{what}: {cost.cpu_s:.1f} CPU-s, {cost.peak_mb:.0f} MB; {fhir} resources, {rows['phi/timeline']} events; "
        f"{rows.get('phi/quarantine', 0)} quarantined; {parts}")  # fmt: skip
    return cost


def rows(hospital: Mimic, table: str) -> int:
    said: Mapping[str, Any] = manifest(hospital.snapshot())["tables"]
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
            mine = Mimic(place / f"night_{turn}", tables=source, maps=maps)
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
            whole = night(Mimic(place / "gate", tables=source, maps=maps, gate=True), "night with the gate")
            say(f"with the gate the ratio is {noise(theirs).median / whole.cpu_s:.2f}" if theirs else "no peer")
    finish(KEYS, values)


def print_facts(mine: Mimic, data: Path) -> None:
    for line in lines(kinds(mine.snapshot().folder, data, said_kinds())):
        say(line)


if __name__ == "__main__":
    command(main)
