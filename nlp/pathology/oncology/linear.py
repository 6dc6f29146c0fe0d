"""Linear classifiers small enough to ship: most weights are nothing, and what they say becomes probabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass
class Linear:
    """`weights` (classes, features), sparse. `sharp`: scores are multiplied by it before they are probabilities."""

    classes: tuple[str, ...]
    weights: "csr_matrix"
    intercept: Floats
    sharp: float = 1.0

    def probabilities(self, features: "csr_matrix") -> Floats:
        """(rows, classes)."""
        scores = self.sharp * ((features @ self.weights.T).toarray() + self.intercept)
        risen = np.exp(scores - scores.max(1, keepdims=True))
        shares: Floats = risen / risen.sum(1, keepdims=True)
        return shares

    def arrays(self, name: str) -> dict[str, Any]:
        of = self.weights
        return {f"{name}.data": of.data.astype(np.float32), f"{name}.indices": of.indices.astype(np.int32),
                f"{name}.indptr": of.indptr.astype(np.int32), f"{name}.shape": np.asarray(of.shape),
                f"{name}.intercept": self.intercept.astype(np.float32), f"{name}.sharp": np.asarray(self.sharp),
                f"{name}.classes": np.asarray(self.classes, dtype="U8")}  # fmt: skip

    @staticmethod
    def again(arrays: Mapping[str, Any], name: str) -> "Linear":
        from scipy.sparse import csr_matrix

        held = {key: arrays[f"{name}.{key}"] for key in ("data", "indices", "indptr", "shape", "intercept", "classes")}
        kept = (held["data"].astype(np.float64), held["indices"], held["indptr"])
        weights = csr_matrix(kept, shape=tuple(held["shape"]))
        classes = tuple(str(one) for one in held["classes"])
        return Linear(classes, weights, held["intercept"].astype(np.float64), float(arrays[f"{name}.sharp"]))


def margins(features: "csr_matrix", labels: Sequence[str], weights: Floats, least: float, sharp: float) -> Linear:
    """A linear SVM, one class against the others; weights smaller than `least` are left out, which errs less, too."""
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    if len(set(labels)) == 1:
        return _always(labels[0], features.shape[1])
    model = LinearSVC(random_state=1).fit(features, list(labels), sample_weight=weights)
    coefficients, intercept = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        coefficients, intercept = np.vstack([-coefficients, coefficients]), np.append(-intercept, intercept)
    kept = csr_matrix(np.where(np.abs(coefficients) < least, 0.0, coefficients))
    return Linear(tuple(model.classes_), kept, intercept, sharp)


def logistic(features: "csr_matrix", labels: Sequence[str], weights: Floats, least: float = 0.01) -> Linear:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    if len(set(labels)) == 1:
        return _always(labels[0], features.shape[1])
    model = LogisticRegression(C=3.0, max_iter=400).fit(features, list(labels), sample_weight=weights)
    coefficients, intercept = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        coefficients, intercept = np.vstack([-coefficients, coefficients]) / 2, np.append(-intercept, intercept) / 2
    kept = csr_matrix(np.where(np.abs(coefficients) < least, 0.0, coefficients))
    return Linear(tuple(model.classes_), kept, intercept)


def _always(label: str, features: int) -> Linear:
    from scipy.sparse import csr_matrix

    return Linear((label,), csr_matrix((1, features)), np.zeros(1))
