"""Two lists of a chart, side by side, code by code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from review.coding.line import Line
from review.judging.lists import Entry, Key

Held = Entry | Line
"""A code as one coder has it: of a finished list, or of a list that is folded anew."""

AGREED, ONLY_FIRST, ONLY_SECOND, ROLE = "agreed", "only first", "only second", "principal or POA"


@dataclass(frozen=True, slots=True)
class Row:
    """`first`, `second`: the code as each has it; None where it is not on that list."""

    system: str
    code: str
    first: Held | None
    second: Held | None

    @property
    def key(self) -> Key:
        return self.system, self.code

    @property
    def state(self) -> str:
        if self.second is None:
            return ONLY_FIRST
        if self.first is None:
            return ONLY_SECOND
        return ROLE if self.principal or self.poa else AGREED

    @property
    def principal(self) -> bool:
        """Both have the code, one of them as principal."""
        return bool(self.first and self.second and self.first.principal != self.second.principal)

    @property
    def poa(self) -> bool:
        return bool(self.first and self.second and self.first.poa != self.second.poa)


@dataclass(frozen=True)
class Compared:
    """In the first's order, then what only the second has, in hers."""

    rows: tuple[Row, ...]
    reordered: bool  # codes that both have stand in another order

    @property
    def same(self) -> bool:
        """Same codes, principal and POA. The order of other codes alone is nothing that somebody must settle."""
        return all(row.state == AGREED for row in self.rows)

    @property
    def agreed(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.first and row.second)

    @property
    def differing(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.state != AGREED)


def compared(first: Mapping[Key, Held], second: Mapping[Key, Held]) -> Compared:
    keys = [*_ordered(first.values()), *(key for key in _ordered(second.values()) if key not in first)]
    rows = tuple(Row(*key, first.get(key), second.get(key)) for key in keys)
    order = [[key for key in _ordered(each.values()) if key in first and key in second] for each in (first, second)]
    return Compared(rows, order[0] != order[1])


def _ordered(entries: Iterable[Held]) -> list[Key]:
    """Diagnoses, then procedures, each by its rank."""
    return [
        (each.system, each.code)
        for each in sorted(entries, key=lambda each: (each.kind, each.rank, each.system, each.code))
    ]
