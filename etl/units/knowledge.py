"""fhir_mappings/units as typed data: the canonical unit of every code, what leads to it, and what is possible."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

from contract.errors import MappingError
from etl.units.ucum import Line, is_ucum
from schemas import yaml_text

FOLDER = "fhir_mappings/units/canonical"
LINE = re.compile(r"(?P<factor>-?[\d.]+)(?: (?P<sign>[+-]) (?P<add>[\d.]+))?")


@dataclass(frozen=True)
class Canonical:
    """What one code is compared by. Ranges are in `unit`, both ends allowed; None: not said."""

    unit: str
    possible: tuple[float, float] | None = None
    usual: tuple[float, float] | None = None
    molar: Fraction | None = None  # g/mol: leads from mass to substance and back
    valence: int | None = None  # leads from equivalents to moles
    also: tuple[tuple[str, Line], ...] = ()  # units that reach it by a line of their own
    mistaken: tuple[str, ...] = ()  # units in which its numbers are known to come under a wrong name


@cache
def canonical_table() -> Mapping[str, Canonical]:
    """By LOINC code."""
    return {code: group for path in _files() for group, codes in _groups(path) for code in codes}


@cache
def usual_units() -> tuple[str, ...]:
    text = resources.files("fhir_mappings").joinpath("units", "kinds.yaml").read_text(encoding="utf-8")
    return tuple(yaml_text.read(text))


@cache
def digest() -> str:
    """Of all that is known of units: another value means that values must be made anew."""
    root = resources.files("fhir_mappings").joinpath("units")
    plain = [root.joinpath(name) for name in ("kinds.yaml", "spellings.yaml", "ucum.yaml")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in (*plain, *_files()))).hexdigest()[:16]


def _files() -> list[Any]:
    folder = resources.files("fhir_mappings").joinpath("units", "canonical")
    return sorted((path for path in folder.iterdir() if path.name.endswith(".yaml")), key=lambda path: str(path.name))


def _groups(path: Any) -> Iterator[tuple[Canonical, Mapping[str, str]]]:
    for number, said in enumerate(yaml_text.read(path.read_text(encoding="utf-8")), 1):
        yield group(said, f"{FOLDER}/{path.name}, group {number}"), said["codes"]


def group(said: Mapping[str, Any], where: str) -> Canonical:
    known = {f.name for f in fields(Canonical)} | {"codes"}
    if wrong := sorted(set(said) - known):
        raise MappingError(f"{where}: unknown key(s) {', '.join(wrong)}; known are {', '.join(sorted(known))}.")
    units = [said["unit"], *said.get("also", {}), *said.get("mistaken", ())]
    if bad := [unit for unit in units if not is_ucum(unit)]:
        raise MappingError(f"{where}: {', '.join(bad)} is no UCUM. How people write units stands in spellings.yaml.")
    return Canonical(
        unit=said["unit"],
        possible=_range(said.get("possible"), where),
        usual=_range(said.get("usual"), where),
        molar=Fraction(str(said["molar"])) if "molar" in said else None,
        valence=said.get("valence"),
        also=tuple((unit, _line(str(text), where)) for unit, text in said.get("also", {}).items()),
        mistaken=tuple(said.get("mistaken", ())),
    )


def _range(said: Any, where: str) -> tuple[float, float] | None:
    if said is None:
        return None
    if len(said) != 2 or not said[0] < said[1]:
        raise MappingError(f"{where}: a range is [lowest, highest]; found {said}.")
    return float(said[0]), float(said[1])


def _line(text: str, where: str) -> Line:
    found = LINE.fullmatch(text)
    if not found:
        raise MappingError(f'{where}: `also` is "factor" or "factor + number"; found {text!r}.')
    add = Fraction(found["add"] or 0)
    return Line(Fraction(found["factor"]), -add if found["sign"] == "-" else add)
