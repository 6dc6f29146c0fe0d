"""A small ward with honest columns is clean; each kind of leak in it is named."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pytest

from contract.errors import CheckFailed
from outcomes.cohort import Cohort
from outcomes.leaks.check import found, found_in_frame, merged
from outcomes.leaks.leak import Leak, refuse, report
from outcomes.timeline import DAY, HOUR, NEVER, ordered, read

Numbers = npt.NDArray[np.float64]
STAYS, CODES = 900, 10
RISE = 24 * HOUR
START = np.random.default_rng(0).permutation(STAYS) * HOUR + 40 * 365 * DAY


@dataclass(frozen=True)
class Ward:
    """One stay a person. Ten codes follow the severity; the label does too."""

    events: pd.DataFrame
    label: Numbers
    days: Numbers

    def leaks(self, columns: pd.DataFrame | None = None) -> list[Leak]:
        rows = pa.Table.from_pandas(self.events, preserve_index=False)
        timeline = read(rows)
        place = {name: n for n, name in enumerate(timeline.subjects)}
        who = np.array([place[n] for n in range(STAYS)])
        names = np.array([f"e{n * 7919 % 9973}" for n in range(STAYS)], object)
        never = np.full(STAYS, NEVER)
        cohort = Cohort("t", ("",), who, names, START, START + RISE, never, self.label.astype(np.float32)[:, None])
        return found(timeline, rows, cohort, columns)

    def named(self) -> set[str]:
        return {leak.what for leak in self.leaks()}

    def with_events(self, who: npt.NDArray[np.int64], code: str, value: Numbers | float = np.nan) -> "Ward":
        added = _events(who, code, np.broadcast_to(value, who.shape), np.full(len(who), 3.0))
        return Ward(_sorted(pd.concat([self.events, added])), self.label, self.days)


def _events(who: npt.NDArray[np.int64], code: str, value: Numbers, hours: Numbers) -> pd.DataFrame:
    time = (START[who] + hours * HOUR).astype(np.int64).astype("datetime64[us]")
    return pd.DataFrame({
        "subject_id": who, "time": time, "code": code, "numeric_value": np.asarray(value, np.float32),
        "encounter_id": [f"e{n * 7919 % 9973}" for n in who], "recorded_time": time, "unit": "u",
    })  # fmt: skip


def _sorted(events: pd.DataFrame) -> pd.DataFrame:
    return events.sort_values(["subject_id", "time"], kind="stable", ignore_index=True)


@pytest.fixture(scope="module")
def ward() -> Ward:
    random = np.random.default_rng(3)
    who = np.arange(STAYS)
    severity = random.normal(size=STAYS)
    label = (random.random(STAYS) < 1 / (1 + np.exp(1.5 - 1.3 * severity))).astype(float)
    days = 2 + random.gamma(2, 2, STAYS) * np.exp(0.2 * severity)
    parts = [_events(who, "HOSPITAL_ADMISSION//IMP", np.full(STAYS, np.nan), np.zeros(STAYS))]
    for code in range(CODES):
        for hours in (1.0, 12.0, 30.0):
            value = np.round(50 + 10 * (severity + random.normal(0, 1.5, STAYS)), 1)
            parts.append(_events(who, f"LAB//{code}", value, hours + random.random(STAYS)))
    parts.append(_events(who, "HOSPITAL_DISCHARGE//HOME", np.full(STAYS, np.nan), days * 24))
    return Ward(_sorted(pd.concat(parts)), label, days)


def test_a_clean_ward_has_no_leak(ward: Ward) -> None:
    assert ward.leaks() == []


def test_a_code_of_the_outcome(ward: Ward) -> None:
    early = np.flatnonzero((ward.label == 1) & (np.arange(STAYS) % 3 > 0))
    assert ward.with_events(early, "LOCAL//77").named() == {"LOCAL//77"}


def test_a_noisy_copy_and_a_total(ward: Ward) -> None:
    noise = np.random.default_rng(1).normal(0, 0.8, STAYS)
    who = np.arange(STAYS)
    assert ward.with_events(who, "LOCAL//78", ward.label + noise).named() == {"LOCAL//78"}
    kinds = {leak.what: leak.kind for leak in ward.with_events(who, "LOCAL//79", np.ceil(ward.days)).leaks()}
    assert kinds == {"LOCAL//79": "total"}


def test_values_there_for_the_positives_only(ward: Ward) -> None:
    gone = (ward.events["code"] == "LAB//4") & (ward.label[ward.events["subject_id"]] == 0)
    gone &= ward.events["subject_id"] % 10 > 1
    assert Ward(ward.events[~gone], ward.label, ward.days).named() == {"LAB//4"}


def test_recorded_before_it_happened(ward: Ward) -> None:
    start = ward.events.groupby("subject_id")["time"].transform("min")
    assert "recorded_time" in Ward(ward.events.assign(recorded_time=start), ward.label, ward.days).named()


def test_a_unit_that_depends_on_the_label(ward: Ward) -> None:
    odd = (ward.events["code"] == "LAB//2") & (ward.label[ward.events["subject_id"]] == 1)
    assert Ward(ward.events.assign(unit=np.where(odd, "U", "u")), ward.label, ward.days).named() == {"LAB//2"}


def test_persons_in_the_order_of_the_label(ward: Ward) -> None:
    place = ward.label[ward.events["subject_id"]]
    events = ward.events.iloc[np.argsort(-place, kind="stable")]
    leaks = Ward(events.reset_index(drop=True), ward.label, ward.days).leaks()
    assert [(leak.kind, leak.what) for leak in leaks] == [("form", "row order")]


def test_the_same_person_twice(ward: Ward) -> None:
    first = ward.events[ward.events["subject_id"] < 60]
    second = ward.events["subject_id"].isin(range(100, 160))
    twin = first.assign(
        subject_id=first["subject_id"] + 100,
        time=first["time"] + _moved(first), recorded_time=first["time"] + _moved(first),
        encounter_id=[f"e{(n + 100) * 7919 % 9973}" for n in first["subject_id"]],
    )  # fmt: skip
    assert "subject_id" in Ward(_sorted(pd.concat([ward.events[~second], twin])), ward.label, ward.days).named()


def _moved(events: pd.DataFrame) -> npt.NDArray[np.timedelta64]:
    who = events["subject_id"].to_numpy()
    return np.asarray((START[who + 100] - START[who]).astype("timedelta64[us]"))


def test_columns_beside_the_timeline(ward: Ward) -> None:
    random = np.random.default_rng(5)
    group = random.integers(0, 60, STAYS)
    share = pd.Series(ward.label).groupby(group).transform("mean")
    frame = pd.DataFrame(
        {"noise": random.normal(size=STAYS), "share": share, "colour": random.choice(["a", "b"], STAYS)}
    )
    leaks = ward.leaks(frame)
    assert [(leak.kind, leak.what) for leak in leaks] == [("encoded", "share")]


def test_a_table_without_times() -> None:
    random = np.random.default_rng(6)
    severity = random.normal(size=3000)
    label = (random.random(3000) < 1 / (1 + np.exp(1 - severity))).astype(np.float32)
    frame = pd.DataFrame({f"x{n}": severity + random.normal(0, 1.5, 3000) for n in range(9)})
    assert found_in_frame(frame, label, np.arange(3000)) == []
    leaky = frame.assign(copy=label + random.normal(0, 0.7, 3000))
    assert [leak.what for leak in found_in_frame(leaky, label, np.arange(3000))] == ["copy"]


def test_a_training_is_refused_unless_the_leak_is_allowed() -> None:
    leaks = [Leak("copy", "LOCAL//1", {"AUROC alone": 0.9}), Leak("total", "LOCAL//2", {}, "likely")]
    with pytest.raises(CheckFailed, match="--allow-leak 'LOCAL//1'"):
        refuse(leaks)
    refuse(leaks, allowed=["LOCAL//1"])
    assert "LOCAL//2" in report(leaks)
    assert report([]) == "No leak found.\n"


def test_a_certain_finding_is_not_hidden_by_a_likely_one() -> None:
    sure, unsure, time = Leak("copy", "A"), Leak("total", "A", severity="likely"), Leak("form", "time")
    assert merged([unsure, sure]) == [sure]
    assert merged([unsure, time]) == [time, unsure]
    assert merged([time, sure]) == [sure]


def test_every_row_twice_is_no_leak(ward: Ward) -> None:
    twice = pd.concat([ward.events, ward.events])
    assert "HOSPITAL_ADMISSION//IMP" not in Ward(_sorted(twice), ward.label, ward.days).named()


def test_labels_of_one_class_only_are_no_error(ward: Ward) -> None:
    assert Ward(ward.events, np.zeros(STAYS), ward.days).leaks() == []
    assert len(ordered(pa.Table.from_pandas(ward.events))) == len(ward.events)
