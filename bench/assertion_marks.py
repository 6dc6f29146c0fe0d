"""Cases of assertion: marked sentences in YAML, or rows of CSV and JSON lines, with what is right for each mention."""

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from contract.errors import ConfigError, InputError
from nlp.text.assertion import KINDS

FOLDER = Path(__file__).with_name("assertion_cases")
FROZEN = {
    "open_en.yaml": "f1fae4e4c2f975959e656b583e95ddb8008ed373bce225ae8588843e57df840b",
    "open_es.yaml": "78e5b7a54beea08245d220b81a3cd902406750d0332c81007961d6bc012ca0a7",
    "held_en.yaml": "eaf5f4afb20d415917d6d11d1e1815fd41e231ed47b9158d81984e939de7faeb",
    "held_es.yaml": "b3f41958d66a1a090e03344f7ae4513933267a7573a6c7499a8002794c09b459",
}
MARK = re.compile(r"\{([^{}|]+)\|([a-z_]+)(\??)\}")


@dataclass(frozen=True)
class Expected:
    start: int
    end: int
    kind: str
    uncertain: bool


@dataclass(frozen=True)
class Case:
    """One text with its mentions. `trap` is the kind of trap it was written for, `half` open or held."""

    text: str
    language: str
    trap: str
    half: str
    expected: tuple[Expected, ...]


def frozen() -> list[Case]:
    """All cases of the project; refused when one file is not as it was when they were written."""
    cases: list[Case] = []
    for name, digest in FROZEN.items():
        path = FOLDER / name
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != digest:
            raise ConfigError(
                f"{name} is not as frozen: its sha256 is {found[:12]}..., expected {digest[:12]}... Restore it; cases "
                "that are meant to change are recorded in bench/assertion_marks.py with the reason."
            )
        cases.extend(read(path))
    return cases


def read(path: Path) -> list[Case]:
    """Cases of a file of one's own, by its ending: .yaml, .csv, .jsonl."""
    readers = {".yaml": _yaml, ".yml": _yaml, ".csv": _csv, ".jsonl": _json}
    if path.suffix not in readers:
        raise InputError(f"{path.name}: expected {', '.join(readers)}; see bench.assertion in docs/benchmarks.md.")
    cases = list(readers[path.suffix](path))
    if not cases:
        raise InputError(f"{path.name} holds no case.")
    return cases


def marked(written: str, language: str, trap: str, half: str = "open") -> Case:
    """`{words|answer}` or `{words|answer?}` taken out of a text."""
    text, last, expected = "", 0, []
    for match in MARK.finditer(written):
        text += written[last : match.start()]
        expected.append(_expected(len(text), len(text) + len(match[1]), match[2], bool(match[3])))
        text += match[1]
        last = match.end()
    return Case(text + written[last:], language, trap, half, tuple(expected))


def _yaml(path: Path) -> Iterator[Case]:
    """trap: [marked texts]; the language is the end of the file's name (cases_es.yaml), else unknown."""
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    language = path.stem.rpartition("_")[2]
    half = "held" if path.stem.startswith("held") else "open"
    if not isinstance(said, dict):
        raise InputError(f"{path.name}: expected traps, each with a list of marked texts.")
    for trap, written in said.items():
        for text in written:
            yield marked(str(text), language if language in {"en", "es"} else "", str(trap), half)


def _csv(path: Path) -> Iterator[Case]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            yield _row(row, f"{path.name}, line {number}")


def _json(path: Path) -> Iterator[Case]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            yield _row(json.loads(line), f"{path.name}, line {number}")


def _row(row: Mapping[str, Any], where: str) -> Case:
    """text, kind, and start with end or mention; optional language, uncertain, trap."""
    try:
        text, kind = str(row["text"]), str(row["kind"])
        if row.get("start") not in (None, ""):
            start, end = int(row["start"]), int(row["end"])
        else:
            start = text.index(str(row["mention"]))
            end = start + len(str(row["mention"]))
    except (KeyError, ValueError) as error:
        raise InputError(
            f"{where}: expected text, kind, and start with end, or a mention that stands in it."
        ) from error
    doubt = str(row.get("uncertain") or "").lower() not in {"", "0", "no", "false"}
    trap = str(row.get("trap") or "all")
    return Case(text, str(row.get("language") or ""), trap, "open", (_expected(start, end, kind, doubt),))


def _expected(start: int, end: int, kind: str, uncertain: bool) -> Expected:
    if kind not in KINDS:
        raise InputError(f"a case expects {kind!r}; expected one of {', '.join(KINDS)}.")
    return Expected(start, end, kind, uncertain)
