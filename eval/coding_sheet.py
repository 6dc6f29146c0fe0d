"""What was suggested and what is gold, document by document, as columns that measures can be computed on at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from contract.errors import CheckFailed

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Place = tuple[str, int, int]
"""Note, first character, first character behind."""


@dataclass(frozen=True, slots=True)
class Said:
    """A code suggested. `yes`: at or above the threshold of the system that said it; `places`: best evidence first."""

    code: str
    score: float
    yes: bool = False
    accepted: bool = False
    places: Sequence[Place] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What was said of one document, best first, against its gold codes and where those are marked in it.

    `unseen`: gold codes that no document has that the system learned from.
    """

    said: Sequence[Said]
    gold: Mapping[str, Sequence[Place]]
    unseen: Collection[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Sheet:
    """Codes in the order of documents and their ranks; gold pairs beside them. `universe`: labels that AUC is over."""

    document: Ints
    label: Ints
    rank: Ints
    score: Floats
    right: Bools
    said: Bools
    accepted: Bools
    unseen: Bools
    located: Bools
    marked: Bools
    met_first: Bools
    met_any: Bools
    gold_document: Ints
    gold_label: Ints
    gold_unseen: Bools
    names: Sequence[str]
    universe: Bools
    documents: int

    @property
    def labels(self) -> int:
        return len(self.names)

    @cached_property
    def first(self) -> Ints:
        """Where each document's codes begin."""
        return np.searchsorted(self.document, np.arange(self.documents))

    @cached_property
    def gold_count(self) -> Floats:
        return np.bincount(self.gold_document, minlength=self.documents).astype(np.float64)

    @cached_property
    def unseen_count(self) -> Floats:
        return np.bincount(self.gold_document[self.gold_unseen], minlength=self.documents).astype(np.float64)

    @cached_property
    def categories(self) -> tuple[Floats, Floats, Floats]:
        """Three-character categories a document: right, said yes, gold."""
        short = [name[:3] for name in self.names]
        said = _distinct(self.document[self.said], self.label[self.said], short)
        gold = _distinct(self.gold_document, self.gold_label, short)
        return (_counted(said & gold, self.documents), _counted(said, self.documents), _counted(gold, self.documents))

    def summed(self, values: npt.ArrayLike) -> Floats:
        """By document."""
        return np.bincount(self.document, np.asarray(values, np.float64), minlength=self.documents).astype(np.float64)


LISTED: dict[str, type[np.generic]] = dict.fromkeys(("document", "label", "rank"), np.int64) | {"score": np.float64}
LISTED |= dict.fromkeys(("right", "said", "accepted", "unseen", "located", "marked", "met_first", "met_any"), np.bool_)
TRUTH: dict[str, type[np.generic]] = {"gold_document": np.int64, "gold_label": np.int64, "gold_unseen": np.bool_}


def sheet(documents: Sequence[Document], universe: Collection[str] = ()) -> Sheet:
    """A code that is said twice of a document counts where it stands first. AUC is over `universe` and all gold."""
    codes = {code for one in documents for code in one.gold} | set(universe)
    names = sorted(codes | {said.code for one in documents for said in one.said})
    place = {name: at for at, name in enumerate(names)}
    rows = [
        (at, place[said.code], rank, said.score, *_against(said, one))
        for at, one in enumerate(documents)
        for rank, said in enumerate(_once(one.said))
    ]
    gold = [(at, place[code], code in one.unseen) for at, one in enumerate(documents) for code in sorted(one.gold)]
    listed, truth = _columns(rows, len(LISTED)), _columns(gold, len(TRUTH))
    if not np.isfinite(listed[3]).all():
        raise CheckFailed("A suggested code has a score that is no number; expected finite scores. Mend the system.")
    columns = {name: column.astype(kind) for (name, kind), column in zip(LISTED.items(), listed, strict=True)}
    columns |= {name: column.astype(kind) for (name, kind), column in zip(TRUTH.items(), truth, strict=True)}
    known = np.array([name in codes for name in names], np.bool_)
    return Sheet(**columns, names=names, universe=known, documents=len(documents))


def overlap(first: Place, second: Place) -> float:
    """Characters of both by characters of either; 0 in different notes."""
    both = min(first[2], second[2]) - max(first[1], second[1])
    if first[0] != second[0] or both <= 0:
        return 0.0
    return both / (first[2] - first[1] + second[2] - second[1] - both)


def _against(said: Said, one: Document) -> tuple[bool, ...]:
    """right, said yes, accepted, unseen, located, marked, met by the first place, met by any."""
    marked = one.gold.get(said.code, ())
    met = [any(overlap(place, true) >= 0.5 for true in marked) for place in said.places] if marked else []
    return (
        said.code in one.gold,
        said.yes,
        said.accepted,
        said.code in one.unseen,
        bool(said.places),
        bool(marked),
        any(met[:1]),
        any(met),
    )


def _once(said: Sequence[Said]) -> list[Said]:
    found: dict[str, Said] = {}
    for one in said:
        found.setdefault(one.code, one)
    return list(found.values())


def _columns(rows: Sequence[tuple[float, ...]], width: int) -> Floats:
    return np.array(rows, np.float64).reshape(-1, width).T


def _distinct(document: Ints, label: Ints, short: Sequence[str]) -> set[tuple[int, str]]:
    return {(at, short[name]) for at, name in zip(document.tolist(), label.tolist(), strict=True)}


def _counted(pairs: Collection[tuple[int, str]], documents: int) -> Floats:
    places = np.fromiter((at for at, _ in pairs), np.int64, len(pairs))
    return np.bincount(places, minlength=documents).astype(np.float64)
