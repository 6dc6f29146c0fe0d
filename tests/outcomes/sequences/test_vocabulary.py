"""Words: frequent codes, one scale, one unit; what is slipped, foreign or not known yet moves nothing."""

from dataclasses import replace

import numpy as np

from outcomes.sequences.vocabulary import Words, learn
from outcomes.timeline import Timeline
from tests.outcomes.sequences.stays import AT, timeline


def _with_units(events: Timeline, foreign: int) -> Timeline:
    """LAB//1 in mg, but `foreign` of its events in g."""
    lab = np.flatnonzero((events.code == 2) & (events.recorded <= AT))
    unit = np.where(events.code == 2, 0, -1).astype(np.int32)
    unit[lab[:foreign]] = 1
    return replace(events, unit=unit, units=("mg", "g"))


def test_values_become_normal_scores_and_slips_stay_near() -> None:
    events, cohort = timeline()
    words = learn(events, cohort)
    assert words.codes[:3] == ("LAB//1", "LAB//2", "VISIT")
    assert "LATE" not in words.codes  # nobody knows of it by then
    place = words.places(("LAB//1",) * 4)
    middle = float(np.median(events.value[events.code == 2]))
    scaled = words.scaled(place, np.array([middle, 1e9, -1e9, np.nan], np.float32))
    assert abs(scaled[0]) < 0.2
    assert np.allclose(scaled[1:3], [2.58, -2.58], atol=0.01)
    assert np.isnan(scaled[3])
    back = words.unscaled(place, scaled)
    assert np.isclose(back[0], middle, atol=0.1)
    assert np.isnan(back[3])
    assert np.isnan(words.unscaled(words.places(("VISIT", "NEW")), np.zeros(2, np.float32))).all()


def test_another_unit_is_no_value() -> None:
    events, cohort = timeline()
    made = _with_units(events, 3)
    words = learn(made, cohort)
    assert words.units[words.codes.index("LAB//1")] == "mg"
    lab = words.places(("LAB//1",))[0]
    found = [scaled[word == lab] for _, word, scaled in words.known(made, cohort)]
    assert np.isnan(np.concatenate(found)).sum() == 3
    elsewhere = replace(made, units=("ng", "g"))
    assert np.isnan(np.concatenate([s[w == lab] for _, w, s in words.known(elsewhere, cohort)])).all()


def test_age_is_the_value_of_a_birth() -> None:
    events, cohort = timeline()
    seen = [one for one, _, _ in learn(events, cohort).known(events, cohort)][-1]
    born = seen.value[seen.code == 1]
    assert np.allclose(born, 60 * 365 / 365.25)
    assert seen.timeless[seen.code == 1].all()


def test_words_come_back_from_json() -> None:
    events, cohort = timeline()
    words = learn(_with_units(events, 2), cohort)
    again = Words.read(words.said())
    assert (again.codes, again.units) == (words.codes, words.units)
    assert np.array_equal(again.knots, words.knots, equal_nan=True)


def test_what_one_person_has_or_says_the_race_is_no_word() -> None:
    events, cohort = timeline()
    codes = np.where(events.code == 4, 6, events.code)
    codes[events.subject == 3] = 5
    made = replace(events, code=codes.astype(np.int32), codes=(*events.codes, "RACE//white"))
    repeated = cohort.take(np.r_[np.arange(len(cohort)), np.full(9, 3)])
    words = learn(made, repeated)
    assert set(words.codes) == {"LAB//1", "LAB//2", "GENDER//F", "MEDS_BIRTH"}
