"""A unit as somebody wrote it, read as UCUM: whole by a table, else as it stands, else part by part."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from etl.units.ucum import is_ucum
from schemas import yaml_text

LONGEST = 60
POWER = re.compile(
    r"^(?:[x*]\s*)?10\s*(?:\^|\*{1,2}|e\+?|exp)?\s*(?P<power>3|6|9|12)\s*(?P<what>cells?|c[eé]lulas?|#)?\s*(?P<per>/.*)?$"
)
SURFACE = re.compile(r"/?\s*\(?1[.,]73\s*(?:sq\.?\s*m|m\s*\^?\*{0,2}\s*2|m_2|m2)?\)?")
PART = re.compile(
    r"(?P<number>\d+(?=\D))?\s*(?P<word>[^\d\s]+?)\s*(?:\^|\*{2})?(?P<exponent>-?\d)?(?P<annotation>\{[^{}]*\})?"
)
SIGNS = str.maketrans(
    {"μ": "u", "µ": "u", "·": ".", "×": "x", "⁻": "-", "−": "-", "\N{FRACTION SLASH}": "/", "º": "°", "\\": "/"}
)


@cache
def readings(text: str) -> tuple[str, ...]:
    """UCUM units that the text may mean, best first; none: it is no unit that is known, or says that there is none."""
    plain = _plain(text)
    if not plain or len(plain) > LONGEST:
        return ()
    low = plain.lower()
    table = _spellings()["whole"]
    if low in table:
        return tuple(table[low].split(" | ")) if table[low] else ()
    if is_ucum(plain):
        return (plain,)
    return tuple(found for found in (_power(low), _surface(low), _parts(plain, low)) if found and is_ucum(found))[:1]


@cache
def says_nothing(text: str) -> bool:
    """N/A, None and the like stand where a unit would."""
    return not _plain(text) or (_plain(text).lower() in _spellings()["whole"] and not readings(text))


def _plain(text: str) -> str:
    """One blank between words, none around operators; superscripts are digits; brackets around all of it go."""
    raised = re.sub("10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", r"10^\1", text.translate(SIGNS))
    found = unicodedata.normalize("NFKC", raised).translate(SIGNS).strip()
    found = re.sub(r"\s*([/*^])\s*", r"\1", re.sub(r"\s+", " ", found))
    found = re.sub(r"/(\d+) (?=[a-z])", r"/\1", found, flags=re.IGNORECASE)  # 24 h
    outer = re.fullmatch(r"[(\[]([^()\[\]]*)[)\]]", found)
    return outer[1].strip() if outer and not is_ucum(found) else found


@cache
def _spellings() -> Mapping[str, Any]:
    text = resources.files("fhir_mappings").joinpath("units", "spellings.yaml").read_text(encoding="utf-8")
    return dict(yaml_text.read(text))


@cache
def _words() -> Mapping[str, str]:
    listed = _spellings()["parts"]
    return {str(word): unit for unit, words in listed.items() for word in (*words, unit.lower())}


def _power(low: str) -> str | None:
    """x10E9/L, 10^3/uL, 10*3 cells / mcl."""
    found = POWER.match(low.replace(" ", ""))
    if not found:
        return None
    below = _parts(found["per"] or "", found["per"] or "") if found["per"] else ""
    return f"10*{found['power']}{below}" if below is not None else None


def _surface(low: str) -> str | None:
    """mL/min/1.73 m2: the body surface is said, not divided by."""
    if not SURFACE.search(low):
        return None
    rest = SURFACE.sub("", low).replace("{_m2}", "").rstrip("/ ")
    above = _parts(rest, rest)
    return above and above + "/{1.73_m2}"


def _parts(plain: str, low: str) -> str | None:
    """Each part between / by the table, or as UCUM has it; ` per ` is /."""
    cut = [re.split(r"/|\bper\b|\bpor\b", text) for text in (plain, low)]
    if len(cut[0]) != len(cut[1]):
        return None
    read = ["".join(_side(*both)) or None for both in zip(*cut, strict=True)]
    if any(found is None for found in read[1:]) or (read[0] is None and cut[1][0].strip()):
        return None
    return "/".join(found or "" for found in read)


def _side(plain: str, low: str) -> Iterator[str]:
    """A product: its factors stand apart by a dot, star or blank."""
    pieces = [[piece for piece in re.split(r"[.* ]", text.strip()) if piece] for text in (plain, low)]
    found = [_part(*both) for both in zip(*pieces, strict=True)] if len(pieces[0]) == len(pieces[1]) else [None]
    if found and all(found):
        yield ".".join(filter(None, found))


def _part(plain: str, low: str) -> str | None:
    if low in _words():
        return _words()[low]
    if is_ucum(plain) and not plain.isdigit():
        return plain
    found = PART.fullmatch(low)
    if not found or found["word"] not in _words():
        return None
    unit = _words()[found["word"]] + (found["exponent"] or "") + (found["annotation"] or "")
    return f"({found['number']}.{unit})" if found["number"] else unit
