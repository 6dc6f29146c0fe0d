"""PRR, ROR, IC and EBGM equal vigipy's, intervals and p included."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nlp.adverse.signals import prior, ratios, shrinkage
from nlp.adverse.signals.cells import Cells
from nlp.adverse.signals.disproportion import measures
from nlp.adverse.signals.information import noren

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    vigipy = pytest.importorskip("vigipy", reason="the reference is not installed: pip install vigipy")

LEAST = 3


def counted(seed: int = 1, rows: int = 6000) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    drug, event = ((n * rng.random(rows) ** 2).astype(int) for n in (25, 40))
    planted = rng.random(rows) < 0.15
    event[planted] = drug[planted] * 7 % 40
    return pd.DataFrame({"name": drug, "AE": event, "count": 1}).groupby(["name", "AE"], as_index=False).sum()


@pytest.fixture(scope="module")
def container() -> Any:
    return vigipy.convert(counted())


@pytest.fixture(scope="module")
def cells(container: Any) -> Cells:
    said, total = container.data, float(container.N)
    wide = [said[n].to_numpy(float) for n in ("events", "product_aes", "count_across_brands")]
    return Cells(said.product_name.to_numpy(), said.ae_name.to_numpy(), *wide, total, wide[1] * wide[2] / total, [], [])


def aligned(result: Any, cells: Cells) -> pd.DataFrame:
    rows = result.all_signals.set_index(["Product", "Adverse Event"])
    return rows.loc[list(zip(cells.drug, cells.event, strict=True))]


def test_all_measures_and_intervals_equal_the_reference(container: Any, cells: Cells) -> None:
    fitted = prior.fit(cells.a, cells.expected, "vigipy")
    kept = cells.at_least(LEAST)
    ours = measures(kept, fitted, "vigipy")
    pairs = [
        (vigipy.prr(container), {"PRR": "prr", "CI Lower": "prr_lower", "CI Upper": "prr_upper"}),
        (vigipy.ror(container), {"ROR": "ror", "CI Lower": "ror_lower", "CI Upper": "ror_upper", "p_value": "ror_p"}),
        (vigipy.bcpnn(container), {"quantile": "ic025"}),
        (vigipy.gps(container), {"EBGM": "ebgm", "LowerBound": "eb05", "UpperBound": "eb95", "p_value": "null"}),
    ]
    for result, names in pairs:
        theirs = aligned(result, kept)
        for name, own in names.items():
            assert np.abs(theirs[name].to_numpy() - ours[own]).max() < 1e-6, name


def test_the_maximum_is_no_worse_than_where_the_reference_stops(cells: Cells) -> None:
    stopped, best = (prior.fit(cells.a, cells.expected, how) for how in ("vigipy", "ml"))
    assert prior.loss(best.values(), cells.a, cells.expected) <= prior.loss(stopped.values(), cells.a, cells.expected)
    _, slope = prior._gradient(cells.a, cells.expected)(prior._free(np.array(best.values())))
    assert np.abs(slope).max() < 1e-7


def test_exact_quantiles_have_their_probability(cells: Cells) -> None:
    made = prior.Prior(*prior.START)
    shrunk, after = shrinkage.shrink(cells, made), shrinkage.posterior(cells, made)
    assert np.allclose(after.below(shrunk.lower), 0.05, atol=1e-9)
    assert np.allclose(after.below(shrunk.upper), 0.95, atol=1e-9)
    assert (shrunk.lower < shrunk.value).all()
    assert (shrunk.value < shrunk.upper).all()


def test_chi_square_with_yates_equals_scipy(cells: Cells) -> None:
    from scipy.stats import chi2_contingency

    value, p = ratios.chi_square(cells)
    for k in (0, 7, 100):
        a, b, c, d = (x[k] for x in cells.fourfold())
        expected = chi2_contingency([[a, b], [c, d]])
        assert np.allclose([value[k], p[k]], expected[:2])


def test_an_empty_cell_is_corrected_by_one_half() -> None:
    one = np.array([5.0])
    cells = Cells(np.array([0]), np.array([0]), one, one, one, 100.0, one * one / 100, ["d"], ["e"])
    assert ratios.ror(cells).value[0] == pytest.approx(5.5 * 95.5 / (0.5 * 0.5))
    assert noren(cells).value[0] == pytest.approx(np.log2(5.5 / 0.75))
