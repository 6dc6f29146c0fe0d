"""Many numbers at once in their canonical units: a pair of code and unit is worked out once, rows are multiply-adds."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.units.canonical import Found, Way, reach, way
from etl.units.knowledge import Canonical
from etl.units.ucum import Line

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]
NOWHERE = (-np.inf, np.inf)


@dataclass(frozen=True)
class Compared:
    """Row by row: which of `ways` its code and unit take (-1: no number), and what it comes to (NaN: nothing)."""

    ways: tuple[Way, ...]
    which: NDArray[np.int32]
    value: Reals
    impossible: NDArray[np.bool_]

    @property
    def values(self) -> pa.Array:
        """What may be compared: without what is impossible."""
        held = np.where(self.impossible, np.nan, self.value)
        return pa.array(held.astype(np.float32), mask=np.isnan(held))

    @property
    def units(self) -> pa.Array:
        names = [each.unit for each in self.ways]
        known = np.array([name is not None for name in names] + [False])[self.which]
        return pa.DictionaryArray.from_arrays(
            pa.array(self.which, mask=~known), pa.array([name or "" for name in names], pa.string())
        ).dictionary_decode()


def compare(codes: pa.DictionaryArray, units: pa.DictionaryArray, numbers: pa.Array) -> Compared:
    """`codes` and `units` as they stand in the timeline; a number that is null has no canonical value."""
    written = [*units.dictionary.to_pylist(), None]
    row_unit = units.indices.fill_null(len(written) - 1).to_numpy(zero_copy_only=False).astype(np.int64)
    pair = codes.indices.to_numpy(zero_copy_only=False).astype(np.int64) * len(written) + row_unit
    pair[numbers.is_null().to_numpy(zero_copy_only=False)] = -1
    which, pairs = _distinct(pair, len(codes.dictionary) * len(written))
    names = codes.dictionary.to_pylist()
    ways = tuple(way(names[each // len(written)], written[each % len(written)]) for each in pairs)
    return _worked_out(ways, which, numbers.to_numpy(zero_copy_only=False).astype(np.float64))


def _distinct(pair: Ints, width: int) -> tuple[NDArray[np.int32], list[int]]:
    """Each row's place among the distinct pairs, -1 for none; without sorting where a table of all pairs is small."""
    if width > max(len(pair), 1 << 16) * 4:
        pairs, which = np.unique(pair, return_inverse=True)
        none = int(len(pairs) > 0 and pairs[0] == -1)
        return (which - none).astype(np.int32), pairs[none:].tolist()
    place = np.zeros(width + 1, np.int32)
    place[pair] = 1
    place[-1] = 0
    pairs = np.flatnonzero(place)
    place[:] = -1
    place[pairs] = np.arange(len(pairs))
    return place[pair], pairs.tolist()


def _worked_out(ways: tuple[Way, ...], which: NDArray[np.int32], number: Reals) -> Compared:
    """The last entry of each table is for rows without a number."""
    factor = np.array([float(w.line.factor) if w.unit else np.nan for w in ways] + [np.nan])
    add = np.array([float(w.line.add) for w in ways] + [0.0])
    ranges = [w.known.possible if w.known and w.known.possible else NOWHERE for w in ways] + [NOWHERE]
    low, high = np.array(ranges).T
    value = number * factor[which] + add[which]
    slack = 1e-6 * np.abs(value)  # the number is a float32: 0.2 kg is 0.2 kg
    return Compared(ways, which, value, (value + slack < low[which]) | (value - slack > high[which]))


def meant(found: Way, number: float) -> str | None:
    """The unit under whose name the number would be usual for the code, where its own makes it impossible."""
    known = found.known
    if known is None:
        return None
    low, high = known.usual or known.possible or (np.nan, np.nan)
    return next((other for other, to in _mistaken(known) if low <= to(number) <= high), None)


@cache
def _mistaken(known: Canonical) -> tuple[tuple[str, Line], ...]:
    """The units to try, and how each leads to the canonical one."""
    lines = ((other, reach(other, known)) for other in (known.unit, *known.mistaken))
    return tuple((other, to) for other, to in lines if to)


def suspicious(compared: Compared) -> Ints:
    """Rows that belong into phi/implausible."""
    contradicts = np.array([w.found is Found.CONTRADICTS for w in compared.ways] + [False])
    return np.flatnonzero(compared.impossible | contradicts[compared.which])
