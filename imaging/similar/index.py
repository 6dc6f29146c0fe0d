"""Studies of one encoder in one repository, ready to be searched; and studies to which similar ones are sought."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from contract.errors import ConfigError, InputError
from imaging.studies import NONE, Ints, Studies, Texts

Floats = npt.NDArray[np.float64]
METRICS, POOLS = ("cosine", "inner", "l2"), ("mean", "best")
PIECE = 4096  # rows that are made float64 at a time


@dataclass(frozen=True)
class Measure:
    """`metric`: cosine, inner (product) or l2 (similarity is minus the distance). `pool`: how studies of several images
    compare: by the mean of each (a lateral view takes noise off a frontal one), or by their best pair of images.
    """

    metric: str = "cosine"
    pool: str = "mean"

    def __post_init__(self) -> None:
        for name, known in (("metric", METRICS), ("pool", POOLS)):
            if getattr(self, name) not in known:
                raise ConfigError(f"unknown {name} {getattr(self, name)!r}: expected one of {', '.join(known)}.")

    def pooled(self, studies: Studies) -> Studies:
        """Under `mean` each study has one vector; one without an image then has 0."""
        if self.pool == "best" or (studies.images == 1).all():
            return studies
        first = np.arange(len(studies) + 1, dtype=np.int64)
        return replace(studies, first=first, vectors=studies.pooled, view=np.full(len(studies), "", object))


@dataclass(frozen=True)
class Asked:
    """Ids mean something in their own repository only; `repository` is empty where the studies lie in none."""

    studies: Studies
    encoder: str
    repository: str = ""

    def __post_init__(self) -> None:
        _require_numbers(self.studies, "what is searched for")

    @classmethod
    def vectors(cls, vectors: npt.NDArray[np.float32], encoder: str, first: Ints | None = None) -> "Asked":
        """Studies that nobody knows: no id, no person, no time. Without `first` (of Studies) each vector is a study."""
        first = np.arange(len(vectors) + 1, dtype=np.int64) if first is None else first
        n = len(first) - 1
        blank = np.full(n, "", object)
        nowhere, never = np.full(n, NONE), np.full(n, "NaT", "datetime64[us]")
        views = np.full(len(vectors), "", object)
        return cls(Studies(blank, nowhere, never, blank, first, vectors, views, nowhere), encoder)

    def __len__(self) -> int:
        return len(self.studies)

    def take(self, rows: npt.NDArray[np.int64]) -> "Asked":
        return replace(self, studies=self.studies.take(rows))


@dataclass(frozen=True)
class Index:
    """`body_part` (n,) is empty where it is not known. `name`: of the repository. Made by `build`."""

    studies: Studies
    body_part: Texts
    encoder: str
    name: str = ""
    measure: Measure = field(default_factory=Measure)
    left_out: int = 0  # studies without an image, or under cosine without any number but 0: they are like nothing

    def __len__(self) -> int:
        return len(self.studies)

    def asked(self, rows: npt.NDArray[np.int64]) -> Asked:
        return Asked(self.studies.take(rows), self.encoder, self.name)

    @cached_property
    def place(self) -> dict[str, int]:
        return {study: row for row, study in enumerate(self.studies.study_id)}

    def itself(self, asked: Asked) -> Ints:
        """(q,) the row of each study asked of, if it lies in this repository; NONE elsewhere."""
        if asked.repository != self.name:
            return np.full(len(asked), NONE)
        return np.asarray([self.place.get(study, NONE) for study in asked.studies.study_id], np.int64)

    @cached_property
    def order(self) -> Ints:
        """(n,) where each study stands among all by its id: breaks ties."""
        found = np.empty(len(self), np.int64)
        found[np.argsort(self.studies.study_id.astype(str), kind="stable")] = np.arange(len(self))
        return found

    @cached_property
    def norms(self) -> Floats:
        return norms(self.studies.vectors)


def build(studies: Studies, encoder: str, body_part: Texts | None = None, *, name: str = "",
          measure: Measure | None = None) -> Index:  # fmt: skip
    """Errors: NaN or an infinite number in a vector, a study id that stands there twice."""
    measure = measure or Measure()
    _require_numbers(studies, f"repository {name!r}" if name else "the studies")
    if len(set(studies.study_id)) < len(studies):
        raise InputError("a study id stands twice among the studies of one repository; expected each once.")
    parts = np.full(len(studies), "", object) if body_part is None else body_part
    shaped = measure.pooled(studies)
    kept = comparable(shaped, measure)
    some = shaped if kept.all() else shaped.take(kept)
    return Index(some, parts[kept], encoder, name, measure, len(studies) - len(some))


def comparable(studies: Studies, measure: Measure) -> npt.NDArray[np.bool_]:
    """(n,) false where there is no image, or under cosine no number but 0."""
    able: npt.NDArray[np.bool_] = studies.images > 0
    if measure.metric == "cosine":
        some = np.concatenate([[0], np.cumsum(norms(studies.vectors) > 0)])
        able &= some[studies.first[1:]] > some[studies.first[:-1]]
    return able


def dots(first: npt.NDArray[np.float32], second: npt.NDArray[np.float32]) -> Floats:
    """(n,) of rows with rows in float64. The same two rows give the same bits wherever they stand."""
    made: Floats = (first.astype(np.float64) * second.astype(np.float64)).sum(axis=1)
    return made


def norms(vectors: npt.NDArray[np.float32]) -> Floats:
    pieces = (vectors[at : at + PIECE] for at in range(0, len(vectors), PIECE))
    return np.concatenate([np.zeros(0), *(np.sqrt(dots(piece, piece)) for piece in pieces)])


def _require_numbers(studies: Studies, what: str) -> None:
    wrong = sum(
        int((~np.isfinite(studies.vectors[at : at + PIECE]).all(axis=1)).sum())
        for at in range(0, len(studies.vectors), PIECE)
    )
    if wrong:
        raise InputError(
            f"{what}: {wrong} of {len(studies.vectors)} vectors hold NaN or an infinite number; expected numbers. "
            "Leave these images out (imaging/similar/repository.py does), or mend the encoder."
        )
