"""Units of measure: what is one, by UCUM's grammar or as people write it."""

import re
from functools import cache

from nlp.deid.policy import knowledge

LONGEST = 40
TERM = re.compile(r"(?P<atom>[^./{}()]*?)(?P<exponent>[+-]?\d{1,2})?(?P<braces>(\{[^{}]*\})*)")
POWER = re.compile(r"10(\*|\^)-?\d{1,2}")
NUMBER = re.compile(r"\d{1,4}")  # kg/100.m: one of them, beside a true unit


@cache
def is_unit(text: str) -> bool:
    """mg/dL, mm[Hg], 10*3/uL, {score}, beats/min; not Smith, nor 555-1234."""
    if len(text) > LONGEST:
        return False
    if text.strip().lower() in _written() or all(_word(part) for part in text.split("/")):
        return True
    terms = [term for term in re.split(r"[./]", _outside(text)) if term]
    true = [term for term in terms if not NUMBER.fullmatch(term)]
    few = len(terms) - len(true) <= min(1, len(true)) or text in ("1", "10")
    return bool(terms) and few and all(_term(term) for term in true)


def _word(part: str) -> bool:
    """mL and hour of mL/hour, as people write units."""
    part = part.strip()
    return bool(part) and (part.lower().rstrip(".") in _written() or part in _atoms())


def _outside(text: str) -> str:
    """Parentheses away; full stops and slashes within braces are no operators."""
    return re.sub(r"\{[^{}]*\}", lambda found: re.sub(r"[./]", "_", found[0]), re.sub(r"[()]", "", text))


def _term(term: str) -> bool:
    found = TERM.fullmatch(term)
    if not found:
        return not term
    braces = re.findall(r"\{([^{}]*)\}", found["braces"])
    if not all(_annotation(said) for said in braces):
        return False
    atom = term[: term.index("{")] if "{" in term else term
    return not atom or bool(POWER.fullmatch(atom)) or atom in _atoms() or re.sub(r"[+-]?\d{1,2}$", "", atom) in _atoms()


@cache
def _annotations() -> frozenset[str]:
    return frozenset(re.sub(r"[./]", "_", str(said)).lower() for said in knowledge.read("units")["annotations"])


def _annotation(said: str) -> bool:
    return said.lower() in _annotations()


@cache
def _atoms() -> frozenset[str]:
    said = knowledge.read("units")
    metric = [str(atom) for atom in said["metric"]]
    return frozenset([*metric, *(p + atom for p in said["prefixes"] for atom in metric), *map(str, said["plain"])])


@cache
def _written() -> frozenset[str]:
    return frozenset(str(word).lower() for word in knowledge.read("units")["written"])
