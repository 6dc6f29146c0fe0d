"""Nights on real exports of every kind that is mapped: what came in, what became of it, what went aside, the cost."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import pyarrow.compute as pc
import pyarrow.dataset as ds
import typer

from bench.json_line import command, finish, say
from bench.measure import Cost
from bench.night import Hospital, manifest
from bench.place import workplace
from contract.errors import InputError
from etl.timeline.valid import problems

KEYS = ("nights",)
KINDS = ("mimic4", "eicu", "omop", "physionet2012", "hl7v2", "ccda")
DELTAS = ("hl7v2", "ccda")

Folder = Annotated[Path | None, typer.Option(help="Folder of that data set.")]


def told(ours: Hospital, cost: Cost) -> dict[str, Any]:
    """Shares are of events: without a code of a system, and of those with a number, with a canonical unit."""
    made = manifest(ours.snapshot())
    rows = {name: part["rows"] for name, part in made["tables"].items()}
    timeline = ours.snapshot().folder / "phi" / "timeline"
    events = ds.dataset(timeline / "data", format="parquet").to_table(
        columns=["code", "numeric_value", "canonical_unit"]
    )
    numbers = pc.sum(events["numeric_value"].is_valid()).as_py() or 0
    canonical = pc.sum(pc.and_(events["numeric_value"].is_valid(), events["canonical_unit"].is_valid())).as_py() or 0
    return {
        "raw_rows": sum(sum(source.get("rows_in", {}).values()) for source in made["sources"].values()),
        "quarantined": rows.get("phi/quarantine", 0),
        "persons": len(pc.unique(ds.dataset(timeline / "data").to_table(columns=["subject_id"])["subject_id"])),
        "resources": sum(count for name, count in rows.items() if name.startswith("phi/fhir/")),
        "events": len(events),
        "uncoded": _share(pc.sum(pc.starts_with(events["code"], "UNCODED//")).as_py() or 0, len(events)),
        "canonical": _share(canonical, numbers),
        "open_events": rows.get("timeline", 0),
        "meds_problems": len(problems(timeline)),
        "cpu_s": round(cost.cpu_s, 1),
        "peak_mb": round(cost.peak_mb),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def main(
    mimic4: Folder = None,
    eicu: Folder = None,
    omop: Folder = None,
    physionet2012: Folder = None,
    hl7v2: Folder = None,
    ccda: Folder = None,
    gate: Annotated[bool, typer.Option(help="With de-identification; else what is before it.")] = True,
    work: Annotated[Path | None, typer.Option(help="Folder for lakes and logs; kept.")] = None,
) -> None:
    """One night on each data set that is named: rows, resources, events, quarantine, CPU-seconds, peak memory.

    Example: python -m bench.sources --eicu eicu_demo --omop omop_gibleed --hl7v2 hl7v2_ccda/Hl7v2
    """
    folders = dict(zip(KINDS, (mimic4, eicu, omop, physionet2012, hl7v2, ccda), strict=True))
    named = {kind: folder for kind, folder in folders.items() if folder is not None}
    if not named:
        raise InputError(f"no data set is named; say the folder of at least one: --{' --'.join(KINDS)}.")
    nights: dict[str, Mapping[str, Any]] = {}
    with workplace("sources", work) as place:
        for kind, folder in named.items():
            said = {"mapping": kind, "path": str(folder.resolve()), "delivery": "delta" if kind in DELTAS else "full"}
            ours = Hospital(place / kind, sources={kind: said}, gate=gate)
            nights[kind] = told(ours, ours.run())
            say(f"{kind}: {nights[kind]}")
    finish(KEYS, {"nights": nights})


if __name__ == "__main__":
    command(main)
