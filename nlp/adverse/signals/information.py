"""The information component (IC): log2 of how much oftener a pair is reported than expected, shrunk towards 0.

`bcpnn`: Bate 1998 with the exact moments of Gould 2003, a normal interval. `noren`: Norén 2006 and 2013, from observed
and expected counts alone, with the interval of the gamma distribution: the one that can be stratified.
"""

from dataclasses import dataclass

import numpy as np

from nlp.adverse.signals.cells import Cells, Floats
from nlp.adverse.signals.ratios import Z

SHRINK = 0.5  # of noren: half a report more, observed and expected


@dataclass(frozen=True)
class Information:
    value: Floats
    lower: Floats  # IC025
    upper: Floats  # IC975


def information(cells: Cells) -> Information:
    """By BCPNN; by Norén's form where expected counts are stratified."""
    return noren(cells) if cells.stratified else bcpnn(cells)


def bcpnn(cells: Cells) -> Information:
    from scipy.special import digamma, polygamma

    n, p, q, r = cells.total, 1 + cells.drug_n, 1 + cells.event_n, 1 + cells.a
    rest = n - cells.a - 1 + (2 + n) ** 2 / (q * p)
    mean = digamma(r) - digamma(r + rest) - (digamma(p) + digamma(q) - 2 * digamma(2.0 + n))
    variance = polygamma(1, r) - polygamma(1, r + rest)
    variance = variance + polygamma(1, p) + polygamma(1, q) - 2 * polygamma(1, 2.0 + n)
    value, sd = mean / np.log(2), np.sqrt(variance) / np.log(2)
    return Information(value, value - Z * sd, value + Z * sd)


def noren(cells: Cells) -> Information:
    from scipy.stats import gamma

    observed, expected = cells.a + SHRINK, cells.expected + SHRINK
    lower, upper = (np.log2(gamma.ppf(at, observed, scale=1 / expected)) for at in (0.025, 0.975))
    return Information(np.log2(observed / expected), lower, upper)
