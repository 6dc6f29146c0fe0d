"""Which of two partial dates comes first: compared as moments where both are, else as far as both say."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

ZONE = 6  # letters of +01:00
DAY = 10  # letters of 2026-11-20


def after(start: pa.Array | None, end: pa.Array | None) -> NDArray[np.bool_] | bool:
    """Where start lies after end. Text in order, of one zone, is in order: only the rest is taken apart.

    Save that `.5Z` stands before `Z` as text.
    """
    if start is None or end is None or start.null_count == len(start) or end.null_count == len(end):
        return False
    zones = pc.equal(pc.utf8_slice_codeunits(start, -ZONE, None), pc.utf8_slice_codeunits(end, -ZONE, None))
    utc = pc.and_(pc.and_(pc.ends_with(start, "Z"), pc.ends_with(end, "Z")), _as_long(start, end))
    fine = pc.or_(pc.equal(start, end), pc.and_(pc.less_equal(start, end), pc.or_(zones, utc)))
    doubtful = np.flatnonzero(pc.fill_null(pc.invert(fine), False))
    if not len(doubtful):
        return False
    found = np.zeros(len(start), bool)
    pairs = pa.table({"start": start.take(pa.array(doubtful)), "end": end.take(pa.array(doubtful))})
    known: dict[tuple[str, str], bool] = {}
    for place, pair in zip(doubtful, zip(*pairs.to_pydict().values(), strict=True), strict=True):
        if pair not in known:
            known[pair] = later(*pair)
        found[place] = known[pair]
    return found


def _as_long(start: pa.Array, end: pa.Array) -> pa.BooleanArray:
    return pc.equal(pc.binary_length(start), pc.binary_length(end))


def later(start: str, end: str) -> bool:
    """Whether start is surely after end; what is no date is another rule's."""
    moments = _moment(start), _moment(end)
    if moments[0] and moments[1]:
        return moments[0] > moments[1]
    said = min(len(start), len(end), DAY)
    return start[:said] > end[:said]


def _moment(text: str) -> datetime | None:
    if len(text) <= DAY:
        return None
    try:
        found = datetime.fromisoformat(text.replace(":60", ":59", 1) if ":60" in text else text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
