"""What stands in place of a span under a policy: a surrogate, or the text where its kind may pass."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from nlp.deid.surrogates.surrogates import Surrogates

Dates = Literal["weeks", "as-is", "years"]
MOVES: dict[str, Literal["shift", "keep", "year"]] = {"weeks": "shift", "as-is": "keep", "years": "year"}
"""What surrogates do with dates, by the policy's `dates`."""
LIMITED = frozenset({"DATE", "AGE90", "CITY", "ZIP"})
"""What a limited data set may hold: 45 CFR 164.514(e)(2) lists what must go, and these are not in it."""

assert set(MOVES) == set(get_args(Dates))


@dataclass(frozen=True)
class Drawing:
    """The surrogates of one person under one policy."""

    surrogates: Surrogates
    dates: str

    def of(self, text: str, label: str, language: str = "en", time: datetime | None = None) -> str:
        if self.dates == "as-is" and label in LIMITED:
            return text
        return self.surrogates.of(text, label, language, time)
