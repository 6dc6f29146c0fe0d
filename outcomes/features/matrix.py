"""Features of predictions: a sparse table of numbers with names."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Features:
    """m rows, f columns. Nothing stored: nothing is known of it (values) or it did not happen (counts: 0)."""

    names: tuple[str, ...]  # (f,) WINDOW/CODE/AGGREGATE, such as 24h/LOINC//8867-4/max; age
    counted: npt.NDArray[np.bool_]  # (f,) absent means 0; else absent means unknown
    rows: sparse.csr_array  # (m, f) float32; a stored 0 is a known 0

    def __len__(self) -> int:
        return int(self.rows.shape[0])

    def dense(self) -> Matrix:
        """(m, f) with NaN for what is unknown."""
        out = np.full(self.rows.shape, np.nan, np.float32)
        out[:, self.counted] = 0
        coo = self.rows.tocoo()
        out[coo.row, coo.col] = coo.data
        return out
