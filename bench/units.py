"""Can values be compared? The share of numeric events with a canonical unit; 500 conversions against a reference.

The reference (units_reference.csv) was made apart from the code, by another library and from published factors.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import typer
import yaml

from bench.concepts import site_maps
from bench.json_line import command, finish, say
from bench.night import Hospital
from bench.place import workplace
from contract.errors import ConfigError
from etl.units.values import compare
from store.snapshot import Snapshot

KEYS = ("share", "conversions", "right")
REFERENCE = Path(__file__).with_name("units_reference.csv")
FROZEN = "e9c4e512d4d7216177b4117a37750e7254555d4294ce5459c85767c0ed7e7bc4"
COLUMNS = ["code", "numeric_value", "unit", "canonical_value", "canonical_unit"]
SHOWN = 12


@dataclass(frozen=True)
class Export(Hospital):
    """A hospital whose one source reads a folder as it lies, with a mapping of its own."""

    mapping: str = "synthea"
    export: Path = Path()
    maps: str = ""

    def configure(self) -> Path:
        file = super().configure()
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
        options = {"mapping": self.mapping, "path": str(self.export), "delivery": "full", "settle_s": 0}
        options |= {"maps": self.maps} if self.maps else {}
        said["nightly"]["sources"] = {self.mapping: {"uses": "etl.sources.tables:Tables", "with": options}}
        file.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
        return file


def reference() -> list[dict[str, str]]:
    content = REFERENCE.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != FROZEN:
        raise ConfigError(
            f"{REFERENCE.name} is not the frozen reference: its sha256 is {found[:12]}..., expected {FROZEN[:12]}... "
            "Restore it; a reference that is meant to change is recorded in bench/units.py with its reason."
        )
    lines = [line for line in content.decode().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def wrong(rows: list[dict[str, str]]) -> Iterator[str]:
    """Conversions that are not what the reference says, as sentences."""
    codes, units = (pa.array([row[name] for row in rows]).dictionary_encode() for name in ("code", "unit"))
    found = compare(codes, units, pa.array([float(row["number"]) for row in rows], pa.float64()))
    for row, unit, value in zip(rows, found.units.to_pylist(), found.value.tolist(), strict=True):
        expected = float(row["value"])
        if unit != row["canonical_unit"] or not abs(value - expected) <= float(row["tolerance"]) * abs(expected):
            yield f"{row['code']} {row['number']} {row['unit']}: {value} {unit}, not {expected} {row['canonical_unit']}"


def events(snapshot: Snapshot) -> pa.Table:
    """Numeric events of the timeline."""
    parts = [pq.read_table(path, columns=COLUMNS) for path in snapshot.paths("phi/timeline")]
    every = pa.concat_tables(parts)
    return every.filter(pc.is_valid(every["numeric_value"]))


def told(name: str, found: pa.Table) -> tuple[int, int]:
    """(with a canonical unit, all); on stderr by kind of code, and what has none."""
    unit = found["canonical_unit"].is_valid()
    has = int(pc.sum(unit).as_py() or 0)
    loinc = pc.starts_with(found["code"], "LOINC//")
    with_code = int(pc.sum(loinc).as_py() or 0)
    both = int(pc.sum(pc.and_(loinc, unit)).as_py() or 0)
    null = int(pc.sum(pc.and_(unit, found["canonical_value"].is_null())).as_py() or 0)
    say(f"{name}: {has} of {len(found)} numeric events have a canonical unit ({has / max(len(found), 1):.4f})")
    say(
        f"  LOINC: {both} of {with_code}; other codes, in a unit of their own: {has - both} of {len(found) - with_code}"
    )
    say(f"  values that cannot be, without canonical value: {null}")
    without = found.filter(pc.invert(unit))
    pairs = Counter(zip(without["code"].to_pylist(), without["unit"].to_pylist(), strict=True))
    for (code, written), count in pairs.most_common(SHOWN):
        say(f"  no unit: {code} {written!r} {count}")
    return has, len(found)


def shares(nights: Mapping[str, Export]) -> float:
    """Of all numeric events of all sources together."""
    counted = []
    for name, hospital in nights.items():
        cost = hospital.run()
        say(f"{name}: night of {cost.cpu_s:.1f} CPU-s")
        counted.append(told(name, events(hospital.snapshot())))
    return round(sum(has for has, _ in counted) / max(sum(every for _, every in counted), 1), 4)


def main(
    mimic: Annotated[Path, typer.Option(help="Folder of MIMIC-IV: hosp/, icu/.")],
    synthea: Annotated[Path, typer.Option(help="Folder of Synthea CSV tables.")],
    concept_maps: Annotated[
        Path | None, typer.Option(help="Folder of mimic-omop concept maps; without it MIMIC's items are local codes.")
    ] = None,
    work: Annotated[Path | None, typer.Option(help="Folder for the lakes; kept.")] = None,
) -> None:
    """The share of numeric events that can be compared, and whether conversions are right.

    Example: python -m bench.units --mimic mimic4_demo --synthea synthea/csv --concept-maps mimic4_concept_maps

    `share` is of the numeric events of both sources together; on stderr by source, LOINC and local codes apart.
    """
    rows = reference()
    mistakes = list(wrong(rows))
    for mistake in mistakes:
        say(f"  wrong: {mistake}")
    with workplace("units", work) as place:
        maps = str(site_maps(concept_maps, place / "maps")) if concept_maps else ""
        share = shares(
            {
                "synthea": Export(place / "synthea", export=synthea.resolve()),
                "mimic4": Export(place / "mimic4", mapping="mimic4", export=mimic.resolve(), maps=maps),
            }
        )
    values: dict[str, Any] = {"share": share, "conversions": len(rows), "right": len(rows) - len(mistakes)}
    finish(KEYS, values)


if __name__ == "__main__":
    command(main)
