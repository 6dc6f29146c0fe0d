"""Reports counted: pairs of drug and event with their margins, as columns."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[Any]]
Ints = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Cells:
    """One element a pair of drug and event that was reported at least once.

    a: reports of the pair; drug_n, event_n: of its drug and its event; total: of all. Under the counting `pairs` they
    count pairs that reports make, under `reports` reports. `expected`: were drug and event independent, summed over
    strata where there are some.
    """

    drug: Ints  # index into `drugs`
    event: Ints
    a: Floats
    drug_n: Floats
    event_n: Floats
    total: float
    expected: Floats
    drugs: list[str] = field(repr=False)
    events: list[str] = field(repr=False)
    stratified: bool = False

    def at_least(self, least: int) -> "Cells":
        kept = self.a >= least
        arrays = {n: getattr(self, n)[kept] for n in ("drug", "event", "a", "drug_n", "event_n", "expected")}
        return replace(self, **arrays)

    def fourfold(self) -> tuple[Floats, Floats, Floats, Floats]:
        """a: drug and event; b: drug, another event; c: another drug, the event; d: neither."""
        b, c = self.drug_n - self.a, self.event_n - self.a
        return self.a, b, c, self.total - self.a - b - c
