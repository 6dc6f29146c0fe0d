"""Nights add up: after random deliveries a lake holds what one night over the same deliveries makes."""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.runner.hospital import STEPS, Hospital, condition, illness, note, patient, person, removed, weight

OWN = ("phi/partials", "runs")  # what the runner remembers for itself, shard by shard and night by night


def hospital(root: Path, delivery: str) -> Hospital:
    steps = {**STEPS, "measure": "tests.runner.steps:ByPerson"}
    return Hospital(root, delivery=delivery, steps=steps, engine={"kind": "serial", "batch_mb": 0.0005})


def same(grown: Hospital, rebuilt: Hospital, *but: str) -> bool:
    left, right = (
        {name: rows for name, rows in one.contents().items() if rows and not name.startswith((*OWN, *but))}
        for one in (grown, rebuilt)
    )
    assert [name for name in left.keys() | right.keys() if left.get(name) != right.get(name)] == []
    return True


def delta(draw: random.Random, known: set[str]) -> list[Any]:
    """Persons new, changed, merged and unmerged; conditions and notes new, corrected, resent, deleted."""
    found: list[Any] = []
    people = [f"p{n}" for n in range(7)]
    for one in draw.sample(people, 3):
        links = {other: "replaced-by" for other in draw.sample(people, 1) if other != one and draw.random() < 0.4}
        found.append(patient(one, links=links or None, mrn=draw.choice(["", "", "11", "12"])))
        known.add(one)
    for _ in range(5):
        whose, number = draw.choice(sorted(known)), draw.randint(0, 2)
        updated = draw.choice(["", "2026-01-01", "2026-01-02"])
        state = draw.choice(["confirmed", "entered-in-error"])
        found += draw.choice(
            [
                [condition(f"c{whose}{number}", whose, updated, code=str(draw.randint(1, 3)), state=state)],
                [note(f"n{whose}{number}", whose, "x" * draw.randint(1, 5))],
                [removed(f"Condition/c{whose}{number}", f"DiagnosticReport/n{whose}{number}")],
            ]
        )
    return found


@pytest.mark.parametrize("seed", [1])
def test_deltas_add_up(seed: int, tmp_path: Path) -> None:
    draw, known = random.Random(seed), set[str]()
    grown, rebuilt = hospital(tmp_path / "grown", "delta"), hospital(tmp_path / "rebuilt", "delta")
    for number in range(5):
        resources = delta(draw, known)
        for one in (grown, rebuilt):
            one.fhir(f"{number}", *resources)
        assert all(line["holds"] for line in grown.night()["balance"])
    rebuilt.night()
    assert same(grown, rebuilt)


@pytest.mark.parametrize("seed", [1])
def test_the_last_full_delivery_counts(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    grown, rebuilt = hospital(tmp_path / "grown", "full"), hospital(tmp_path / "rebuilt", "full")
    for number in range(4):
        keys = [f"p{n}" for n in draw.sample(range(9), draw.randint(4, 9))]
        days = [f"2020-01-0{draw.randint(1, 4)}" for _ in range(8)]
        rows = [person(key) for key in keys]
        rows += [illness(draw.choice(keys), day, str(draw.randint(1, 2))) for day in days]
        rows += [weight(draw.choice(keys), day, draw.randint(60, 61)) for day in days]
        shutil.rmtree(grown.root / "inbox", ignore_errors=True)
        grown.csv(f"{number}", *rows)
        assert all(line["holds"] for line in grown.night()["balance"])
    rebuilt.csv("0", *rows)
    rebuilt.night()
    assert same(grown, rebuilt, "phi/identities", "phi/timeline_splits")
