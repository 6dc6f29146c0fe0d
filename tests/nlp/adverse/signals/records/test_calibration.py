"""Calibration by negative controls, and what is called a signal."""

import numpy as np

from nlp.adverse.signals.records.calibration import null
from nlp.adverse.signals.records.screen import BEFORE, RAW, Found, judge
from nlp.adverse.signals.records.selfcontrolled import Estimate


def test_p_of_controls_is_uniform_whatever_the_systematic_error() -> None:
    rng = np.random.default_rng(1)
    ses = rng.uniform(0.1, 0.4, 200)
    logs = rng.normal(0.4, np.hypot(0.3, ses))
    fitted = null(logs[:100], ses[:100])
    assert fitted is not None
    assert abs(fitted.mean - 0.4) < 0.12
    p = np.array([fitted.p(log, se) for log, se in zip(logs[100:], ses[100:], strict=True)])
    assert (p < 0.05).mean() < 0.12
    naive = logs[100:] / ses[100:] > 1.645
    assert naive.mean() > 0.3
    value, lower, upper = fitted.interval(0.4, 0.2)
    assert lower < 0 < upper and abs(value) < 0.12


def test_few_controls_fit_nothing() -> None:
    assert null(np.zeros(4), np.ones(4)) is None


def pair(log: float, se: float = 0.2, *, control: bool = False, before: float = -9.0) -> Found:
    return Found("d", f"e{log}", control, Estimate(0, 10, 20, log, se, before, before), None)


def test_a_control_is_judged_by_the_others_and_a_signal_needs_more_than_the_usual_error() -> None:
    controls = [pair(log, control=True) for log in (0.3, 0.8, 0.5, 0.6, 0.4, 0.7)]
    weak, strong, reason = pair(0.9), pair(3.0), pair(3.1, before=3.2)
    judge([*controls, weak, strong, reason], 0.05)
    assert [one.signal for one in (weak, strong, reason)] == [False, True, False]
    assert not any(one.signal for one in controls)
    assert reason.flags == [BEFORE]
    alone = pair(3.0)
    judge([alone], 0.05)
    assert alone.signal and alone.flags == [RAW]
