"""PRR and ROR with intervals, and the chi-square of the fourfold table.

Evans 2001 (PRR, chi-square with Yates' correction); van Puijenbroek 2002 (ROR, Woolf's interval). A table with an empty
cell has one half added to each of its four cells (Haldane, Anscombe).
"""

from dataclasses import dataclass

import numpy as np

from nlp.adverse.signals.cells import Cells, Floats

Z = 1.959963984540054  # of a two-sided 95 % interval


@dataclass(frozen=True)
class Ratio:
    """`p`: one-sided, that the ratio is not above 1."""

    value: Floats
    lower: Floats
    upper: Floats
    p: Floats


def prr(cells: Cells) -> Ratio:
    a, b, c, d = corrected(cells)
    log = np.log((a / (a + b)) / (c / (c + d)))
    return _interval(log, 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))


def ror(cells: Cells) -> Ratio:
    a, b, c, d = corrected(cells)
    return _interval(np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d)


def corrected(cells: Cells) -> tuple[Floats, Floats, Floats, Floats]:
    a, b, c, d = cells.fourfold()
    half = 0.5 * ((a <= 0) | (b <= 0) | (c <= 0) | (d <= 0))
    return a + half, b + half, c + half, d + half


def chi_square(cells: Cells) -> tuple[Floats, Floats]:
    """With Yates' correction, and its p; 0 and 1 where a margin is empty."""
    from scipy.stats import chi2

    a, b, c, d = cells.fourfold()
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    distance = np.maximum(np.abs(a * d - b * c) - cells.total / 2, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(margins > 0, cells.total * distance**2 / margins, 0.0)
    return value, chi2.sf(value, 1)


def _interval(log: Floats, variance: Floats) -> Ratio:
    from scipy.stats import norm

    sd = np.sqrt(np.maximum(variance, 0.0))
    p = np.where(sd > 0, norm.sf(log / np.where(sd > 0, sd, 1.0)), np.where(log > 0, 0.0, 1.0))
    return Ratio(np.exp(log), np.exp(log - Z * sd), np.exp(log + Z * sd), p)
