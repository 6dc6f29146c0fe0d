"""Features as finite numbers, for models that need them: known enough, filled, on one scale, not too many."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contract.errors import InputError
from eval.survival import Floats
from outcomes.features.matrix import Features

FAR = 4.0  # standard deviations beyond which a value is drawn in
LEAST = 0.02  # share of rows in which a column differs from its middle


@dataclass(frozen=True)
class Table:
    """Columns to keep, with what stands for unknown; a second one says where it is unknown, if that varies."""

    names: tuple[str, ...]  # (f,) of all features that were learned from
    kept: npt.NDArray[np.int64]  # (c,) places among them
    absent: npt.NDArray[np.int64]  # (a,) places of those whose absence is told too
    middle: Floats  # (c,) median of what is known
    centre: Floats  # (c + a,)
    scale: Floats  # (c + a,)

    @property
    def columns(self) -> tuple[str, ...]:
        """(c + a,) a name for each; what tells that something is unknown ends in `?`."""
        return (*(self.names[at] for at in self.kept), *(f"{self.names[at]}?" for at in self.absent))

    def read(self, features: Features) -> Floats:
        """(m, c + a)"""
        if features.names != self.names:
            raise InputError(
                f"{len(features.names)} features, not the {len(self.names)} that were learned from, or in another "
                "order. Make them with the vocabulary of the training (outcomes.features.windows:features)."
            )
        return np.clip((self._raw(features.dense()) - self.centre) / self.scale, -FAR, FAR)

    def narrowed(self, columns: npt.NDArray[np.int64]) -> "Table":
        """With some of its columns, in their order."""
        own, other = columns[columns < len(self.kept)], columns[columns >= len(self.kept)]
        kept, absent = self.kept[own], self.absent[other - len(self.kept)]
        both = np.r_[own, other]
        return Table(self.names, kept, absent, self.middle[own], self.centre[both], self.scale[both])

    def _raw(self, dense: npt.NDArray[np.float32]) -> Floats:
        own = dense[:, self.kept].astype(np.float64)
        filled = np.where(np.isfinite(own), own, self.middle)
        return np.hstack([filled, ~np.isfinite(dense[:, self.absent])])

    def save(self, path: Path) -> None:
        said = {"names": self.names} | {
            name: getattr(self, name).tolist() for name in ("kept", "absent", "middle", "centre", "scale")
        }
        path.write_text(json.dumps(said) + "\n", encoding="utf-8")


def opened(path: Path) -> Table:
    said = json.loads(path.read_text(encoding="utf-8"))
    kept, absent = (np.array(said[name], np.int64) for name in ("kept", "absent"))
    middle, centre, scale = (np.array(said[name], np.float64) for name in ("middle", "centre", "scale"))
    return Table(tuple(said["names"]), kept, absent, middle, centre, scale)


def learned(features: Features) -> Table:
    """From training rows. A column that hardly moves, or is hardly known, teaches nothing."""
    dense = features.dense()
    known = np.isfinite(dense)
    middle = _middle(dense, known)
    moving = (known & (dense != middle)).mean(0) >= LEAST
    varies = (known.mean(0) >= LEAST) & (known.mean(0) <= 1 - LEAST)
    absent = _distinct(known, np.flatnonzero(varies))
    first = Table(features.names, np.flatnonzero(moving), absent, middle[moving], np.zeros(1), np.ones(1))
    raw = first._raw(dense)
    low, high = np.quantile(raw, [0.005, 0.995], axis=0) if len(raw) else (np.zeros(raw.shape[1]),) * 2
    drawn = np.clip(raw, low, high)
    scale = drawn.std(0)
    return Table(first.names, first.kept, absent, first.middle, drawn.mean(0), np.where(scale > 1e-9, scale, 1.0))


def _middle(dense: npt.NDArray[np.float32], known: npt.NDArray[np.bool_]) -> Floats:
    """(f,) median of what is known; 0 where nothing is."""
    columns = zip(dense.T, known.T, strict=True)
    return np.array([np.median(column[rows]) if rows.any() else 0.0 for column, rows in columns])


def _distinct(known: npt.NDArray[np.bool_], columns: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """One of those that are unknown in the same rows (all aggregates of one code in one window)."""
    if not len(columns):
        return columns
    _, first = np.unique(np.packbits(known[:, columns], axis=0), axis=1, return_index=True)
    return np.sort(columns[first])
