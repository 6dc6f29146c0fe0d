"""Both designs on hospitals whose rates are known, and the case series beside a regression that others wrote."""

import numpy as np
import pytest

from nlp.adverse.signals.records.cohort import arms, compare, propensity, starts
from nlp.adverse.signals.records.histories import Sources, histories
from nlp.adverse.signals.records.population import Population, population
from nlp.adverse.signals.records.selfcontrolled import Spells, fit, series
from nlp.adverse.signals.records.trends import by_period, case_days
from nlp.adverse.signals.records.windows import Windows
from tests.nlp.adverse.signals.records.made import Made

DRUG, OTHER, EVENT = "LOCAL//a", "LOCAL//b", "SNOMED//1"


def people(made: Made) -> Population:
    return population([histories({"t": made.table()}, "t", "f", Sources(), lambda codes: {c: c for c in codes})])


@pytest.fixture(scope="module")
def harmful() -> Population:
    made = Made(1200)
    made.give(DRUG, EVENT, rate=0.2, harm=4.0)
    made.give(OTHER, "SNOMED//2", rate=0.2, harm=1.0)
    return people(made)


def test_the_case_series_finds_the_rate_ratio_and_nothing_at_the_other_drug(harmful: Population) -> None:
    found = {harmful.drugs[one.drug]: one for one in series(harmful, harmful.events.index(EVENT), Windows())}
    assert np.exp(found[DRUG].log - 1.96 * found[DRUG].se) < 4.0 < np.exp(found[DRUG].log + 1.96 * found[DRUG].se)
    assert found[DRUG].log - 1.96 * found[DRUG].se > 0.7
    assert abs(found[OTHER].log) < 2.5 * found[OTHER].se


def test_new_users_have_it_more_often_than_others(harmful: Population) -> None:
    begun = starts(harmful, Windows())
    arm = arms(harmful, begun, harmful.drugs.index(DRUG))
    assert arm is not None
    found = compare(harmful, begun, arm, harmful.events.index(EVENT), Windows())
    assert found is not None
    assert found.log - 1.96 * found.se < np.log(4.0) < found.log + 1.96 * found.se
    assert found.log - 1.96 * found.se > 0


def test_newton_equals_a_regression_with_an_intercept_for_each_case() -> None:
    """Poisson with fixed effects gives what the conditional likelihood gives; statsmodels comes with vigipy."""
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(2)
    cases, pieces = 150, 4
    who, days = np.repeat(np.arange(cases), pieces), rng.integers(20, 200, cases * pieces).astype(float)
    x = (rng.random((cases * pieces, 2)) < 0.4).astype(float)
    rate = days * np.exp(x @ np.array([1.0, -0.5]))
    hit = np.zeros(cases * pieces)
    for k in range(cases):
        mine = slice(k * pieces, (k + 1) * pieces)
        hit[k * pieces + rng.choice(pieces, p=rate[mine] / rate[mine].sum())] = 1
    beta, cov = fit(Spells(who, days, x, hit), prior_sd=1e4)
    design = np.column_stack([x, (who[:, None] == np.arange(cases)).astype(float)])
    beside = sm.GLM(hit, design, sm.families.Poisson(), offset=np.log(days)).fit()
    assert np.allclose(beta, beside.params[:2], atol=1e-5)
    assert np.allclose(np.sqrt(np.diag(cov)), beside.bse[:2], atol=1e-4)


def test_the_propensity_equals_logistic_regression() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(4)
    x = rng.normal(size=(500, 3))
    y = (rng.random(500) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    beside = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(x, y).predict_proba(x)[:, 1]
    assert np.allclose(propensity(x, y), beside, atol=1e-4)


def test_courses_join_and_ends_hold() -> None:
    made = Made(1)
    for number, (start, stop) in enumerate([(300, 310), (320, 330), (500, 510)]):
        made.add(0, start, f"{DRUG}//ORDER", f"M/{number}")
        made.add(0, stop, f"{DRUG}//ORDER//END", f"M/{number}")
    found = people(made)
    base = int(found.course_start[0])
    assert (found.course_start - base).tolist() == [0, 200]
    assert (found.course_stop - base).tolist() == [30, 210]
    assert found.first.tolist() == [True, False]


def test_periods_never_show_a_small_number(harmful: Population) -> None:
    days = case_days(harmful, harmful.drugs.index(DRUG), harmful.events.index(EVENT), Windows())
    found = by_period(days)
    assert found and min(cases for _, cases in found) >= 5
    assert sum(cases for _, cases in found) == len(days)
    assert by_period(days[:6]) == [] or len(by_period(days[:6])) == 1
    assert by_period(np.array([18262] * 5 + [18293] * 6)) == [("2020-01", 5), ("2020-02", 6)]
    assert by_period(np.array([18262] * 5 + [18293] * 2)) == [("2020-Q1", 7)]
