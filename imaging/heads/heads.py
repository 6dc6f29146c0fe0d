"""Finding heads: from the vectors of studies to calibrated findings with side, severity and position.

An artifact is a few arrays: numpy reads it, and no network needs to be loaded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contract.errors import InputError
from imaging.finding import Finding
from imaging.heads.coded import LEAST, coded, common
from imaging.heads.forward import forward
from imaging.heads.learned import Learned, learn
from imaging.heads.readings import Readings
from imaging.heads.states import design, trimmed
from imaging.heads.strange import Range, distances, of_studies, usual
from imaging.heads.views import Views, Worth, pooled, views, worth
from imaging.studies import Studies

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
FEWEST = 50  # studies to learn from
AT_ONCE = 4096  # studies
RIDGE = 3.0  # of the first look, which tells only what a second image is worth
__all__ = ["Heads", "Readings"]


@dataclass(frozen=True)
class Heads:
    names: tuple[str, ...]
    learned: Learned
    views: Views
    worth: Worth
    range: Range  # of the distances of images of training

    @classmethod
    def fit(
        cls, studies: Studies, findings: Sequence[Sequence[Finding]], *,
        names: Sequence[str] | None = None, seed: int = 1,
    ) -> "Heads":  # fmt: skip
        """`findings`: of each study what is there. `names`: what is learned; without, all that enough persons have.

        Studies without an image, or whose vectors are not numbers, are left out.
        """
        kept, said = _usable(studies, findings)
        persons = np.asarray(np.unique(kept.subject_id, return_inverse=True)[1], np.int64)
        chosen = common(said, persons) if names is None else tuple(names)
        if not chosen:
            raise InputError(f"heads: no finding that {LEAST} persons have, in {len(kept)} studies; nothing to learn.")
        truth, means = coded(said, chosen), views(kept)
        images = means.centred(kept)
        vectors = pooled(images, kept)
        first = forward(vectors, design(trimmed(truth)), RIDGE)
        value = worth(first.whitened(images), kept)
        learned = learn(vectors, truth, persons, value(kept.images), seed)
        return cls(chosen, learned, means, value, usual(distances(learned.forward.whitened(images))))

    @property
    def shares(self) -> Floats:
        """(f, 1 + sides) share of the studies of training that have a finding, and that have it on each side."""
        return np.stack([each.shares for each in self.learned.states])

    def read(self, studies: Studies) -> Readings:
        """Studies that cannot be read (no image, not numbers) are strange. InputError: another width."""
        width = self.views.means.shape[1]
        if len(studies.vectors) and studies.width != width:
            raise InputError(
                f"heads: vectors of width {studies.width}; these heads were trained on width {width}. "
                "Give embeddings of the same encoder, or train heads on these."
            )
        parts = [np.arange(at, min(at + AT_ONCE, len(studies))) for at in range(0, max(len(studies), 1), AT_ONCE)]
        return Readings.joined([self._read(studies.take(rows)) for rows in parts])

    def _read(self, studies: Studies) -> Readings:
        made = self.learned.forward
        whitened = (
            made.whitened(self.views.centred(studies)) if len(studies.vectors) else np.zeros((0, len(made.normal)))
        )
        strange = self.range.strange(of_studies(distances(whitened), studies))
        whole = np.where(strange[:, None], 0.0, pooled(whitened, studies))
        presence, words = self.learned.read(whole, self.worth(studies.images))
        bands = np.array([[each.stated, each.doubtful, each.absent] for each in self.learned.bands])
        return Readings(
            self.names, presence, words["side"], words["severity"], words["position"],
            bands[:, 0], bands[:, 1], bands[:, 2], self.learned.speaks, strange,
        )  # fmt: skip

    def save(self, folder: Path) -> None:
        from imaging.heads.kept import save

        save(self, folder)

    @classmethod
    def load(cls, folder: Path) -> "Heads":
        from imaging.heads.kept import load

        return load(folder)


def _usable(studies: Studies, findings: Sequence[Sequence[Finding]]) -> tuple[Studies, list[Sequence[Finding]]]:
    if len(findings) != len(studies):
        raise InputError(f"heads: {len(findings)} lists of findings for {len(studies)} studies; expected one each.")
    good = (studies.images > 0) & np.isfinite(studies.pooled).all(1)
    if good.sum() < FEWEST:
        raise InputError(f"heads: {int(good.sum())} studies with an image to learn from; expected {FEWEST} or more.")
    return studies.take(good), [each for each, here in zip(findings, good, strict=True) if here]
