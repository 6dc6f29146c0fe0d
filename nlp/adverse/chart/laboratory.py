"""Which measurements show which effect: data/laboratory.yaml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("data") / "laboratory.yaml"
ICD = "ICD10CM"


@dataclass(frozen=True, slots=True)
class Limit:
    """`effects`: beginnings of ICD-10-CM codes."""

    effects: tuple[str, ...]
    unit: str
    below: float | None
    above: float | None

    def passed(self, value: float, unit: str) -> bool:
        if unit != self.unit:
            return False
        return (self.below is not None and value < self.below) or (self.above is not None and value > self.above)


@lru_cache(maxsize=1)
def tests() -> Mapping[str, Sequence[Limit]]:
    """SYSTEM//code of a measurement to what it may show."""
    found: dict[str, list[Limit]] = {}
    for row in yaml.safe_load(FILE.read_text(encoding="utf-8")):
        limit = Limit(tuple(row["effect"]), row["unit"], row.get("below"), row.get("above"))
        for code in row["codes"]:
            found.setdefault(f"LOINC//{code}", []).append(limit)
    return found


def shown_by(code: str, value: float, unit: str) -> list[str]:
    """Beginnings of the ICD-10-CM codes of effects that this value shows."""
    return [begin for limit in tests().get(code, ()) if limit.passed(value, unit) for begin in limit.effects]
