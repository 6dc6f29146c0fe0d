"""What each aggregate of each window is, against plain arithmetic; and that persons do not touch each other."""

import numpy as np
import pytest

from outcomes.cohort import Cohort
from outcomes.features import asof
from outcomes.features.lookahead import differing
from outcomes.features.plan import AGGREGATES, Plan
from outcomes.features.vocabulary import learn
from outcomes.features.windows import features
from outcomes.timeline import HOUR, Timeline
from tests.outcomes.features.records import NOON, cohort, hospital, timeline

ALL = dict.fromkeys(("6h", "24h", "stay", "stay24h", "before", "ever"), AGGREGATES)
PLAN = Plan(values=ALL, counts=ALL, min_persons=1, min_share=0, winsor=0)


def said(found: Timeline, rows: Cohort, plan: Plan = PLAN) -> list[dict[str, float]]:
    made = features(found, rows, learn(found, rows, plan))
    assert list(made.names) == sorted(made.names)
    return [
        {made.names[at]: float(value) for at, value in zip(row.indices, row.data, strict=True)}
        for row in (made.rows[[at]] for at in range(len(made)))
    ]


def test_aggregates_of_a_window() -> None:
    values = [(-30.0, 9.0), (-3.0, 1.0), (-2.0, 4.0), (-1.0, 7.0)]
    found = timeline([(1, hour, "A", value) for hour, value in values])
    row = said(found, cohort(found, [(1, -10, 0)]))[0]
    stay = {name: row[f"stay/A/{name}"] for name in AGGREGATES}
    expected: dict[str, float] = {"count": 3, "first": 1, "last": 7, "min": 1, "max": 7, "mean": 4, "sum": 12}
    halves = [2 ** (-2 / 6), 2 ** (-1 / 6), 1]  # of the weights
    recent = (halves[0] + 4 * halves[1] + 7) / sum(halves)
    expected |= {"std": 6**0.5, "slope": 3, "span": 2, "since": 1, "change": 6, "recent": recent}
    assert stay == pytest.approx(expected)
    assert row["ever/A/first"] == 9 and row["before/A/count"] == 1 and row["6h/A/count"] == 3
    assert row["hours"] == 10


def test_a_window_ends_at_the_prediction_and_begins_after_its_length() -> None:
    found = timeline([(1, hour, "A", hour) for hour in (-6.0, -5.999, 0.0, 0.001)])
    row = said(found, cohort(found, [(1, -6, 0)]))[0]
    assert row["6h/A/count"] == 2 and row["6h/A/last"] == 0
    assert row["stay/A/count"] == 3


def test_values_without_number_or_in_another_unit_are_no_values() -> None:
    rows = [(1, -4, "A", 5.0, None, "mg"), (1, -3, "A", None, None, "mg"), (1, -2, "A", 90.0, None, "g")]
    found = timeline([*rows, (1, -1, "A", 6.0, None, "mg"), (2, -1, "A", 1.0, None, "g")])
    first, second = said(found, cohort(found, [(1, -9, 0), (2, -9, 0)]))
    assert (first["ever/A/count"], first["ever/A/max"]) == (2, 6)
    assert "ever/A/last" not in second


def test_values_beyond_what_training_saw_count_as_its_limits() -> None:
    found = timeline([(1, 0, "A", 5.0), (2, 0, "A", 7.0), (3, 0, "A", 1e9)])
    learned = learn(found, cohort(found, [(1, 0, 1), (2, 0, 1)]), PLAN)
    made = features(found, cohort(found, [(3, 0, 1)]), learned)
    assert made.dense()[0, made.names.index("stay/A/last")] == 7


def test_wider_things_are_counted_together() -> None:
    rows = [(1, -30 * 24, "ICD10CM//E11.65", None), (1, -1, "ICD10CM//E11.9", None), (1, -1, "GENDER//F", None)]
    found = timeline([*rows, (1, None, "MEDS_BIRTH", None), (1, -1, "HOSPITAL_ADMISSION//IMP", None)])
    row = said(found, cohort(found, [(1, -1, 0)]))[0]
    assert row["ever/ICD10CM//E11.*/count"] == 2 and row["24h/ICD10CM//E11.*/count"] == 1
    assert row["ever/HOSPITAL_ADMISSION//*/count"] == 1
    assert not [name for name in row if "BIRTH" in name or name == "age"]  # born at no known time


def test_doses_of_different_drugs_are_counted_not_averaged() -> None:
    found = timeline([(1, -2, "RXNORM//1//GIVEN", 500.0, None, "mg"), (1, -1, "RXNORM//2//GIVEN", 5.0, None, "mg")])
    learned = learn(found, cohort(found, [(1, -5, 0)]), PLAN)
    assert learned.layers["code"]["RXNORM//1//GIVEN"].kind == "value"
    assert learned.layers["parent"]["RXNORM//*//GIVEN"].kind == "count"


def test_codes_of_one_quantity_are_taken_together_and_ratios_made() -> None:
    rows = [(1, -2, "LOINC//8480-6", 100.0), (1, -1, "LOINC//76215-3", 80.0), (1, -1, "LOINC//8867-4", 120.0)]
    found = timeline(rows)
    row = said(found, cohort(found, [(1, -5, 0)]))[0]
    assert row["stay/systolic/max"] == 100 and row["stay/systolic/last"] == 80
    assert row["stay/shock index/last"] == 1.5


def test_the_last_answer_counts() -> None:
    rows = [(1, -3, "SMOKES", None, None, None, "yes"), (1, -2, "SMOKES", None, None, None, "no")]
    found = timeline(rows)
    row = said(found, cohort(found, [(1, -5, 0)]))[0]
    assert row["ever/SMOKES=no/said"] == 1 and "ever/SMOKES=yes/said" not in row


def test_age_in_years() -> None:
    found = timeline([(1, -24 * 365.2425 * 40, "MEDS_BIRTH", None), (1, 0, "A", 1.0)])
    assert said(found, cohort(found, [(1, 0, 0)]))[0]["age"] == pytest.approx(40)


def test_a_row_is_the_same_alone_and_among_others_and_in_any_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    found = hospital(30, 5)
    rows = cohort(found, [(p, -20, h) for p in range(30) for h in (0, 50)])
    learned = learn(found, rows, PLAN)
    whole = features(found, rows, learned)
    back = features(found, rows.take(np.arange(60)[::-1]), learned)
    assert differing(whole, type(whole)(back.names, back.counted, back.rows[::-1])) == ()
    monkeypatch.setattr(asof.known, "__defaults__", (50,))
    assert differing(whole, features(found, rows, learned)) == ()


def test_ten_thousand_events_in_an_hour() -> None:
    found = timeline([(1, -1 + at / 10_000, "A", float(at)) for at in range(10_000)] + [(2, 0, "A", 1.0)])
    row = said(found, cohort(found, [(1, -1, 0), (2, -1, 0)]))[0]
    assert row["6h/A/count"] == 10_000 and row["6h/A/slope"] == pytest.approx(10_000, rel=1e-4)


def test_no_rows_no_events() -> None:
    found = timeline([(1, 0, "A", 1.0)])
    learned = learn(found, cohort(found, [(1, 0, 0)]), PLAN)
    assert features(found, cohort(found, []), learned).rows.shape[0] == 0
    before = features(found, cohort(found, [(1, -9, -5)]), learned)
    assert before.rows.nnz == 1 and before.dense()[0, before.names.index("hours")] == 4  # and nothing else is known


def test_times_are_exact_to_the_microsecond_over_a_century() -> None:
    found = timeline([(1, -24 * 365 * 100, "A", 0.0), (1, -2, "A", 1.0), (1, -1, "A", 2.0)])
    row = said(found, cohort(found, [(1, -3, 0)]))[0]
    assert row["stay/A/slope"] == pytest.approx(1) and HOUR and NOON
