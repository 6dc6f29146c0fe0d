"""Which edition of a code system is in force on a day (editions.yaml)."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import yaml

Kind = Literal["diagnoses", "procedures"]
FILE = Path(__file__).parent / "data" / "editions.yaml"


@dataclass(frozen=True, slots=True)
class Edition:
    """`begins` and `ends` are both within."""

    system: str
    name: str
    begins: date
    ends: date


def edition(system: str, day: date) -> Edition | None:
    """None: the table does not know what was, or will be, in force."""
    return next((each for each in editions(system) if each.begins <= day <= each.ends), None)


def in_force(country: str, day: date, kind: Kind = "diagnoses") -> Edition | None:
    """What a country codes diagnoses, or procedures, with on that day; None where the table does not know."""
    systems = _said()["systems"].get(country, {}).get(kind, [])
    return next((found for system in systems if (found := edition(system, day))), None)


def countries() -> tuple[str, ...]:
    return tuple(_said()["systems"])


@cache
def editions(system: str) -> tuple[Edition, ...]:
    rows = _said()["editions"].get(system, [])
    if not rows:
        return ()
    ends = [later["begins"] - timedelta(days=1) for _, later in pairwise(rows)] + [rows[-1]["ends"]]
    return tuple(Edition(system, row["name"], row["begins"], end) for row, end in zip(rows, ends, strict=True))


@cache
def _said() -> Any:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))
