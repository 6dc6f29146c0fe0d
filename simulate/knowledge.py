"""The data files of this room as typed rows, read once."""

import csv
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Disease:
    name: str
    snomed: str
    text: str
    icd10: tuple[str, ...]  # two codes: right, left
    mentions: tuple[str, ...]
    logit: tuple[float, float, float] = (0.0, 0.0, 0.0)
    raised_by: dict[str, float] = field(default_factory=dict)
    shifts: dict[str, float] = field(default_factory=dict)
    drugs: dict[str, float] = field(default_factory=dict)
    admit: float = 0.0
    death: float = 0.0
    readmit: float = 0.0
    careplan: str = ""


@dataclass(frozen=True)
class Reason:
    name: str
    snomed: str
    text: str
    icd10: tuple[str, ...]
    mentions: tuple[str, ...]
    complaints: tuple[str, ...]
    weight: float
    age: float
    links: dict[str, float]
    days: float
    death: float
    readmit: float
    findings: dict[str, float]
    shifts: dict[str, float]
    drugs: dict[str, float]
    operation: str = ""


@dataclass(frozen=True)
class Analyte:
    name: str
    loinc: str
    description: str
    units: str
    category: str
    panel: str
    mean: float
    between: float
    within: float
    low: float
    high: float
    decimals: int
    severity: float
    scale: str
    note: str


@dataclass(frozen=True)
class Drug:
    name: str
    rxnorm: str
    description: str
    plain: str
    brand: str
    sig: str


@dataclass(frozen=True)
class Effect:
    name: str
    snomed: str
    text: str
    icd10: str
    background: float  # a year
    words: tuple[str, ...]
    drugs: dict[str, float]  # chance per exposure; 0 is a negative control
    analyte: str = ""
    shift: float = 0.0


def load(name: str) -> Any:
    return yaml.safe_load((DATA / f"{name}.yaml").read_text("utf-8"))


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


@cache
def tables() -> dict[str, list[str]]:
    return dict(load("tables"))


@cache
def formulas() -> dict[str, Any]:
    return dict(load("formulas"))


@cache
def diseases() -> list[Disease]:
    return [Disease(name, **_tuples(row)) for name, row in load("diseases").items()]


@cache
def reasons() -> list[Reason]:
    return [Reason(name, **_tuples(row)) for name, row in load("admissions").items()]


@cache
def effects() -> list[Effect]:
    return [Effect(name, **_tuples(row)) for name, row in load("effects").items()]


@cache
def drugs() -> list[Drug]:
    return [Drug(**row) for row in rows("drugs")]


@cache
def analytes() -> list[Analyte]:
    numbers = {"mean", "between", "within", "low", "high", "severity"}
    typed = [{k: float(v) if k in numbers else v for k, v in row.items()} for row in rows("analytes")]
    return [Analyte(**{**row, "decimals": int(row["decimals"])}) for row in typed]  # type: ignore[arg-type]


@cache
def _editions() -> dict[str, tuple[int, str]]:
    """Codes that are newer than some records: since when (days since 1970), and what stood there before."""
    start = date(1970, 1, 1)
    return {r["code"]: ((date.fromisoformat(r["since"]) - start).days, r["former"]) for r in rows("icd10_editions")}


def icd10(code: str, seconds: int) -> str:
    """The code as the edition in force at that time (seconds since 1970) had it."""
    since, former = _editions().get(code, (0, code))
    return code if seconds >= since * 86_400 else former


def places(names: list[str]) -> dict[str, int]:
    return {name: index for index, name in enumerate(names)}
