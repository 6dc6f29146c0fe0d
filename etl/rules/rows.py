"""A few rows out of many without copying the many: filter and take copy every nested column they touch."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

FEW = 200  # each leaves a seam between chunks


def pick(rows: pa.Table, numbers: Sequence[int], *, few: int = FEW) -> pa.Table:
    """The rows with these numbers, in their order."""
    if not numbers or len(numbers) > few:
        return rows.take(pa.array(numbers, pa.int64()))
    return pa.concat_tables([rows.slice(number, 1) for number in numbers])


def leave_out(rows: pa.Table, numbers: Sequence[int], *, few: int = FEW) -> pa.Table:
    """All rows but those with these numbers, which ascend."""
    if len(numbers) > few:
        good = np.ones(len(rows), bool)
        good[list(numbers)] = False
        return rows.filter(pa.array(good))
    starts, ends = [0, *(number + 1 for number in numbers)], [*numbers, len(rows)]
    return pa.concat_tables([rows.slice(start, end - start) for start, end in zip(starts, ends, strict=True)])
