"""The limits of the leakage check: what no honest column reaches."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("limits.yaml")


@dataclass(frozen=True)
class Limits:
    opens: tuple[str, ...]
    closes: tuple[str, ...]
    errors: float
    alone: float
    alone_unexplained: float
    alone_within: float
    strong: float
    strong_unexplained: float
    ceiling: float
    above: float
    silent: float
    rare_odds: float
    rare_errors: float
    fact_errors: float
    fact: float
    fact_within: float
    fact_strong: float
    fact_unexplained: float
    clock: float
    id_auroc: float
    id_rank: float
    run: float


@cache
def limits() -> Limits:
    said: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return Limits(opens=tuple(said.pop("opens")), closes=tuple(said.pop("closes")), **said)
