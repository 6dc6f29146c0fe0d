"""What a Blend learned: scores, their exact parts, and files without code in them."""

import gzip
import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contract.errors import InputError
from outcomes.features.matrix import Features, Matrix
from outcomes.learning import trees
from outcomes.learning.basis import Basis
from outcomes.timeline import Ints

Floats = npt.NDArray[np.float64]
ARRAYS, TREES, NAMES = "blend.npz", "trees.json.gz", "features.json"
VERSION = 1
PIECE = 64  # rows multiplied at once: what a cache holds


@dataclass(frozen=True)
class Blended:
    names: tuple[str, ...]  # (f,)
    basis: Basis
    slope: Floats  # (c, t) mean of the bags
    intercept: Floats  # (t,)
    centre: Floats  # (c,) mean of the columns in training: what a part of the logistic regression is told from
    grown: tuple[tuple[str, ...], ...]  # (t,) LightGBM's text of each bag's trees
    share: Floats  # (t, 3) intercept, share of the logistic regression, share of the trees
    out_of_fold: Floats | None = None  # (m, t) logits of the training rows, by models that never saw the person

    def logits(self, features: Features) -> Floats:
        """(m, t)"""
        values = self._dense(features)
        linear = by_row(self.basis.columns(values), self.slope) + self.intercept
        out = self.share[:, 0] + linear * self.share[:, 1]
        for at in self._with_trees():
            out[:, at] += self.share[at, 2] * trees.logits(self.grown[at], values)
        return out

    def parts(self, features: Features) -> tuple[Floats, Floats]:
        """(t, m, f) of each feature, and (t,) the base: they sum to the logits. SHAP, exact for both models."""
        values = self._dense(features)
        away = self.basis.columns(values) - self.centre
        base = self.share[:, 0] + (self.centre @ self.slope + self.intercept) * self.share[:, 1]
        parts = np.zeros((len(base), *values.shape))
        for at in range(len(base)):
            np.add.at(parts[at].T, self.basis.owner, (away * self.slope[:, at]).T * self.share[at, 1])
        for at in self._with_trees():
            grown = trees.parts(self.grown[at], values) * self.share[at, 2]
            parts[at] += grown[:, :-1]
            base[at] += grown[0, -1] if len(grown) else 0
        return parts, base

    def _with_trees(self) -> Ints:
        return np.flatnonzero(
            [len(texts) > 0 and share > 0 for texts, share in zip(self.grown, self.share[:, 2], strict=True)]
        )

    def _dense(self, features: Features) -> Matrix:
        if features.names != self.names:
            raise InputError(
                f"the model reads {len(self.names)} features, found {len(features.names)}, not the same ones in the "
                "same order; make them with the model's own vocabulary."
            )
        return features.dense()

    def save(self, folder: Path) -> None:
        """out_of_fold is not kept: it belongs to the training rows."""
        arrays = {name: getattr(self, name) for name in ("slope", "intercept", "centre", "share")}
        learned = {f"basis_{field.name}": getattr(self.basis, field.name) for field in fields(Basis)}
        np.savez_compressed(folder / ARRAYS, version=np.int64(VERSION), **arrays, **learned)
        text = json.dumps(self.grown).encode()
        (folder / TREES).write_bytes(gzip.compress(text, mtime=0))
        (folder / NAMES).write_text(json.dumps(self.names, ensure_ascii=False) + "\n", encoding="utf-8")


def by_row(columns: Matrix, slope: Floats) -> Floats:
    """(m, t) their product, each row summed on its own: BLAS would round it as the number of its neighbours has it."""
    out = np.empty((len(columns), slope.shape[1]))
    for first in range(0, len(columns), PIECE):
        some = np.ascontiguousarray(columns[first : first + PIECE])
        for at, each in enumerate(slope.T):
            out[first : first + PIECE, at] = (some * each).sum(1)
    return out


def load(folder: Path) -> Blended:
    try:
        with np.load(folder / ARRAYS, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
        grown = tuple(map(tuple, json.loads(gzip.decompress((folder / TREES).read_bytes()))))
        names = tuple(json.loads((folder / NAMES).read_text(encoding="utf-8")))
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{folder.name}: expected all of {ARRAYS}, {TREES}, {NAMES}; train again.") from error
    if int(arrays["version"]) != VERSION:
        raise InputError(f"{folder.name}: expected a model of version {VERSION}; train again with this release.")
    learned = Basis(**{field.name: arrays[f"basis_{field.name}"] for field in fields(Basis)})
    slope, intercept, centre, share = (arrays[name] for name in ("slope", "intercept", "centre", "share"))
    return Blended(names, learned, slope, intercept, centre, grown, share)
