"""Notes that come as numbered lines: one text for all rows of a key."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping.frame import Cells, Frame, Ints
from etl.mapping.nest import grouped
from etl.mapping.refused import Bools
from etl.mapping.steps import OWNER, Lines
from etl.mapping.tree import Sql


def joined_lines(frame: Frame, step: Lines, cells: dict[Sql, Cells], bad: Bools) -> Cells:
    """Empty cells are empty lines; a line sent twice stands once. Rows that are bad or have no key stay alone."""
    key = cells[step.key]
    rows = np.flatnonzero(key.present & ~bad)
    owner = [frame.columns[OWNER]] if OWNER in frame.columns else []
    level = grouped(rows, [*owner, key])
    group = np.full(frame.length, -1)
    group[level.members] = np.repeat(np.arange(len(level)), np.diff(level.bounds))
    text = cells[step.text].take(None)
    alone = np.flatnonzero(group < 0)
    group[alone] = len(level) + np.arange(len(alone))
    ranks = _ranks(cells[step.order].take(None))
    order = np.lexsort((ranks, group))
    said = cells[step.text].codes()[0].astype(np.int64)
    order = order[_first(group[order], ranks[order], said[order])]
    return Cells(_joined(text.take(pa.array(order)), group[order], len(level) + len(alone)), group)


def _ranks(found: pa.Array) -> Ints:
    return np.asarray(pc.rank(found, tiebreaker="dense").to_numpy(), np.int64)


def _first(*sorted_columns: Ints) -> np.ndarray:
    """True where a row differs from the one before it."""
    differs = np.zeros(len(sorted_columns[0]), bool)
    differs[:1] = True
    for column in sorted_columns:
        differs[1:] |= column[1:] != column[:-1]
    return differs


def _joined(texts: pa.Array, group: Ints, count: int) -> pa.Array:
    """`group` of each text, in order."""
    offsets = np.searchsorted(group, np.arange(count + 1)).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), texts.fill_null(""))
    some = np.zeros(count, bool)
    some[group[texts.is_valid().to_numpy(zero_copy_only=False)]] = True
    return pc.if_else(pa.array(some), pc.binary_join(lists, "\n"), pa.scalar(None, pa.string()))
