"""How much each model's logits count, learned on scores of persons that the model never saw."""

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Floats = npt.NDArray[np.float64]

PRIOR = 20.0  # how strongly equal shares are held to: as this much curvature of the log-likelihood


def mixture(logits: Floats, label: Floats) -> Floats:
    """(k + 1,) intercept, then a share of 0 or more for each of k models; logits (m, k), label (m,) without NaN."""
    from scipy.optimize import minimize

    models = logits.shape[1]
    start = np.r_[0.0, np.full(models, 1 / models)]
    inputs = np.c_[np.ones(len(label)), logits]

    def loss(share: Floats) -> tuple[float, Floats]:
        z, off = inputs @ share, share - start
        off[0] = 0
        value = (np.logaddexp(0, z) - label * z).sum() + PRIOR / 2 * (off**2).sum()
        return float(value), inputs.T @ (expit(z) - label) + PRIOR * off

    limits = [(None, None), *[(0, None)] * models]
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits).x)
