"""The stated risks are the frequencies of what was drawn (fixed seeds, statistical tests)."""

import numpy as np
import pandas as pd
import pytest

from simulate.arrays import BLOCK, seconds
from simulate.block import draw_block
from simulate.config import Drift, HospitalConfig
from simulate.illness import draw_illness
from simulate.people import draw_people
from simulate.records import Rows
from simulate.shared import draw_shared
from simulate.stays import draw_stays
from simulate.treatments import draw_courses, draw_harms, effect_matrix
from simulate.truth import daily_risk, stays

BLOCKS = 60


def frame(rows: Rows) -> pd.DataFrame:
    made: pd.DataFrame = rows[1].to_pandas()
    return made


def many(config: HospitalConfig, blocks: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    shared = draw_shared(config)
    drawn = [draw_block(config, shared, number) for number in range(blocks)]
    return pd.concat([frame(stays(b)) for b in drawn]), pd.concat([frame(daily_risk(b)) for b in drawn])


@pytest.fixture(scope="module")
def hospital() -> tuple[pd.DataFrame, pd.DataFrame]:
    return many(HospitalConfig(seed=5, drift=Drift(death=1.0), confounding=1.0), BLOCKS)


def calibrated(risk: pd.Series, happened: pd.Series) -> float:
    """Largest |z| of (observed - expected) over all and over tenths of the risk."""
    table = pd.DataFrame({"risk": risk.astype(float), "seen": happened.astype(float)}).dropna()
    tenths = [group for _, group in table.groupby(pd.qcut(table["risk"], 10, duplicates="drop"), observed=True)]
    parts = [table, *tenths]
    return max(abs((p["seen"] - p["risk"]).sum()) / np.sqrt((p["risk"] * (1 - p["risk"])).sum()) for p in parts)


@pytest.mark.parametrize(
    ("risk", "event"),
    [
        ("death_risk", "died"),
        ("death_risk_24h", "died"),
        ("readmission_risk", "readmitted"),
        ("long_stay_risk_24h", "long_stay"),
    ],
)
def test_risk_is_calibrated(hospital: tuple[pd.DataFrame, pd.DataFrame], risk: str, event: str) -> None:
    """The last 200 days are left out: stays that had not ended are not a random part."""
    drawn = hospital[0]
    early = drawn[drawn["admitted"] < pd.Timestamp("2024-06-15")]
    assert early[event].notna().sum() > 5_000
    assert calibrated(early[risk], early[event]) < 3.3


def test_daily_risk_is_calibrated(hospital: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    drawn, daily = hospital
    joined = daily.merge(drawn[["encounter_id", "discharged", "died"]].dropna(), on="encounter_id")
    left = (joined["discharged"] - joined["time"]).dt.total_seconds() / 86_400
    happened = joined["died"].astype(bool) & (left < 1)
    assert calibrated(joined["death_next_day"], happened) < 3.5


def test_readmissions_come_within_30_days(hospital: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    drawn = hospital[0].sort_values(["patient_id", "admitted"])
    gap = drawn.groupby("patient_id")["admitted"].shift(-1) - drawn["discharged"]
    soon = (gap <= pd.Timedelta(days=30)).astype(bool)
    known = drawn["readmitted"].notna()
    assert (soon[known] == drawn["readmitted"][known].astype(bool)).mean() > 0.995  # the 14th stay is the last drawn


def test_treatment_looks_harmful_under_confounding_and_is_not(hospital: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    drawn = hospital[0].dropna(subset=["died"])
    crude = drawn.groupby("treated")["died"].apply(lambda d: d.astype(float).mean())
    assert crude[True] > crude[False]
    weight = np.where(drawn["treated"], 1 / drawn["treatment_chance"], 1 / (1 - drawn["treatment_chance"]))
    treated = drawn["treated"].to_numpy(bool)
    died = drawn["died"].astype(float).to_numpy()
    assert np.average(died[treated], weights=weight[treated]) < np.average(died[~treated], weights=weight[~treated])


def test_effects_come_as_often_as_stated() -> None:
    """Exposed without a cause: none. Lisinopril's cough: the chance, less the courses that ended before the onset."""
    config, hits, exposed = HospitalConfig(seed=3), 0, 0
    for number in range(40):
        people = draw_people(config, number)
        illness = draw_illness(config, people, number)
        stayed, death = draw_stays(config, people, illness, number)
        courses = draw_courses(config, people, illness, stayed, number)
        last = np.minimum(death, seconds(config.end))
        harms = draw_harms(config, people, courses, last, number)
        caused = harms.drug >= 0
        assert (effect_matrix()[harms.drug[caused], harms.effect[caused]] > 0).all()
        long = (
            (courses.drug == 0)
            & (courses.stay < 0)
            & (np.minimum(courses.stop, last[courses.who]) - courses.start > 2e7)
        )
        exposed += int(long.sum())
        hits += int(np.isin(harms.course[caused & (harms.effect == 0)], np.flatnonzero(long)).sum())
    assert exposed > 1_000
    assert abs(hits - 0.12 * exposed) / np.sqrt(exposed * 0.12 * 0.88) < 3
    assert BLOCK == 256
