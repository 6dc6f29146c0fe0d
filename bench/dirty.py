"""Is a good row ever lost, a bad one ever let through? Spoils 5 % of the cells in 10 ways and counts line by line."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.parquet as pq
import typer
import yaml

from bench.copies import copy_folder
from bench.json_line import command, finish, say
from bench.measure import measure
from bench.night import Hospital
from bench.place import workplace
from bench.spoil import Truth, spoil_folder
from contract.errors import ConfigError
from store.snapshot import Snapshot

KEYS = ("aborts", "good_lost", "bad", "quarantined", "lines_right")
SPEC = Path(__file__).with_name("dirty_spec.yaml")
FROZEN = "bf9a7790331e5d4e1173d432d2e3f680d0141edefc16c04cf92f265765d7841f"

Place = tuple[str, int]
"""A file's name and a line in it, from 1."""


@dataclass(frozen=True)
class Outcome:
    """Where the lake has the lines: kept in phi/fhir, rejected in phi/quarantine with the rules they broke."""

    kept: frozenset[Place] = frozenset()
    rejected: Mapping[Place, frozenset[str]] = field(default_factory=dict)
    aborts: int = 0


def read_spec() -> dict[str, Any]:
    content = SPEC.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != FROZEN:
        raise ConfigError(
            f"{SPEC.name} is not the frozen specification: its sha256 is {found[:12]}..., expected {FROZEN[:12]}... "
            "Restore it; a specification that is meant to change is recorded in bench/dirty.py with its reason."
        )
    loaded: dict[str, Any] = yaml.safe_load(content)
    return loaded


def outcome(snapshot: Snapshot, untouched: Collection[str] = ()) -> Outcome:
    """What became of every line, but those of tables that were left `untouched`."""
    kept: set[Place] = set()
    for table in snapshot.tables():
        if table.startswith("phi/fhir/"):
            kept.update(
                place for rows in _rows(snapshot, table) for place in _places(rows, "source_file", "source_line")
            )
    rejected: dict[Place, set[str]] = {}
    for rows in _rows(snapshot, "phi/quarantine"):
        for place, rule in zip(_places(rows, "file", "line"), rows["rule"].to_pylist(), strict=True):
            if Path(place[0]).stem not in untouched:
                rejected.setdefault(place, set()).add(rule)
    return Outcome(frozenset(kept), {place: frozenset(rules) for place, rules in rejected.items()})


def _rows(snapshot: Snapshot, table: str) -> Iterator[pa.Table]:
    wanted = {"source_file", "source_line", "file", "line", "rule"}
    for path in snapshot.paths(table):
        file = pq.ParquetFile(path)
        yield file.read(columns=[name for name in file.schema_arrow.names if name in wanted])


def _places(rows: pa.Table, file: str, line: str) -> list[Place]:
    if file not in rows.column_names:
        return []
    pairs = zip(rows[file].to_pylist(), rows[line].to_pylist(), strict=True)
    return [(Path(name or "").name, int(number or 0)) for name, number in pairs]


def lost(truth: Truth, found: Outcome) -> list[Place]:
    """Good lines of which no twin is in the lake: lines of one file with the same text are the same row."""
    good = truth.good()
    there = {(place[0], text) for place, text in good.items() if place in found.kept}
    return [place for place, text in good.items() if (place[0], text) not in there]


def values(truth: Truth, found: Outcome) -> dict[str, object]:
    bad = truth.bad()
    return {
        "aborts": found.aborts,
        "good_lost": len(lost(truth, found)),
        "bad": len(bad),
        "quarantined": len(found.rejected),
        "lines_right": sum(place in found.rejected for place in bad),
    }


def explain(truth: Truth, found: Outcome) -> None:
    """By way and by file, what went wrong: counts and rules, no rows."""
    right: dict[str, Counter[bool]] = {}
    rules: dict[str, Counter[str]] = {}
    for place, ways in truth.bad().items():
        for way in ways:
            right.setdefault(way, Counter())[place in found.rejected] += 1
            rules.setdefault(way, Counter()).update(found.rejected.get(place, ()))
    for way, counts in sorted(right.items()):
        seen = ", ".join(f"{rule} {count}" for rule, count in rules[way].most_common(4))
        say(f"  {way}: {counts[True]} of {counts.total()} quarantined in place ({seen})")
    good, bad = truth.good(), truth.bad()
    wrongly = [place for place in found.rejected if place in good]
    elsewhere = [place for place in found.rejected if place not in truth.lines]
    passed = [place for place in bad if place in found.kept]
    for what, places in (
        ("good rows wrongly quarantined", wrongly),
        ("good rows lost", lost(truth, found)),
        ("quarantined at a place that is no row", elsewhere),
        ("bad rows let into the lake", passed),
    ):
        by_file = ", ".join(f"{name} {count}" for name, count in Counter(file for file, _ in places).most_common())
        say(f"  {what}: {len(places)} ({by_file or 'none'})")


def night(tables: Path, work: Path, untouched: Collection[str]) -> Outcome:
    """One night over the spoiled tables; a night that ends early is an abort, not the end of the bench."""
    hospital = Hospital(work / "hospital", without={"quarantine_share"})  # half the rows are bad on purpose
    hospital.configure()
    hospital.deliver("export", tables)
    cost = measure(hospital.command(), hospital.folder / "night.log")
    snapshot = hospital.lake.current()
    if cost.exit_code or snapshot is None:
        say(f"  the night ended with exit code {cost.exit_code}; see hospital/night.log in the --work folder")
        return Outcome(aborts=1)
    return outcome(snapshot, untouched)


def main(
    source: Annotated[Path, typer.Option("--input", help="Folder of clean Synthea CSV tables.")],
    copies: Annotated[int, typer.Option(help="Copies of every person, made before spoiling.")] = 1,
    work: Annotated[Path | None, typer.Option(help="Folder for the spoiled tables and the lake; kept.")] = None,
) -> None:
    """No abort, no good row lost, every bad row in quarantine under its file and line.

    Example: python -m bench.dirty --input synthea/csv

    bench/dirty_spec.yaml says what is spoiled, how, and what must become of each row; it is frozen by its digest.
    `quarantined` counts distinct lines in quarantine: more than `bad` means good rows are among them.
    """
    spec = read_spec()
    with workplace("dirty", work) as place:
        copy_folder(source, place / "clean", copies)
        truth = spoil_folder(place / "clean", place / "spoiled", spec)
        say(f"{truth.spoiled} of {truth.cells} cells spoiled; {len(truth.bad())} rows bad, {len(truth.good())} good")
        found = night(place / "spoiled", place, spec["untouched"])
        explain(truth, found)
    finish(KEYS, values(truth, found))


if __name__ == "__main__":
    command(main)
