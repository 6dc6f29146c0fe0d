"""What is ours beyond ACES: as-of, own encounters, censoring, scoring, and data that are not as they should be."""

from dataclasses import replace

import numpy as np
import pytest

from contract.errors import ConfigError, InputError
from outcomes.cohort import Cohort
from outcomes.tasks.reading import task as read_task
from outcomes.tasks.report import report, text, trainable
from outcomes.tasks.select import select
from outcomes.tasks.task import load
from outcomes.tasks.times import times
from outcomes.timeline import HOUR, NEVER
from tests.outcomes.tasks.stay_task import DEAD, IN, OUT, stay
from tests.outcomes.tasks.timelines import table, timeline


def losses(cohort: Cohort) -> list[tuple[str, int]]:
    return [(one.step, one.rows - one.left) for one in cohort.losses if one.rows != one.left]


def test_a_diagnosis_coded_at_discharge_selects_nobody() -> None:
    """Both have sepsis on the first day; of one it was known only at the end."""
    rows = timeline(
        (1, "1 10:00", IN, None, "a"), (1, "1 12:00", "SEPSIS", None, "a", "4 10:00"), (1, "4 10:00", OUT, None, "a"),
        (2, "1 10:00", IN, None, "b"), (2, "1 12:00", "SEPSIS", None, "b", "1 13:00"), (2, "4 10:00", OUT, None, "b"),
    )  # fmt: skip
    found = select(stay(has='sepsis: "(1, None)"'), rows)
    assert rows.subjects[found.subject].tolist() == [2]
    assert losses(found) == [("input: 1 <= sepsis", 1)]


def test_a_label_may_use_what_was_known_late() -> None:
    rows = timeline(
        (1, "1 10:00", IN, None, "a"), (1, "4 9:00", DEAD, None, None, "30 10:00"), (1, "4 10:00", OUT, None, "a")
    )
    assert select(stay(), rows).label.tolist() == [[1]]


def test_overlapping_stays_do_not_cross() -> None:
    """By persons the first discharge would end both."""
    rows = timeline(
        (1, "1", IN, None, "a"), (1, "2", IN, None, "b"), (1, "4", OUT, None, "b"), (1, "9", OUT, None, "a"),
        (1, "9 1:00", DEAD), (1, "9 2:00", "X", None, "a"),
    )  # fmt: skip
    found = select(stay(), rows)
    assert list(zip(found.encounter, found.label[:, 0], strict=True)) == [("a", 0), ("b", 0)]
    assert found.until[0] > found.until[1]
    assert "overlap another stay (kept)" in [one.step for one in found.losses]


def test_without_encounters_the_next_discharge_ends_a_stay() -> None:
    rows = timeline((1, "1", IN), (1, "4", OUT), (1, "9", IN), (1, "12", OUT))
    found = select(stay(), rows)
    assert ((found.until - found.began) // HOUR).tolist() == [72, 72]


def test_death_before_admission_is_dropped_and_told() -> None:
    rows = timeline(
        (1, "3", DEAD), (1, "5", IN, None, "a"), (1, "9", OUT, None, "a"),
        (2, "5", IN, None, "b"), (2, "9", OUT, None, "b"),
    )  # fmt: skip
    found = select(stay(), rows)
    assert found.encounter.tolist() == ["b"]
    assert losses(found) == [("died before the trigger", 1)]


def test_open_stays_are_censored_or_unknown() -> None:
    rows = timeline((1, "1", IN, None, "a"), (1, "4", "X", None, "a"))
    assert losses(select(stay(), rows)) == [("censored: the stay has not ended", 1)]
    kept = select(stay("censored: unknown"), rows)
    assert len(kept) == 1
    assert np.isnan(kept.label).all()
    assert kept.until.tolist() == [NEVER]


def test_a_wrong_date_is_not_the_end_of_the_data() -> None:
    """Else every open stay would be taken for one that ended long ago."""
    many = [(s, "5", "X", None, f"e{s}") for s in range(1000)]
    rows = timeline(*many, (0, "1", IN, None, "e0"))
    time = rows.time.copy()
    time[-1] += 5 * 365 * 24 * HOUR
    wrong = replace(rows, time=time, recorded=time)
    assert losses(select(stay(), wrong)) == [("censored: the stay has not ended", 1)]


def test_horizon_cuts_the_label() -> None:
    rows = timeline((1, "1", IN, None, "a"), (1, "9", DEAD), (1, "9", OUT, None, "a"))
    assert select(stay(), rows).label.tolist() == [[1]]
    assert select(stay("horizon: 3d"), rows).label.tolist() == [[0]]


def test_exclusions_are_a_step() -> None:
    rows = timeline((1, "1", IN, None, "a"), (1, "1 3:00", "SEPSIS", None, "a"), (1, "9", OUT, None, "a"))
    assert losses(select(stay("exclusions: {sepsis: input}"), rows)) == [("excluded: sepsis in input", 1)]


def test_times_tell_what_happened_first() -> None:
    rows = timeline(
        (1, "1", IN, None, "a"), (1, "4", DEAD), (1, "4", OUT, None, "a"),
        (2, "1", IN, None, "b"), (2, "6", OUT, None, "b"), (2, "7", DEAD),
        (3, "1", IN, None, "c"), (3, "9", "X", None, "c"),
    )  # fmt: skip
    task = stay("event_time: {event: dead, competing: [out]}, censored: unknown")
    cohort = select(task, rows)
    found = times(task, rows, cohort)
    assert found.kinds == ("dead", "out")
    assert found.days.tolist() == [2, 4, 7]
    assert found.kind.tolist() == [1, 2, 0]
    short = times(stay("event_time: {event: dead, competing: [out]}, horizon: 3d"), rows, cohort)
    assert short.days.tolist() == [2, 3, 3]
    assert short.kind.tolist() == [1, 0, 0]


def test_targets_are_codes_known_later() -> None:
    rows = timeline(
        *((s, "1", IN, None, f"e{s}") for s in range(1, 4)),
        *((s, "9", OUT, None, f"e{s}") for s in range(1, 4)),
        (1, "1", "ICD10CM//I21.4", None, "e1", "9"), (2, "1", "ICD10CM//I21.9", None, "e2", "9"),
        (3, "1", "ICD10CM//J18.9", None, "e3", "9"), (3, "1", "ICD10CM//I21.4", None, "e3", "1 1:00"),
        (1, "8", "ICD10CM//J18.0", None, "other", "9"),
    )  # fmt: skip
    task = stay('targets: {codes: "^ICD10CM//[A-Z]..", persons: 2}')
    ordered = rows.subjects.tolist()
    found = select(task, rows)
    assert found.targets == ("ICD10CM//I21",)
    assert {ordered[s]: one for s, one in zip(found.subject, found.label[:, 0], strict=True)} == {1: 1, 2: 1, 3: 0}
    given = select(task, rows, targets=("ICD10CM//J18", "ICD10CM//I21"))
    assert given.label[given.subject == ordered.index(3)].tolist() == [[1, 0]]


def test_bad_days_do_no_harm() -> None:
    """One event; none with time; ten thousand in an hour; good stays beside them are kept."""
    rows = timeline(
        (1, "1", "X"), (2, None, "GENDER//F"), (2, None, "RACE//1"),
        *((3, "2 12:30", f"LAB//{n % 50}", 1.0, "c") for n in range(10_000)),
        (3, "2 12:00", IN, None, "c"), (3, "9", OUT, None, "c"), (4, "1", IN, None, "d"),
        (5, "1", OUT, None, "e"),
    )  # fmt: skip
    found = select(stay(), rows)
    assert found.encounter.tolist() == ["c"]
    assert found.label.tolist() == [[0]]


def test_a_site_with_other_codes_is_told_which_predicates_match_nothing() -> None:
    found = select(load("mortality"), timeline((1, "1", "Aufnahme", None, "a"), (1, "9", "Entlassung", None, "a")))
    assert len(found) == 0
    with pytest.raises(InputError, match="no event fits predicate admission"):
        trainable(found)
    assert len(select(load("mortality"), timeline())) == 0


def test_no_positives_cannot_be_learned() -> None:
    rows = timeline((1, "1", IN, None, "a"), (1, "9", OUT, None, "a"))
    with pytest.raises(InputError, match="0 rows say yes and 1 no"):
        trainable(select(stay(), rows))


def test_the_report_has_every_step_and_rate() -> None:
    rows = timeline(
        (1, "1", IN, None, "a"), (1, "9", DEAD), (1, "9", OUT, None, "a"),
        (2, "1", IN, None, "b"), (2, "9", OUT, None, "b"),
        (3, "1", IN, None, "c"), (3, "1 9:00", OUT, None, "c"),
    )  # fmt: skip
    said = report(stay(), select(stay(), rows))
    assert said["rows"] == said["stays"] == said["persons"] == 2
    assert said["targets"][""]["24h"] == {"rows": 2, "persons": 2, "yes": 1, "base_rate": 0.5, "unknown": 0}
    assert [one["step"] for one in said["steps"]][:1] == ["trigger: in"]
    assert "50.0%" in text(said)


def test_columns_need_the_table() -> None:
    task = read_task("test", {"predicates": {"a": {"code": "A", "encounter_id": "x"}}, "trigger": "a", "windows": {}})
    rows = table((1, "1", "A", None, "x"), (1, "2", "A", None, "y"))
    with pytest.raises(InputError, match="rows=TABLE"):
        select(task, timeline((1, "1", "A", None, "x")))
    assert len(select(task, timeline((1, "1", "A", None, "x"), (1, "2", "A", None, "y")), rows=rows)) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"windowz": {}}, "'windowz' is not known; there are: description"),
        ({"trigger": "inn"}, "'inn' is not known; there are: in"),
        ({"windows": {"w": {"start": "trigger", "end": "start + 1h"}}}, "lacks start_inclusive, end_inclusive"),
        ({"windows": {"w": ["v.end", "start + 1h", "in"], "v": ["w.end", "start + 1h"]}}, "in a circle: w <- v <- w"),
        ({"windows": {"w": ["trigger", "start + 1h", "in"], "v": ["w.end", "start + 1h", "in"]}}, "found 2: w, v"),
        ({"windows": {"w": ["trigger", "start + soon"]}}, "'soon' is no duration"),
        ({"windows": {"w": ["trigger", "start - 1h"]}}, "ends before it starts"),
        ({"windows": {"w": ["u.end", "start + 1h"]}}, "'u' is not known; there are: w"),
        ({"windows": {"w": ["trigger", "trigger + 1h"]}}, "exactly one of start and end"),
        ({"predicates": {"in": {"code": "A"}, "b": {"expr": "or(in, c)"}}, "trigger": "b"}, "'c' is not known"),
        ({"predicates": {"in": {"expr": "or(b, b)"}, "b": {"expr": "or(in, in)"}}}, "in a circle"),
        ({"predicates": {"in": {"expr": "not(in)"}}}, "must be and"),
        ({"predicates": {"in": {"code": {"like": "A"}}}}, "{any: "),
        ({"predicates": {"in": {"code": "A", "value_min": "x"}}}, "value_min must be a number"),
        ({"metadata": {"chartloom": {"prediction_time": ["24h"]}}}, "there are: prediction_times, horizon"),
        ({"metadata": {"chartloom": {"stay": {"death": "in"}}}}, "stay lacks discharge"),
        ({"metadata": {"chartloom": {"stay": {"discharge": "no"}}}}, "'no' is not known"),
        ({"metadata": {"chartloom": {"prediction_times": ["24h"]}}}, "need a window with `index_timestamp`"),
        ({"metadata": {"chartloom": {"censored": "maybe"}}}, "dropped or unknown, not 'maybe'"),
        ({"metadata": {"chartloom": {"targets": {"codes": "("}}}}, "no regular expression"),
    ],
)  # fmt: skip
def test_errors_teach(change: dict[str, object], says: str) -> None:
    said: dict[str, object] = {"predicates": {"in": {"code": "A"}}, "trigger": "in", **change}
    windows = said.get("windows")
    if isinstance(windows, dict):
        said["windows"] = {name: spelt(window) for name, window in windows.items()}
    with pytest.raises(ConfigError) as error:
        read_task("test", said)
    assert says in str(error.value)


def spelt(window: object) -> object:
    if not isinstance(window, list):
        return window
    start, end, *label = window
    return {"start": start, "end": end, "start_inclusive": True, "end_inclusive": True} | (
        {"label": label[0]} if label else {}
    )


def test_an_unknown_task_names_the_shipped_ones() -> None:
    with pytest.raises(InputError, match="diagnoses, icu_mortality, long_stay, mortality"):
        load("mortalty")


@pytest.mark.parametrize("name", ["mortality", "long_stay"])
def test_an_admission_told_twice_is_one_stay(name: str) -> None:
    once = [(1, "1", IN, None, "a"), (1, "5", OUT, None, "a"), (1, "30", "X", None, "b"), (1, "9", IN, None, "b")]
    found, twice = (select(load(name), timeline(*rows)) for rows in (once, [*once, *once]))
    assert len(found) and found.at.tolist() == twice.at.tolist() and found.label.tolist() == twice.label.tolist()
    assert found.encounter.tolist() == twice.encounter.tolist()
