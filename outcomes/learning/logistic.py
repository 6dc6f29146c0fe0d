"""Logistic regressions of many targets at once, each with an L2 penalty, by L-BFGS."""

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from outcomes.features.matrix import Matrix

Floats = npt.NDArray[np.float64]
STEPS, TOLERANCE = 80, 1e-5


def logistic(columns: Matrix, labels: Matrix, penalty: float, scale: Matrix | None = None) -> tuple[Floats, Floats]:
    """Coefficients (c, t) and intercepts (t,) of columns (m, c) and labels (m, t); rows with a NaN label teach nothing.

    What is made small is the mean loss of each target and penalty / 2 times the squares of its coefficients, each
    divided by its scale (c, t) first.
    """
    from scipy.optimize import minimize

    known = ~np.isnan(labels)
    weight = (known / np.maximum(known.sum(0), 1)).astype(np.float32)
    truth = np.nan_to_num(labels).astype(np.float32)
    width, targets = columns.shape[1], labels.shape[1]
    turned = np.ascontiguousarray(columns.T)
    free = np.ones((width, targets), np.float32) if scale is None else scale

    def loss(flat: Floats) -> tuple[float, Floats]:
        beta = flat.reshape(width + 1, targets)
        z = columns @ (beta[:-1].astype(np.float32) * free) + beta[-1].astype(np.float32)
        off = weight * (expit(z) - truth)
        value = float((weight * (np.logaddexp(0, z) - truth * z)).sum(dtype=np.float64))
        slope = np.vstack([turned @ off * free + penalty * beta[:-1], off.sum(0)])
        return value + penalty / 2 * float((beta[:-1] ** 2).sum()), slope.astype(np.float64).ravel()

    start = np.zeros((width + 1, targets))
    rate = (weight * truth).sum(0)
    start[-1] = np.log(rate / (1 - rate))
    found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "ftol": TOLERANCE})
    beta = found.x.reshape(width + 1, targets)
    return beta[:-1] * free, beta[-1]
