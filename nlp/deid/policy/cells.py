"""The values of one element, whose they are, and functions on them that see each distinct value once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Mapped = Sequence[str | None]


class Parts(dict[str, pa.Array]):
    """The parts of one struct; `verdicts`, of its codes, are worked out once for all of them."""

    verdicts: np.ndarray | None = None


@dataclass(frozen=True)
class Cells:
    """`owners` are places in the list of owners, one a value; `beside` are the other parts of the same struct."""

    values: pa.Array
    owners: np.ndarray
    beside: "Parts" = field(default_factory=lambda: Parts())

    def each(self, change: Callable[[list[str]], Mapped]) -> pa.Array:
        """`change` of the distinct values, whoever's they are."""
        coded = self.values.dictionary_encode()
        said = change(coded.dictionary.to_pylist())
        return pa.array(said, self.values.type).take(coded.indices)

    def owned(self, change: Callable[[list[int], list[str]], Mapped]) -> pa.Array:
        """`change` of the distinct pairs of owner and value."""
        coded = self.values.dictionary_encode()
        held = len(coded.dictionary)
        if not held:
            return self.values
        codes = coded.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        valid = np.asarray(coded.indices.is_valid())
        places, pairs = pd.factorize(self.owners[valid].astype(np.int64) * held + codes[valid])
        owners, values = (pairs // held).tolist(), coded.dictionary.take(pa.array(pairs % held)).to_pylist()
        indices = np.zeros(len(self.values), dtype=np.int64)
        indices[valid] = places
        said = pa.array(change(owners, values), self.values.type)
        return said.take(pa.array(indices, mask=~valid))

    def where(self, keep: np.ndarray) -> pa.Array:
        """The values where `keep`, null elsewhere."""
        if keep.all():
            return self.values
        return pc.if_else(pa.array(keep), self.values, pa.scalar(None, self.values.type))


def pairs(first: pa.Array, second: pa.Array, judge: Callable[[str | None, str | None], int]) -> np.ndarray:
    """`judge` of two columns side by side, each distinct pair once."""
    one, two = first.dictionary_encode(), second.dictionary_encode()
    a, b = one.dictionary.to_pylist(), two.dictionary.to_pylist()
    left = one.indices.fill_null(len(a)).to_numpy(zero_copy_only=False).astype(np.int64)
    right = two.indices.fill_null(len(b)).to_numpy(zero_copy_only=False).astype(np.int64)
    places, found = pd.factorize(left * (len(b) + 1) + right)
    said = [
        judge(([*a, None])[x], ([*b, None])[y])
        for x, y in zip(found // (len(b) + 1), found % (len(b) + 1), strict=True)
    ]
    return np.array(said, dtype=np.int8)[places] if len(said) else np.zeros(0, dtype=np.int8)
