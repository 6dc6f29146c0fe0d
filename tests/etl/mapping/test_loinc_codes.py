"""LOINC codes that mappings name have the check digit that their number asks for: a slip of the pen is no code."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nlp.deid.policy.codes import loinc

ROOT = Path(__file__).parents[3] / "fhir_mappings"
NAMED = re.compile(r"loinc, = (\d+-\d)|\{code: (\d+-\d)[,}]")


def _codes() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.glob("*/*.yaml")):
        yield from ((path.stem, found[1] or found[2]) for found in NAMED.finditer(path.read_text(encoding="utf-8")))
    for path in sorted(ROOT.glob("*/maps/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            names, *rows = [row for row in csv.reader(file) if row and not row[0].startswith("#")]
        if "loinc" in names:
            yield from ((path.stem, code) for row in rows if (code := row[names.index("loinc")]))


RACE = {"2106-3", "2054-5", "2028-9", "1002-5", "2076-8", "2135-2", "2186-5"}  # of the CDC, not of LOINC


@pytest.mark.parametrize(("where", "code"), sorted({each for each in _codes() if each[1] not in RACE}))
def test_check_digit(where: str, code: str) -> None:
    assert loinc(code), f"{where}: {code}"
