"""Incidences held against what became of persons who taught nothing: concordance, Brier, and a figure."""

from collections.abc import Mapping

import numpy as np

from eval.resampling import Estimate, around, draws
from eval.survival import Floats, aalen_johansen
from eval.survival_scores import Observed, brier, inverse_chance, observed, uno_c
from outcomes.cohort import Times
from outcomes.learning.learner import Scores
from outcomes.survival.figure import Predicted, incidence_chart, label
from outcomes.survival.outcome import Incidence
from outcomes.timeline import Ints
from outcomes.trust.figure import Figure, figure

RESAMPLES = 200


def figures(seen: Times, scores: Scores, persons: Ints, taught: Times) -> Mapping[str, Estimate]:
    """Of the first cause. Beside the Brier score that of its share by then among `taught`, said of everybody."""
    held, said, horizons = observed(seen.days, seen.kind), cubed(seen, scores)[:, 0], reached(seen)
    if not len(horizons):
        return {}
    weights = np.vstack([np.ones(len(held)), draws([str(each) for each in persons], RESAMPLES)])
    cause, names = seen.kinds[0], [f"{days:g} days" for days in seen.horizons]
    last = len(horizons) - 1
    out = {
        f"Uno's C of {cause} up to {names[last]}": _estimate(
            uno_c(held, said[:, last], horizons[last], weights=weights)
        )
    }
    same = np.broadcast_to(marginal(taught, horizons), (len(held), len(horizons)))
    own, plain = (brier(held, each, horizons, weights=weights) for each in (said[:, : len(horizons)], same))
    for at in range(len(horizons)):
        name = f"Brier of {cause} within {names[at]}"
        out |= {name: _estimate(own[:, at]), f"{name}, the same said of everybody": _estimate(plain[:, at])}
    return out


def pictured(seen: Times, scores: Scores) -> Figure:
    """Mean predicted incidence of each cause beside Aalen-Johansen, up to the last horizon."""
    cut = seen.days <= seen.horizons[-1]
    days, kind = np.minimum(seen.days, seen.horizons[-1]), np.where(cut, seen.kind, 0)
    curves = [(f"{name}, seen", aalen_johansen(days, kind, at + 1)) for at, name in enumerate(seen.kinds)]
    means = cubed(seen, scores).mean(0)
    said = [
        (f"{name}, predicted", Predicted(np.array(seen.horizons), mean))
        for name, mean in zip(seen.kinds, means, strict=True)
    ]
    return figure(incidence_chart(curves, said), label(curves, said))


def reached(seen: Times) -> Floats:
    """Horizons, from the first, by which what became of some rows is known; after all ends: the last end."""
    horizons = np.minimum(np.array(seen.horizons), seen.days.max(initial=0.0))
    held: Observed = observed(seen.days, seen.kind)
    return np.asarray(horizons[~np.isnan(inverse_chance(held, horizons)).any(0)], np.float64)


def marginal(taught: Times, horizons: Floats) -> Floats:
    """(h,) Aalen-Johansen without covariates, of the first cause."""
    curve = aalen_johansen(taught.days, taught.kind, 1)
    return curve.at(np.minimum(horizons, curve.last))


def cubed(seen: Times, scores: Scores) -> Incidence:
    return scores.reshape(len(scores), len(seen.kinds), len(seen.horizons))


def _estimate(found: Floats) -> Estimate:
    """The first is of everybody once."""
    return around(float(found[0]), found[1:])
