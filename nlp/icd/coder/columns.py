"""The mentions of a chart in columns: what speaks for a code, where, and how much; a mention a row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

EXACT, SIMILAR, INDEX, NEAR_INDEX, TITLE, TAUGHT, SHADOW = LAYERS = (
    "dictionary",  # a phrase that was marked for the code
    "similar",  # most words of one
    "index",  # a phrase of the index of the language
    "near-index",  # most words of one
    "title",  # words of the code's title or inclusion terms
    "learned",  # a term that coders taught
    "shadow",  # one that is not active yet
)
NUMBER = {layer: at for at, layer in enumerate(LAYERS)}
NO_PHRASE = -1


class Columns(NamedTuple):
    """The stems first to end - 1. `says`: how much, 0 to 1; `charts`: that have it marked for the code.

    `code`, `phrase`: numbers; `layer`: place in LAYERS. `rate`: share of the charts with the phrase that have it marked
    at all; `codes`: how many codes it is known for.
    """

    code: Ints
    layer: Ints
    first: Ints
    end: Ints
    says: Floats
    charts: Ints
    rate: Floats
    share: Floats
    codes: Ints
    weight: Floats
    words: Ints
    nested: Ints
    phrase: Ints

    def take(self, rows: Any) -> "Columns":
        return Columns(*(column[rows] for column in self))

    @staticmethod
    def joined(parts: Iterable["Columns"]) -> "Columns":
        return Columns(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def spread(starts: Ints, units: Ints) -> tuple[Ints, Ints]:
    """Rows of units that lie one after another: for each row the place of its unit in `units`, and the row itself."""
    sizes = starts[units + 1] - starts[units]
    place = np.repeat(np.arange(len(units)), sizes)
    begins = np.cumsum(sizes) - sizes
    return place, np.arange(int(sizes.sum())) + np.repeat(starts[units] - begins, sizes)


def begins(keys: Ints) -> Ints:
    """Where runs of equal keys begin."""
    return np.flatnonzero(np.diff(keys, prepend=-1))


@dataclass(frozen=True, slots=True)
class Mention:
    """A row of Columns, for who looks at few."""

    layer: str
    first: int
    end: int
    says: float
    nested: bool


@dataclass(frozen=True)
class Spoken:
    """The mentions of a chart's codes; `code` of the columns points into `codes`."""

    codes: Sequence[str] = ()
    columns: Columns | None = None

    def of(self, code: str) -> list[Mention]:
        """Those that say most first."""
        at = self._places.get(code)
        if at is None or self.columns is None:
            return []
        rows = np.flatnonzero(self.columns.code == at)
        found = self.columns.take(rows[np.argsort(-self.columns.says[rows], kind="stable")])
        columns = (found.layer, found.first, found.end, found.says, found.nested)
        rated = zip(*(column.tolist() for column in columns), strict=True)
        return [Mention(LAYERS[layer], first, end, says, bool(nested)) for layer, first, end, says, nested in rated]

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {code: at for at, code in enumerate(self.codes)}
