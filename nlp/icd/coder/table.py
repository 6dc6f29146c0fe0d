"""What phrases say, laid out in rows: a phrase's codes lie together, so that all its mentions are read at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.icd.coder.columns import EXACT, INDEX, NEAR_INDEX, NUMBER, SHADOW, SIMILAR, TAUGHT, Floats, Ints
from nlp.icd.coder.phrases import Entry
from nlp.icd.coder.prior import Codes

Row = tuple[int, int, int, float]  # code, layer, charts, how much


@dataclass(frozen=True)
class Table:
    """Of each phrase, or of each group of phrases: where its rows begin. `said`: of rows that no chart counts for."""

    starts: Ints
    code: Ints
    layer: Ints
    charts: Ints
    said: Floats

    @staticmethod
    def of_phrases(entries: Iterable[Entry], codes: Codes) -> "Table":
        return _table([_told(entry, codes) for entry in entries])

    @staticmethod
    def of_groups(groups: Iterable[Sequence[Entry]], codes: Codes) -> "Table":
        """What the phrases of a group say together."""
        return _table([_similar(group, codes) for group in groups])


def _table(units: Sequence[Sequence[Row]]) -> Table:
    starts = np.cumsum([0, *map(len, units)]).astype(np.int64)
    rows = [row for unit in units for row in unit]
    code, layer, charts, said = zip(*rows, strict=True) if rows else ((), (), (), ())
    numbers = np.array((code, layer, charts), np.int64)
    return Table(starts, numbers[0], numbers[1], numbers[2], np.array(said, np.float64))


def _told(entry: Entry, codes: Codes) -> list[Row]:
    told = (
        *((INDEX, code, 1 / len(entry.index)) for code in entry.index),
        *((TAUGHT, code, weight) for code, weight in entry.taught.items()),
        *((SHADOW, code, weight) for code, weight in entry.shadow.items()),
    )
    marked = [(codes.of(code), NUMBER[EXACT], charts, 0.0) for code, charts in entry.codes.items()]
    return marked + [(codes.of(code), NUMBER[layer], entry.codes.get(code, 0), how) for layer, code, how in told]


def _similar(group: Sequence[Entry], codes: Codes) -> list[Row]:
    counts: dict[str, int] = {}
    told: dict[str, None] = {}
    for entry in group:
        for code, charts in entry.codes.items():
            counts[code] = counts.get(code, 0) + charts
        told.update(dict.fromkeys(entry.index))
    marked = [(codes.of(code), NUMBER[SIMILAR], charts, 0.0) for code, charts in counts.items()]
    return marked + [(codes.of(code), NUMBER[NEAR_INDEX], counts.get(code, 0), 1.0) for code in told]
