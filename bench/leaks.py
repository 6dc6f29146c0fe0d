"""Does the leakage check find what is planted, and leave clean cohorts alone?"""

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from bench import leaks_planted as values
from bench import leaks_planted_rows as forms
from bench.json_line import command, finish, say
from bench.leaks_case import Case, judge, missed, of_folders
from bench.leaks_ground import Generator, Ground, innocent, subset
from bench.leaks_grounds import physionet, simulated
from bench.place import workplace
from contract.errors import InputError

KEYS = ("planted", "found", "false_alarms")
SEED = 2012
PLANTERS = {
    "outcome_code": values.outcome_code, "total": values.total, "copy": values.copy, "identifier": forms.identifier,
    "recorded": forms.recorded, "missing": values.missing, "twins": forms.twins, "encoded": values.encoded,
    "look_ahead": values.look_ahead, "form": forms.form,
}  # fmt: skip
VARIANTS = {
    "outcome_code": ("own", "new", "diagnosis"),
    "total": ("days", "whole_days", "charges", "events"),
    "copy": ("linear", "falling", "curved", "repeated", "shifted"),
    "identifier": ("encounter_by_label", "encounter_by_discharge", "fhir_by_label", "record_number"),
    "recorded": ("at_admission", "backdated", "piled"),
    "missing": ("only_there", "null", "row"),
    "twins": ("exact", "moved", "thinned"),
    "encoded": ("mean", "smoothed", "left_out", "imputed", "normalised"),
    "look_ahead": ("encounters", "readmitted", "wait"),
    "form": ("unit", "precision", "words", "rows", "seconds"),
}
STAY = frozenset({"total", "recorded"})
"""Kinds that need an index before the discharge."""
FROZEN = {
    "leaks_spec.yaml": "dd8f53357a10bde1f85a8308aa167f4841e521af92ebed49c55a411cf7e3c5e8",
    "leaks_planted.py": "3dba5cd287f50c06e841d3a3c44c9cd7ab90e7380e10cbf4efb163e1498f0657",
    "leaks_planted_rows.py": "8d7491e40fec6cd494c1274af5bcc639241a7d494ab91114c0436e450255dcf8",
}
"""sha256 of what is planted: a figure told in docs/benchmarks.md is of these."""
CASES = (
    "Folders of your own cases: timeline.parquet, labels.parquet (subject_id, encounter_id, prediction_time, label) or "
    'task.yaml, perhaps columns.parquet, and expected.json: {"leaks": [names]}, empty where it is clean.'
)
REAL = "PhysioNet 2012, a folder with set-a and Outcomes-a.txt: three plants of each kind lie there."
EACH, REAL_EACH, PERSONS = 10, 3, 1_000


@dataclass
class Tally:
    planted: int = 0
    found: int = 0
    false_alarms: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)

    def judge(self, case: Case, kind: str) -> None:
        began = time.process_time()
        leaks = judge(case)
        lost = missed(case, leaks)
        self.planted += len(case.leaks)
        self.found += len(case.leaks) - len(lost)
        self.by_kind[kind] += len(case.leaks) - len(lost)
        self.false_alarms += 0 if case.leaks else len(leaks)
        besides = [str(leak) for leak in leaks if not missed_by(case, leak)]
        state = "clean" if not case.leaks else "missed" if lost else "found"
        seconds = time.process_time() - began
        say(f"{kind} on {case.name}: {state}, {seconds:.1f} s" + "".join(f"\n  besides {one}" for one in besides))


def missed_by(case: Case, leak: object) -> bool:
    """Is a finding that of the case's own leak?"""
    return len(missed(case, [leak])) < len(case.leaks)  # type: ignore[list-item]


def plants(grounds: Sequence[Ground], real: Sequence[Ground], seed: int, each: int) -> Iterator[tuple[str, Case]]:
    """`each` of every kind; with real cohorts, REAL_EACH of them there where the kind can be."""
    for number, kind in enumerate(PLANTERS):
        for turn in range(each):
            rng = np.random.default_rng([seed, number, turn])
            there = turn >= each - REAL_EACH and bool(real) and kind != "look_ahead"
            ground = _ground(real if there else grounds, kind, rng)
            usable = [v for v in VARIANTS[kind] if not (there and v == "seconds")]
            variant = usable[turn % len(usable)]
            yield f"{kind}/{variant}", PLANTERS[kind](ground, variant, rng)


def _ground(grounds: Sequence[Ground], kind: str, rng: Generator) -> Ground:
    """One on which the leak is one: a total is none at discharge, a lead is none where readmission is past."""
    ended = [g.name for g in grounds if "discharge" in g.name or (kind == "recorded" and "Net 48" in g.name)]
    fit = [g for g in grounds if not (kind in STAY and g.name in ended)]
    return subset(fit[rng.integers(len(fit))], PERSONS, rng)


def clean(grounds: Iterable[Ground], seed: int) -> Iterator[Case]:
    for number, ground in enumerate(grounds):
        rng = np.random.default_rng([seed, 99, number])
        yield ground.case("")
        small = subset(ground, PERSONS, rng)
        yield small.case("", columns=innocent(small, rng))


def frozen() -> None:
    for name, digest in FROZEN.items():
        now = hashlib.sha256(Path(__file__).with_name(name).read_bytes()).hexdigest()
        if now != digest:
            raise InputError(
                f"{name} is not as frozen: its sha256 is {now[:12]}..., expected {digest[:12]}... Restore it; "
                "cases of your own go into a folder given with --cases."
            )


def main(
    cases: Annotated[Path | None, typer.Option(help=CASES)] = None,
    real: Annotated[Path | None, typer.Option(help=REAL)] = None,
    seed: Annotated[int, typer.Option(help="Of the hospitals and of what is planted.")] = SEED,
    each: Annotated[int, typer.Option(help="Leaks of each kind.")] = EACH,
    work: Annotated[Path | None, typer.Option(help="Keep the hospitals here.")] = None,
) -> None:
    """Plants 100 leaks of 10 kinds and asks the check of them and of clean cohorts.

    Example: python -m bench.leaks --real physionet2012_set_a

    Found: a finding names the code, the column, or encounter_id, fhir_id, subject_id, recorded_time, row order, time.
    """  # fmt: skip
    tally = Tally()
    if cases:
        for case in of_folders(cases):
            tally.judge(case, "given")
    else:
        frozen()
        with workplace("leaks", work) as place:
            grounds = list(simulated(place, seed))
            there = list(physionet(real, place)) if real else []
            for case in clean([*grounds, *there], seed):
                tally.judge(case, "clean")
            for kind, case in plants(grounds, there, seed, each):
                tally.judge(case, kind)
    say(", ".join(f"{kind} {count}" for kind, count in sorted(tally.by_kind.items())))
    finish(KEYS, {"planted": tally.planted, "found": tally.found, "false_alarms": tally.false_alarms})


if __name__ == "__main__":
    command(main)
