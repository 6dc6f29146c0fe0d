"""The shipped tasks on stays written by hand."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contract.errors import ConfigError
from outcomes.tasks.reading import task as read_task
from outcomes.tasks.select import select
from outcomes.tasks.task import load, shipped
from outcomes.tasks.yaml12 import parsed
from outcomes.timeline import HOUR
from tests.outcomes.tasks.timelines import timeline

IN, OUT = "HOSPITAL_ADMISSION//IMP", "HOSPITAL_DISCHARGE//UNKNOWN"


def test_every_shipped_task_is_read() -> None:
    assert shipped() == ["diagnoses", "icu_mortality", "long_stay", "mortality", "mortality_time", "readmission"]
    assert [load(name).name for name in shipped()] == shipped()


def test_the_example_of_the_docs_is_a_task() -> None:
    page = (Path(__file__).parents[3] / "docs" / "outcomes.md").read_text(encoding="utf-8")
    block = re.search(r"```yaml\n(description: .*?)```", page, re.S)
    assert block
    task = read_task("example", parsed(block[1]))
    rows = [(1, "1", IN, None, "a"), *((1, f"1 {h}:00", "LAB", 1.0, "a") for h in range(1, 9)), (1, "9", "MEDS_DEATH")]
    assert select(task, timeline(*rows, (1, "9", OUT, None, "a"))).label.tolist() == [[1], [1]]


def test_death_on_the_day_of_a_discharge_is_death_in_hospital() -> None:
    """The date says midnight, which is before the prediction time and long before the discharge."""
    found = select(
        load("mortality"),
        timeline(
            (1, "1 10:00", IN, None, "a"), (1, "3", "MEDS_DEATH", None, None, "4"), (1, "3 20:00", OUT, None, "a"),
            (2, "1 10:00", IN, None, "b"), (2, "3 20:00", OUT, None, "b"), (2, "9", "MEDS_DEATH", None, None, "10"),
        ),
    )  # fmt: skip
    hours = ((found.at - found.began) // HOUR).tolist()
    assert list(zip(found.subject.tolist(), hours, found.label[:, 0], strict=True)) == [
        (0, 6, 1), (0, 12, 1), (0, 24, 1), (0, 48, 1), (1, 6, 0), (1, 12, 0), (1, 24, 0), (1, 48, 0),
    ]  # fmt: skip


def test_a_date_is_the_whole_day() -> None:
    """Discharged on the second day, still in as it ends."""
    found = select(load("mortality"), timeline((1, "1", IN, None, "a"), (1, "2", OUT, None, "a", "3")))
    assert ((found.at - found.began) // HOUR).tolist() == [6, 12, 24, 48]
    assert found.label.max() == 0


def test_a_stay_whose_end_nobody_told() -> None:
    """It was over long ago; a death later than its last data is none of it."""
    rows = timeline(
        (1, "1", IN, None, "a"), (1, "1 9:00", "X", None, "a"), (1, "9", "MEDS_DEATH", None, None, "10"),
        (2, "31", "X", None, "b"), (2, "1", IN, None, "b"), (2, "30", OUT, None, "b"), (3, "31", "X", None, "c"),
    )  # fmt: skip
    task = load("mortality")
    assert task.options.stay
    stay = replace(task.options.stay, silence=20 * 24 * HOUR)
    found = select(replace(task, options=replace(task.options, stay=stay)), rows)
    assert found.label[found.encounter == "a"].tolist() == [[0], [0], [0], [0]]
    dropped = select(replace(task, options=replace(task.options, stay=replace(stay, unended="dropped"))), rows)
    assert set(dropped.encounter) == {"b"}


def test_a_death_soon_after_the_last_data_ends_a_stay_without_discharge() -> None:
    rows = timeline(
        (1, "1", IN, None, "a"), (1, "5 9:00", "X", None, "a"), (1, "5 14:00", "MEDS_DEATH"),
        (2, "1", IN, None, "b"), (2, "3", OUT, None, "b"), (3, "30", "X", None, "c"),
    )  # fmt: skip
    for silence in (20 * 24 * HOUR, 60 * 24 * HOUR):
        task = load("long_stay")
        assert task.options.stay
        stay = replace(task.options.stay, silence=silence)
        found = select(replace(task, options=replace(task.options, stay=stay)), rows)
        assert found.label.tolist() == [[0], [0]]


def test_a_site_with_other_codes_brings_its_own_predicates(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text("predicates: {admission: {code: Aufnahme}, discharge: {code: Entlassung}}")
    rows = timeline((1, "1", "Aufnahme", None, "a"), (1, "5", "Entlassung", None, "a"))
    assert len(select(load("mortality", path), rows)) == 4
    path.write_text("predicate: {}")
    with pytest.raises(ConfigError, match="there are: description"):
        load("mortality", path)


def test_who_left_is_not_predicted() -> None:
    found = select(load("long_stay"), timeline((1, "1 10:00", IN, None, "a"), (1, "2 9:00", OUT, None, "a")))
    assert len(found) == 0
    assert ("the stay is over at the prediction time", 1, 0) in [(one.step, one.rows, one.left) for one in found.losses]


@pytest.mark.parametrize(("day", "label"), [("8 9:00", 0), ("8 11:00", 1)])
def test_a_long_stay_is_over_seven_days(day: str, label: int) -> None:
    found = select(
        load("long_stay"), timeline((1, "1 10:00", IN, None, "a"), (1, day, OUT, None, "a"), (2, "30", "X", None, "b"))
    )
    assert found.label.tolist() == [[label]]


def test_stays_that_overlap_keep_their_own_discharge() -> None:
    found = select(
        load("readmission"),
        timeline(
            (1, "1", IN, None, "a"), (1, "2", IN, None, "b"), (1, "3", OUT, None, "a"), (1, "9", OUT, None, "b"),
            (2, "1", IN, None, "c"), (3, "31", "X", None, "d"), (3, "1", "Y", None, "d"),
        ),
    )  # fmt: skip
    assert len(found) == 0  # the data end within 30 days
    assert found.losses[-1].rows == 2


def test_scoring_sees_no_label() -> None:
    rows = [(1, "1 10:00", IN, None, "a"), (1, "1 20:00", "LAB", 1.0, "a")]
    found = select(load("mortality"), timeline(*rows), labelled=False)
    assert ((found.at - found.began) // HOUR).tolist() == [6, 10]
    assert np.isnan(found.label).all()


def test_alone_nobody_elses_data_say_that_somebody_did_not_come_back() -> None:
    stay = ((1, "1 8:00", IN, None, "a"), (1, "1 9:00", OUT, None, "a"))
    among = timeline(*stay, (2, "31 23:00", "X", None, "b"))
    assert select(load("readmission"), among).label.tolist() == [[0.0]]
    assert len(select(load("readmission"), among, alone=True)) == 0
