"""The same figures by other libraries: scikit-survival, lifelines, statsmodels; and how far ours are from them."""

import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from bench.survival_designs import Design, Drawn
from eval.survival import aalen_johansen, censoring, kaplan_meier
from eval.survival_scores import brier, observed, uno_c
from outcomes.survival.fine_gray import FineGray, fine_gray

Floats = npt.NDArray[np.float64]
SHIFT = 1e-9  # statsmodels counts a row from its entry on, not from just after it


def differences(design: Design, drawn: Drawn) -> Iterator[tuple[str, float]]:
    """(what, largest absolute difference)"""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield "Kaplan-Meier, scikit-survival", _kaplan_meier(drawn)
        yield "Aalen-Johansen, scikit-survival", _incidence(drawn)
        if not design.step:  # lifelines moves tied times at random
            yield from _lifelines_incidence(drawn)
            yield from _scores(drawn)
        yield from _fine_gray(drawn)


def _kaplan_meier(drawn: Drawn) -> float:
    from sksurv.nonparametric import kaplan_meier_estimator

    times, values = kaplan_meier_estimator(drawn.kinds > 0, drawn.times)
    return _apart(kaplan_meier(drawn.times, drawn.kinds).at(times), values)


def _incidence(drawn: Drawn) -> float:
    from sksurv.nonparametric import cumulative_incidence_competing_risks

    times, values = cumulative_incidence_competing_risks(drawn.kinds, drawn.times)
    return max(_apart(aalen_johansen(drawn.times, drawn.kinds, cause).at(times), values[cause]) for cause in (1, 2))


def _lifelines_incidence(drawn: Drawn) -> Iterator[tuple[str, float]]:
    from lifelines import AalenJohansenFitter

    theirs = AalenJohansenFitter().fit(drawn.times, drawn.kinds, 1)
    ours, when = aalen_johansen(drawn.times, drawn.kinds, 1), theirs.cumulative_density_.index.to_numpy()
    yield "Aalen-Johansen, lifelines", _apart(ours.at(when), theirs.cumulative_density_.iloc[:, 0].to_numpy())
    some = when < ours.last  # the variance of the last time is of nobody
    yield "its variance, lifelines", _apart(ours.variance_at(when[some]), theirs.variance_.to_numpy()[some])


def _scores(drawn: Drawn) -> Iterator[tuple[str, float]]:
    """Of any event: scikit-survival knows no competing ones."""
    from sksurv.metrics import brier_score, concordance_index_ipcw
    from sksurv.util import Surv

    theirs = Surv.from_arrays(drawn.kinds > 0, drawn.times)
    horizons = np.array([0.3, 0.8, 1.5])
    said = drawn.truth(horizons).sum(1)
    seen = observed(drawn.times, (drawn.kinds > 0).astype(int))
    known = concordance_index_ipcw(theirs, theirs, said[:, 1], 1.5)[0]
    yield "Uno's C, scikit-survival", _apart(uno_c(seen, said[:, 1], 1.5), np.array([known]))
    yield (
        "Brier, scikit-survival",
        _apart(brier(seen, said, horizons)[0], brier_score(theirs, theirs, 1 - said, horizons)[1]),
    )


def _fine_gray(drawn: Drawn) -> Iterator[tuple[str, float]]:
    rows = expanded(drawn)
    x = drawn.x[rows["id"]]
    efron, breslow = (fine_gray(drawn.x, drawn.times, drawn.kinds, ties=ties) for ties in ("efron", "breslow"))
    yield from _lifelines(rows, x, efron, drawn)
    for ties, ours in (("Breslow", breslow), ("Efron", efron)):
        theirs = _statsmodels(rows, x, ties.lower())
        yield f"Fine-Gray {ties}, statsmodels", _apart(ours.coefficients, theirs[0])
        yield f"its variance {ties}, statsmodels", _apart(ours.variance, theirs[1])


def _lifelines(rows: pd.DataFrame, x: Floats, ours: FineGray, drawn: Drawn) -> Iterator[tuple[str, float]]:
    from lifelines import CoxPHFitter

    table = pd.concat([rows.drop(columns="id"), pd.DataFrame(x).add_prefix("x")], axis=1)
    model = CoxPHFitter().fit(
        table, "stop", "event", weights_col="weight", entry_col="start", robust=False,
        fit_options={"precision": 1e-10},
    )  # fmt: skip
    yield "Fine-Gray Efron, lifelines", _apart(ours.coefficients, model.params_.to_numpy())
    yield "its variance, lifelines", _apart(ours.variance, model.variance_matrix_.to_numpy())
    del drawn


def _statsmodels(rows: pd.DataFrame, x: Floats, ties: str) -> tuple[Floats, Floats]:
    """Weights as offsets: rows with an event weigh 1."""
    from statsmodels.duration.hazard_regression import PHReg

    stop, start, weight, event = (rows[name].to_numpy(float) for name in ("stop", "start", "weight", "event"))
    found = PHReg(stop, x, status=event, entry=start + SHIFT, offset=np.log(weight), ties=ties).fit()
    return found.params, found.cov_params()


def expanded(drawn: Drawn) -> pd.DataFrame:
    """Rows of persons from one event of cause 1 to the next, weighed for who had another event (Geskus 2011)."""
    free = censoring(drawn.times, drawn.kinds)
    events = np.unique(drawn.times[drawn.kinds == 1])
    rows = []
    for person, (time, kind) in enumerate(zip(drawn.times.tolist(), drawn.kinds.tolist(), strict=True)):
        rows.append((person, 0.0, time, int(kind == 1), 1.0))
        start = time
        for event in events[events > time] if kind == 2 else []:
            rows.append((person, start, float(event), 0, float(free.before(event) / free.before(time))))
            start = float(event)
    found = pd.DataFrame(rows, columns=["id", "start", "stop", "event", "weight"])
    return found[found["weight"] > 0].reset_index(drop=True)


def _apart(ours: Floats, theirs: Floats) -> float:
    return float(np.abs(np.asarray(ours) - np.asarray(theirs)).max())
