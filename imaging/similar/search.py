"""Exact search for the most similar studies, in one repository or many at once.

Float32 products of matrices in blocks find candidates: all that come within twice the largest error of rounding
(n u |x||y|, Higham, Accuracy and Stability of Numerical Algorithms, 3.5) of the k-th best. They are then compared in
float64, so that the answer is that of a float64 search of everything, and the same however rows are divided into blocks
and repositories. Ties go by study_id.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from contract.errors import ConfigError, InputError
from imaging.similar.index import Asked, Floats, Index, comparable, dots, norms
from imaging.similar.wanted import Wanted
from imaging.studies import Ints, Studies

QUERIES, BLOCK, FIRST = 256, 8192, 256  # asked together; studies looked at together, at most and at first
PAIRS = 1 << 20  # candidates that are held together, about
EXACT = 4096  # pairs compared together in float64
ROUNDING = 2.0**-24
EXTRA = 16  # roundings beside those of the sum: of the unit vector, its scale, what is added
Block = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Hits:
    """By query, then best first; a query has fewer than k where no more fit."""

    query: Ints
    row: Ints  # of the index
    similarity: Floats


@dataclass(frozen=True, slots=True)
class Hit:
    """A similar study, with what its repository says of it; empty where it does not say."""

    repository: str
    study_id: str
    similarity: float
    subject_id: int
    time: np.datetime64
    modality: str
    body_part: str


def search(index: Index, asked: Asked, k: int, wanted: Wanted | None = None) -> Hits:
    """A study that is like nothing (no image, under cosine all 0) has no hits. Memory: some 50 MB beside the index.

    Errors: another encoder or width, k below 1.
    """
    wanted = wanted or Wanted()
    _require(index, asked, k)
    wanted.require_known(asked)
    many = max(1, min(QUERIES, PAIRS // min(k, max(len(index), 1))))
    found = [Hits(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    able = np.flatnonzero(comparable(index.measure.pooled(asked.studies), index.measure))
    for at in range(0, len(able) if len(index) else 0, many):
        queries = able[at : at + many]
        some = _batch(_Products(index, asked.take(queries)), k, wanted)
        found.append(Hits(queries[some.query], some.row, some.similarity))
    query, row = (np.concatenate([getattr(one, name) for one in found]) for name in ("query", "row"))
    return Hits(query, row, np.concatenate([one.similarity for one in found]))


def everywhere(indexes: Iterable[Index], asked: Asked, k: int, wanted: Wanted | None = None) -> list[list[Hit]]:
    """The k best of all repositories for each study asked of, as if they were one; ties by study_id, repository.

    Indexes are taken one after the other: those of a generator need not fit into memory together.
    """
    found: list[list[Hit]] = [[] for _ in range(len(asked))]
    names: set[str] = set()
    for index in indexes:
        if index.name in names:
            raise ConfigError("two repositories have one name; give each its own, for a result says where it lies.")
        names.add(index.name)
        hits = search(index, asked, k, wanted)
        for query, row, similarity in zip(hits.query, hits.row, hits.similarity, strict=True):
            found[query].append(_hit(index, int(row), float(similarity)))
    return [sorted(hits, key=lambda hit: (-hit.similarity, hit.study_id, hit.repository))[:k] for hits in found]


def _hit(index: Index, row: int, similarity: float) -> Hit:
    said = index.studies
    return Hit(index.name, said.study_id[row], similarity, int(said.subject_id[row]), said.time[row],
               said.modality[row], index.body_part[row])  # fmt: skip


def _batch(products: "_Products", k: int, wanted: Wanted) -> Hits:
    index, asked = products.index, products.asked
    held = _Held(len(asked), k, products.error)
    itself = index.itself(asked)
    for rows in _blocks(wanted.possible(index, asked), k):
        near = products.near(rows)
        flat = np.flatnonzero(near >= held.least[:, None])
        query = flat // len(rows)
        row = rows[flat - query * len(rows)]
        fit = wanted.fits(index, asked, query, row) & (itself[query] != row)
        held.add(query[fit], row[fit], near.ravel()[flat[fit]])
    similarity = products.exact(held.query, held.row)
    order = np.lexsort((index.order[held.row], -similarity, held.query))
    order = order[_standing(held.query[order]) < k]
    return Hits(held.query[order], held.row[order], similarity[order])


def _blocks(rows: Ints, k: int) -> Iterator[Ints]:
    """Small ones first: once k are known few others need a look."""
    at, size = 0, min(max(FIRST, 4 * k), BLOCK)
    while at < len(rows):
        yield rows[at : at + size]
        at, size = at + size, min(2 * size, BLOCK)


class _Held:
    """The candidates so far, by query and best first, and below what another needs no look."""

    def __init__(self, queries: int, k: int, error: Floats) -> None:
        self.k, self.error = k, error
        self.query, self.row = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self.near = np.zeros(0, np.float32)
        self.least = np.full(queries, -np.inf, np.float32)

    def add(self, query: Ints, row: Ints, near: Block) -> None:
        if not len(query):
            return
        query, row = np.concatenate([self.query, query]), np.concatenate([self.row, row])
        near = np.concatenate([self.near, near])
        order = np.lexsort((-near, query))
        query, row, near = query[order], row[order], near[order]
        last = _standing(query) == self.k - 1
        least = near[last].astype(np.float64) - 2 * self.error[query[last]]
        self.least[query[last]] = np.nextafter(least.astype(np.float32), np.float32(-np.inf))
        kept = near >= self.least[query]
        self.query, self.row, self.near = query[kept], row[kept], near[kept]


@dataclass(frozen=True)
class _Products:
    """Products of the studies asked of with rows of the index: quick ones in float32, exact ones in float64."""

    index: Index
    asked: Asked

    @cached_property
    def studies(self) -> Studies:
        return self.index.measure.pooled(self.asked.studies)

    @cached_property
    def lengths(self) -> Floats:
        """A length of 0 counts as 1: what it divides is 0 too."""
        found = norms(self.studies.vectors)
        return np.where(found > 0, found, 1.0)

    @cached_property
    def error(self) -> Floats:
        """(q,) the largest error of `near`."""
        share = (self.studies.width + EXTRA) * ROUNDING * 1.01
        if self.index.measure.metric == "cosine":
            return np.full(len(self.asked), share)
        longest = self.index.norms.max(initial=0.0)
        own = np.maximum.reduceat(self.lengths, self.studies.first[:-1])
        squares = longest**2 + own**2 if self.index.measure.metric == "l2" else 0.0
        made: Floats = share * (own * longest + squares)
        return made

    @cached_property
    def left(self) -> Block:
        vectors = self.studies.vectors
        if self.index.measure.metric != "cosine":
            return vectors
        unit: Block = (vectors / self.lengths[:, None]).astype(np.float32)
        return unit

    def near(self, rows: Ints) -> Block:
        """(q, rows) float32: what orders as similarity does."""
        images, first = _images(self.index.studies, rows)
        made: Block = self.left @ self.index.studies.vectors[images].T
        lengths = self.index.norms[images]
        if self.index.measure.metric == "cosine":
            made *= (1 / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
        elif self.index.measure.metric == "l2":
            made -= (lengths**2 / 2).astype(np.float32)
        if len(first) < made.shape[1]:
            made = np.maximum.reduceat(made, first, axis=1)
        return made if len(made) == len(self.asked) else self._best_of_own(made)

    def _best_of_own(self, near: Block) -> Block:
        """l2 of an image leaves out its own length: put it in where images of one study are compared."""
        if self.index.measure.metric == "l2":
            near = near - (self.lengths**2 / 2).astype(np.float32)[:, None]
        made: Block = np.maximum.reduceat(near, self.studies.first[:-1], axis=0)
        return made

    def exact(self, query: Ints, row: Ints) -> Floats:
        pieces = (slice(at, at + EXACT) for at in range(0, len(query), EXACT))
        return np.concatenate([np.zeros(0), *(self._pairs(query[piece], row[piece]) for piece in pieces)])

    def _pairs(self, query: Ints, row: Ints) -> Floats:
        ours, theirs = self.studies.images[query], self.index.studies.images[row]
        many = ours * theirs
        start = np.concatenate([[0], np.cumsum(many)[:-1]])
        within = np.arange(many.sum()) - np.repeat(start, many)
        mine = np.repeat(self.studies.first[query], many) + within // np.repeat(theirs, many)
        other = np.repeat(self.index.studies.first[row], many) + within % np.repeat(theirs, many)
        made: Floats = np.maximum.reduceat(self._similarity(mine, other), start)
        return made

    def _similarity(self, mine: Ints, other: Ints) -> Floats:
        first, second = self.studies.vectors[mine], self.index.studies.vectors[other]
        if self.index.measure.metric == "l2":
            apart = first.astype(np.float64) - second.astype(np.float64)
            distance: Floats = -np.sqrt((apart * apart).sum(axis=1))
            return distance
        product = dots(first, second)
        if self.index.measure.metric == "inner":
            return product
        lengths = self.index.norms[other]
        return np.clip(product / (self.lengths[mine] * np.where(lengths > 0, lengths, 1.0)), -1.0, 1.0)


def _images(studies: Studies, rows: Ints) -> tuple[slice | Ints, Ints]:
    """The images of studies, and where each study's begin among them. Rows that follow each other are not copied."""
    many = studies.images[rows]
    first = np.concatenate([[0], np.cumsum(many)[:-1]]).astype(np.int64)
    if rows[-1] - rows[0] + 1 == len(rows):
        return slice(int(studies.first[rows[0]]), int(studies.first[rows[-1] + 1])), first
    return np.repeat(studies.first[rows] - first, many) + np.arange(many.sum()), first


def _standing(query: Ints) -> Ints:
    """(n,) 0, 1, 2 ... within each run of one query."""
    begin = np.flatnonzero(np.diff(query, prepend=-1))
    made: Ints = np.arange(len(query)) - np.repeat(begin, np.diff(np.append(begin, len(query))))
    return made


def _require(index: Index, asked: Asked, k: int) -> None:
    if k < 1:
        raise ConfigError(f"{k} similar studies were asked for; expected 1 or more.")
    if index.encoder != asked.encoder:
        raise InputError(
            f"repository {index.name!r} holds vectors of the encoder {index.encoder!r}, what is searched for is of "
            f"{asked.encoder!r}: vectors of two encoders cannot be compared. Encode one of them anew."
        )
    if len(index) and len(asked) and index.studies.width != asked.studies.width:
        raise InputError(
            f"repository {index.name!r} holds vectors of {index.studies.width} numbers, what is searched for has "
            f"{asked.studies.width}; expected one width of one encoder."
        )
