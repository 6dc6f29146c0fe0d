"""The figure of incidences: drawn to the end of what was seen, names escaped, intervals as others have them."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from eval.survival import aalen_johansen
from outcomes.survival.figure import Predicted, incidence_figure, interval

RNG = np.random.default_rng(1)
TIMES, KINDS = RNG.exponential(1, 200), RNG.integers(0, 3, 200)


def test_a_figure_of_two_causes() -> None:
    curves = [(name, aalen_johansen(TIMES, KINDS, at + 1)) for at, name in enumerate(("death & <more>", "discharge"))]
    said = incidence_figure(curves, [("predicted", Predicted(np.array([1.0, 2.0]), np.array([0.2, 0.3])))])
    drawn = ET.fromstring(said)
    assert "death & <more>" in drawn.attrib["aria-label"]
    assert len([part for part in drawn.iter() if part.tag.endswith("circle")]) == 2
    assert "nan" not in said


def test_intervals_as_scikit_survival() -> None:
    from sksurv.nonparametric import cumulative_incidence_competing_risks

    kinds = np.where(TIMES.max() == TIMES, 0, KINDS)
    when, _, theirs = cumulative_incidence_competing_risks(kinds, TIMES, conf_type="log-log", var_type="Dinse_Approx")
    low, high = interval(aalen_johansen(TIMES, kinds, 1), when)
    known = ~np.isnan(low)
    assert low[known] == pytest.approx(theirs[1][0][known], abs=1e-4)
    assert high[known] == pytest.approx(theirs[1][1][known], abs=1e-4)
    assert known.sum() > 150
