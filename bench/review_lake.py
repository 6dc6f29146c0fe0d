"""Makes a published lake of N encounters for coders: real tables of a real night, suggestions without a model.

The simulated hospital goes through a night as any other: sources, FHIR, notes, timeline, worklist, relink. Two things
are not real. Notes are lengthened by earlier notes of the person, as electronic records carry text forward. And gate
and coder are one step (bench/review_gate.py) that runs no model: identifiers that the simulator knows are covered,
codes that it knows are suggested with their evidence, beside as many wrong ones, with scores that are calibrated by
the draw, and 150 hidden ones an encounter. Findings, pathology, drafts of images and outcomes are left out.

Example: python -m bench.review_lake --charts 10000 --out /tmp/review/lake
"""

import shutil
import time
from pathlib import Path
from typing import Annotated

import typer
import yaml

from bench import review_hospital
from bench.json_line import command, finish, say
from contract.errors import InputError
from runner import nightly
from runner.config import load
from store.lake import Lake

KEYS = ("charts", "suggestions", "persons", "seconds")
SEED = 20261121
STEPS = {
    "notes": {"uses": "etl.notes:ExtractNotes"},
    "timeline": {"uses": "etl.timeline.stage:BuildTimeline"},
    "gate": {"uses": "bench.review_gate:CoverAndSuggest"},
    "labels": {"uses": "nlp.deid.decided:ReleaseLabels"},
    "worklist": {"uses": "nlp.icd.learning.stage:OrderWork"},
    "relink": {"uses": "nlp.deid.relink:Relink"},
}
TABLES = {"uses": "etl.sources.tables:Tables", "with": {"mapping": "synthea", "path": "csv", "settle_s": 0}}
DECISIONS = {"uses": "etl.decisions.source:Decisions", "with": {"path": "inbox/decisions", "settle_s": 0}}


def build(place: Path, charts: int, seed: int = SEED) -> Path:
    """place/lake with one published night; place/inbox/decisions waits for what coders do."""
    review_hospital.build(place, charts, seed)
    (place / "inbox" / "decisions").mkdir(parents=True)
    steps = {**STEPS, "gate": {**STEPS["gate"], "with": {"truth": str(place / "truth")}}}
    pipeline = {"engine": {"kind": "serial"}, "sources": {"hospital": TABLES, "decisions": DECISIONS}, "steps": steps}
    said = {"lake": "lake", "identity_seed": seed, "nightly": pipeline}
    (place / "pipelines.yaml").write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
    nightly.run(load(place / "pipelines.yaml"), "nightly")
    for spent in ("csv", "truth"):
        shutil.rmtree(place / spent)
    return place / "lake"


def counted(lake: Path) -> dict[str, int]:
    """What a lake has for coders."""
    snapshot = Lake(lake).current()
    if snapshot is None:
        raise InputError("the lake has no published night; run one, or leave --lake out to have one made.")
    rows = {name: sum(stat.rows for (table, _), stat in snapshot.files.items() if table == name) for name in _COUNTED}
    return {said: rows[name] for name, said in _COUNTED.items()}


_COUNTED = {"phi/worklist": "charts", "phi/codes": "suggestions", "phi/identities": "persons"}


def main(
    out: Annotated[Path, typer.Option(help="Made in here: lake/ and inbox/.")],
    charts: Annotated[int, typer.Option(help="Encounters with notes.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Another seed, another hospital.")] = SEED,
) -> None:
    """A lake for coders, without running models."""
    began = time.monotonic()
    lake = build(out.resolve(), charts, seed)
    found = counted(lake)
    say(f"published: {found}")
    finish(KEYS, {**found, "seconds": round(time.monotonic() - began, 1)})


if __name__ == "__main__":
    command(main)
