"""Finding heads: from the vectors of studies to calibrated findings with side, severity and position.

Linear, so that an artifact is a few arrays: numpy reads it, and no network needs to be loaded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contract.errors import InputError
from imaging.finding import Finding
from imaging.heads.aspects import Aspect
from imaging.heads.coded import ASPECTS, coded, common
from imaging.heads.decided import Bands
from imaging.heads.discriminant import Covariance, covariance
from imaging.heads.learned import Learned, learn
from imaging.heads.readings import Readings
from imaging.heads.strange import Range, distances, of_studies, usual
from imaging.studies import Studies

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
FILE = "heads.npz"
FEWEST = 50  # studies to learn from
__all__ = ["Heads", "Readings"]


@dataclass(frozen=True)
class Heads:
    names: tuple[str, ...]
    learned: Learned
    seen: Covariance  # of the images of training
    range: Range  # of their distances

    @classmethod
    def fit(
        cls, studies: Studies, findings: Sequence[Sequence[Finding]], *,
        names: Sequence[str] | None = None, seed: int = 1,
    ) -> "Heads":  # fmt: skip
        """`findings`: of each study what is there. `names`: what is learned; without, all that enough persons have.

        Studies without an image, or whose vectors are not numbers, are left out.
        """
        if len(findings) != len(studies):
            raise InputError(f"heads: {len(findings)} lists of findings for {len(studies)} studies; expected one each.")
        good = _readable(studies)
        if good.sum() < FEWEST:
            raise InputError(
                f"heads: {int(good.sum())} studies with an image to learn from; expected {FEWEST} or more."
            )
        kept, said = studies.take(good), [each for each, here in zip(findings, good, strict=True) if here]
        persons = _persons(kept)
        chosen = common(said, persons) if names is None else tuple(names)
        images = np.asarray(kept.vectors, np.float64)
        seen = covariance(images)
        learned = learn(np.asarray(kept.pooled, np.float64), coded(said, chosen), persons, seed)
        return cls(chosen, learned, seen, usual(distances(kept.vectors, seen)))

    def read(self, studies: Studies) -> Readings:
        """Studies that cannot be read (no image, not numbers) are strange. InputError: another width."""
        if len(studies) and studies.width not in (0, len(self.seen.mean)):
            raise InputError(
                f"heads: vectors of width {studies.width}; these heads were trained on width {len(self.seen.mean)}. "
                "Give embeddings of the same encoder, or train heads on these."
            )
        empty = studies.width == 0
        strange = np.ones(len(studies), bool) if empty else self._strange(studies)
        pooled = np.zeros((len(studies), len(self.seen.mean))) if empty else np.asarray(studies.pooled, np.float64)
        vectors = np.where(strange[:, None], self.seen.mean, pooled)
        said = {name: self.learned.aspects[name](vectors) for name in ASPECTS}
        stated, doubtful, absent = (
            np.array([getattr(each, name) for each in self.learned.bands]) for name in ("stated", "doubtful", "absent")
        )
        return Readings(
            self.names, self.learned.presence(vectors), said["side"], said["severity"], said["position"],
            stated, doubtful, absent, self.learned.speaks, strange,
        )  # fmt: skip

    def _strange(self, studies: Studies) -> npt.NDArray[np.bool_]:
        return self.range.strange(of_studies(distances(studies.vectors, self.seen), studies))

    def save(self, folder: Path) -> None:
        learned = self.learned
        arrays: dict[str, npt.NDArray[np.float32]] = {}
        for name, aspect in learned.aspects.items():
            parts = {key: getattr(aspect, key) for key in ("directions", "offsets", "prior", "sharp")}
            arrays |= {f"{name}.{key}": part.astype(np.float32) for key, part in parts.items()}
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            folder / FILE, allow_pickle=False, names=np.array(self.names, str),
            weights=learned.weights.astype(np.float32), shift=learned.shift,
            speaks=learned.speaks, range=np.array([self.range.low, self.range.high]),
            bands=np.array([[each.stated, each.doubtful, each.absent] for each in learned.bands]).reshape(-1, 3),
            mean=self.seen.mean, axes=self.seen.axes.astype(np.float32), variances=self.seen.variances, **arrays,
        )  # fmt: skip

    @classmethod
    def load(cls, folder: Path) -> "Heads":
        with np.load(folder / FILE, allow_pickle=False) as held:
            aspects = {
                name: Aspect(
                    *(held[f"{name}.{key}"].astype(float) for key in ("directions", "offsets", "prior", "sharp"))
                )
                for name in ASPECTS
            }
            learned = Learned(
                held["weights"].astype(float), held["shift"], tuple(Bands(*map(float, row)) for row in held["bands"]),
                held["speaks"], aspects,
            )  # fmt: skip
            seen = Covariance(held["mean"], held["axes"].astype(float), held["variances"])
            return cls(tuple(map(str, held["names"])), learned, seen, Range(*map(float, held["range"])))


def _readable(studies: Studies) -> npt.NDArray[np.bool_]:
    if studies.width == 0:
        return np.zeros(len(studies), bool)
    return (studies.images > 0) & np.isfinite(studies.pooled).all(1)


def _persons(studies: Studies) -> Ints:
    return np.asarray(np.unique(studies.subject_id, return_inverse=True)[1], np.int64)
