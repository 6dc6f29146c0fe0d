"""PhysioNet 2012: labels are checked, no given score is read, thresholds are those of training, SAPS-I is counted."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from bench import physionet2012_stays
from bench.physionet2012 import chosen
from bench.physionet2012_judged import Scored, crossed, held_out, table
from bench.physionet2012_stays import Stays, outcomes, stays
from bench.saps import Saps
from contract.errors import CheckFailed, InputError
from outcomes.learning.blend import Blend
from outcomes.learning.simple import Simple
from outcomes.learning.trees import Trees
from outcomes.timeline import DAY, HOUR
from tests.outcomes.learning.small_hospital import ward
from tests.outcomes.timelines import rows, timeline

QUICK = Simple(blend=Blend(members=("logistic",), trees=Trees(rounds=3), threads=1))


def ill(person: int, died: bool) -> list[tuple[int, str, str, float | None, str, str | None]]:
    stay = f"e{person}"
    left = "HOSPITAL_DISCHARGE//" + ("exp" if died else "UNKNOWN")
    hours = [(person, f"2012-01-01T{hour:02d}:00", "LOINC//8867-4", 90.0, stay, None) for hour in range(0, 20, 3)]
    return [
        (person, "2012-01-01T00:00", "HOSPITAL_ADMISSION//IMP", None, stay, None),
        *hours,
        (person, "2012-01-02T00:00", "PARAMETER//SAPS-I", 20.0, stay, None),
        (person, "2012-01-09T00:00", left, None, stay, None),
    ]  # fmt: skip


def test_every_stay_must_be_told_with_its_label() -> None:
    table = rows([event for person in range(1, 5) for event in ill(person, person == 2)])
    right = {"e1": 0, "e2": 1, "e3": 0, "e4": 0}
    found = stays(table, right)
    assert set(found.hours) >= {12, 24, 48} and found.at([48]).cohort.label.sum() == 1
    assert "PARAMETER//SAPS-I" not in found.timeline.codes
    with pytest.raises(CheckFailed, match="1 with another label"):
        stays(table, right | {"e1": 1})
    with pytest.raises(CheckFailed, match="4 stays of 5"):
        stays(table, right | {"e5": 0})


def test_outcomes_without_scores(tmp_path: Path) -> None:
    (tmp_path / "Outcomes-b.txt").write_text("RecordID,Length_of_stay,In-hospital_death\n7,3,1\n8,-1,0\n")
    assert outcomes(tmp_path) == {"7": 1, "8": 0}
    with pytest.raises(InputError, match=r"Outcomes-\*"):
        outcomes(tmp_path / "none")
    with pytest.raises(InputError, match="set-a"):
        physionet2012_stays.night(tmp_path, tmp_path)


@dataclass(frozen=True)
class Two:
    """A ward asked at 12, 24 and 48 hours."""

    @staticmethod
    def stays(seed: int) -> Stays:
        timeline, cohort = ward(50, seed)
        every = cohort.take(np.tile(np.arange(50), 3))
        hours = np.repeat([12, 24, 48], 50)
        return Stays(timeline, type(every)(**{**vars(every), "at": every.began + hours * HOUR}))


def test_thresholds_come_from_training() -> None:
    train, test = Two.stays(1), Two.stays(2)
    scored = held_out(QUICK, train, test)
    assert scored.at(48).labels.shape == (50,)
    other = Stays(test.timeline, type(test.cohort)(**{**vars(test.cohort), "label": 1 - test.cohort.label}))
    np.testing.assert_array_equal(held_out(QUICK, train, other).above, scored.above)
    assert len(np.unique(np.round(scored.scores - scored.above, 9))) <= 3


def test_figures_with_intervals_and_differences() -> None:
    scored = crossed(QUICK, Two.stays(1))
    found = table(scored, scored)
    assert set(found) == {"auroc", "auprc", "min_se_ppv", "ece", "interval", "difference", "by_hours"}
    assert found["difference"] == {"auroc": [0, 0, 0], "auprc": [0, 0, 0]}
    assert isinstance(found["auroc"], float) and found["auroc"] > 0.8
    turned = Scored(scored.hours, scored.persons, scored.labels, -scored.scores, -scored.above)
    worse = table(turned, scored)["difference"]
    assert isinstance(worse, dict) and worse["auroc"][2] < 0


def test_models_by_name() -> None:
    assert list(chosen("saps-i")) == ["simple", "saps-i"] and list(chosen("")) == ["simple"]
    with pytest.raises(InputError, match="no model oracle"):
        chosen("oracle")


@pytest.mark.parametrize("pulse, points", [(90, 0), (60, 2), (30, 4), (115, 2), (200, 4)])
def test_saps_counts_the_worst_of_the_first_day(pulse: float, points: int) -> None:
    events = [(1, "2012-01-01T00:00", "HOSPITAL_ADMISSION//IMP", None, "e", None)]
    events += [
        (1, f"2012-01-01T0{hour}:00", "LOINC//8867-4", value, "e", None) for hour, value in ((1, 80.0), (2, pulse))
    ]
    events += [(1, "2012-01-02T01:00", "LOINC//8867-4", 250.0, "e", None)]
    many = [(person, *event[1:]) for person in range(1, 12) for event in events]
    held = timeline(many)  # type: ignore[arg-type]
    _, some = ward(11)
    cohort = type(some)(**{**vars(some), "began": np.full(11, held.time[0]), "at": np.full(11, held.time[0] + 2 * DAY)})
    assert Saps().fit(held, cohort, 1).points(held, cohort).tolist() == [points] * 11
