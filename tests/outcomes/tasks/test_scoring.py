"""Scoring: what is known at the prediction time decides, and "now" is the last data time of a stay."""

from dataclasses import replace

import numpy as np

from outcomes.tasks.reading import task as read_task
from outcomes.tasks.select import select
from outcomes.tasks.targets import narrowed
from outcomes.tasks.task import load
from outcomes.tasks.yaml12 import parsed
from outcomes.timeline import HOUR
from tests.outcomes.tasks.stay_task import IN, OUT, STAY, stay
from tests.outcomes.tasks.timelines import timeline


def test_now_is_the_last_data_time_of_an_open_stay() -> None:
    rows = timeline(
        (1, "1 10:00", IN, None, "a"), (1, "2 20:00", "X", None, "a", "2 21:00"),
        (2, "1 10:00", IN, None, "b"), (2, "1 20:00", "X", None, "b"),
        (3, "1 10:00", IN, None, "c"), (3, "1 11:00", OUT, None, "c"),
    )  # fmt: skip
    found = select(stay(), rows, labelled=False)
    hours = ((found.at - found.began) // HOUR).tolist()
    assert list(zip(found.encounter, hours, strict=True)) == [("a", 24), ("a", 35), ("b", 10)]
    assert np.isnan(found.label).all()
    assert len(select(stay("now: false"), rows, labelled=False)) == 1


def test_scoring_asks_only_what_is_known() -> None:
    """The label's window may be anything; the input must have what it must have, at `now` too."""
    rows = timeline((1, "1 10:00", IN, None, "a"), (1, "2 20:00", "X", None, "a"))
    assert len(select(stay(has='sepsis: "(1, None)"'), rows, labelled=False)) == 0
    assert len(select(stay(has='sepsis: "(None, 0)"'), rows, labelled=False)) == 2


def test_scores_depend_on_the_person_alone() -> None:
    one = [(1, "1 10:00", IN, None, "a"), (1, "3 10:00", "X", None, "a")]
    other = [(2, "1 10:00", IN, None, "b"), (2, "30 10:00", "X", None, "b"), (2, "31", OUT, None, "b")]
    task = stay("now: true")
    apart = select(task, timeline(*one), labelled=False)
    together = select(task, timeline(*one, *other), labelled=False)
    assert apart.at.tolist() == together.at[together.subject == 0].tolist()


def test_who_is_scored_does_not_depend_on_what_comes_later() -> None:
    """A record cut at the prediction time gives a row there if the whole record does. A discharge is a date only."""
    random, task, given = np.random.default_rng(5), stay(has='sepsis: "(1, 3)"'), []
    for _ in range(20):
        hours = random.integers(0, 96, 12)
        codes = random.choice(["SEPSIS", "SEPSIS", "X", "X", OUT], 12)
        known = np.where(codes == OUT, hours + 24, hours + random.integers(0, 48, 12))
        events = [(1, clock(h), code, None, "a", clock(k)) for h, code, k in zip(hours, codes, known, strict=True)]
        start, end = (1, clock(1), IN, None, "a"), (1, clock(25), "Y", None, "a")
        whole = select(task, timeline(start, *events, end), labelled=False)
        early = [event for event, when in zip(events, known, strict=True) if when <= 25]
        cut = select(task, timeline(start, *early, end), labelled=False)
        given.append(bool((whole.at - whole.began == 24 * HOUR).any()))
        assert given[-1] == bool((cut.at - cut.began == 24 * HOUR).any())
    assert set(given) == {True, False}


def clock(hour: int) -> str:
    """Hours after the first of January."""
    return f"{hour // 24 + 1} {hour % 24}:00"


def test_a_task_without_stay_is_scored_up_to_the_last_data() -> None:
    said = parsed(STAY.replace(", OPTIONS", "").replace("{HAS}", "{}"))
    del said["metadata"]
    rows = timeline((1, "1", IN, None, "a"), (1, "1 3:00", "X"), (2, "1", IN, None, "b"), (2, "3", "X", None, "b"))
    found = select(read_task("test", said), rows, labelled=False)
    assert found.encounter.tolist() == ["b"]


def test_targets_are_those_of_teaching_persons() -> None:
    """A diagnosis that enough persons have only because some are held out is no target."""
    task = load("diagnoses")
    assert task.options.targets
    few = replace(task, options=replace(task.options, targets=replace(task.options.targets, persons=3)))
    rows = []
    for who in range(1, 7):
        name = f"e{who}"
        rows += [(who, "1", "HOSPITAL_ADMISSION//IMP", None, name), (who, "3", "HOSPITAL_DISCHARGE//home", None, name)]
        rows += [(who, "3", code, None, name) for code in ["ICD10CM//E11.9", "ICD10CM//I50.9"][: 1 + who // 4]]
    made = select(few, timeline(*rows))
    assert made.targets == ("ICD10CM//E11", "ICD10CM//I50")
    teaching = np.isin(made.subject, [0, 1, 2, 3])
    assert narrowed(few, made, teaching).targets == ("ICD10CM//E11",)
    assert narrowed(load("mortality"), made, teaching) is made
