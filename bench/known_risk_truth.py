"""What is true of each prediction: its risk given all that is latent, and the latent causes themselves."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from bench.known_risk_hospitals import Case
from outcomes.cohort import Cohort
from outcomes.features.matrix import Features
from outcomes.timeline import DAY

Floats = npt.NDArray[np.float64]
RISK: Mapping[str, str] = {
    "mortality": "death_risk_24h", "long_stay": "long_stay_risk_24h", "readmission": "readmission_risk",
}  # fmt: skip
DIAGNOSES = "diagnoses"
TASKS = (*RISK, DIAGNOSES)
YEAR = 365.25


def stays(cases: Sequence[Case]) -> pd.DataFrame:
    """By encounter_id, persons and encounters as `known_risk_hospitals.together` tells them apart."""
    parts = [
        one.truth["stays"].to_pandas().assign(encounter_id=_own(one, "stays", "encounter_id"),
                                              patient_id=_own(one, "stays", "patient_id"))
        for one in cases
    ]  # fmt: skip
    found: pd.DataFrame = pd.concat(parts).set_index("encounter_id")
    return found


def _own(case: Case, table: str, column: str) -> list[str]:
    found: list[str] = case.own(case.truth[table][column]).to_pylist()
    return found


def risk(task: str, cohort: Cohort, truth: pd.DataFrame) -> Floats:
    """(m, t) the best possible prediction; NaN: the simulation has none for this row.

    Diagnoses: the stay's reason is drawn before all else and charted as a condition on the day of admission, dated by
    day and so recorded by the next midnight, before 24 hours are over. What is to be told is known: the label itself.
    """
    if task == DIAGNOSES:
        return np.where(np.isin(cohort.encounter, truth.index)[:, None], cohort.label, np.nan).astype(np.float64)
    return np.asarray(truth[RISK[task]].reindex(cohort.encounter).to_numpy(np.float64))[:, None]


def causes(cohort: Cohort, cases: Sequence[Case]) -> Features:
    """All that the simulation draws an outcome from, exact: what a model that saw everything would read."""
    told = stays(cases).reindex(cohort.encounter)
    ill = pd.concat([one.truth["diseases"].to_pandas().assign(patient_id=_own(one, "diseases", "patient_id"))
                     for one in cases])  # fmt: skip
    ill = ill.assign(one=1.0).pivot_table(index="patient_id", columns="disease", values="one", fill_value=0.0)
    admitted = pd.to_datetime(told["admitted"])
    columns = {
        "age": told["age"], "severity": told["severity"], "treated": told["treated"].astype(float),
        "years": (admitted - pd.Timestamp("2015-01-01")).dt.total_seconds() / 86_400 / YEAR,
        "days": (cohort.at - cohort.began) / DAY, "earlier": told["number"].astype(float),
        "readmission": told["is_readmission"].astype(float),
    }  # fmt: skip
    named = pd.concat(
        [
            pd.DataFrame(columns).set_axis(range(len(told))),
            pd.get_dummies(told["reason"]).astype(float).set_axis(range(len(told))),
            ill.reindex(told["patient_id"]).fillna(0.0).set_axis(range(len(told))),
        ],
        axis=1,
    )
    return Features(tuple(map(str, named.columns)), np.zeros(named.shape[1], bool), _stored(named.to_numpy(np.float32)))


def _stored(values: npt.NDArray[np.float32]) -> sparse.csr_array:
    """Every number that is known, zeros too."""
    row, column = np.nonzero(~np.isnan(values))
    return sparse.csr_array((values[row, column], (row, column)), shape=values.shape)
