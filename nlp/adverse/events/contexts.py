"""What surrounds a mention in its sentence and decides whether it is the patient's and now (contexts.yaml)."""

import re
from functools import lru_cache
from pathlib import Path

import yaml

from nlp.adverse.events.terms import pattern

FILE = Path(__file__).with_name("contexts.yaml")
REACH = 120  # characters to each side that are looked at


@lru_cache(maxsize=16)
def _known(name: str) -> re.Pattern[str]:
    return pattern(yaml.safe_load(FILE.read_text(encoding="utf-8"))[name])


def context(lower: str, sentence: tuple[int, int], start: int, end: int) -> str:
    """One letter: o another person's, n denied, w asked or feared, t over, or nothing. `lower`: in small letters."""
    before = lower[max(sentence[0], start - REACH) : start]
    after = lower[end : min(sentence[1], end + REACH)]
    if _of_another(before) or _to_another(after):
        return "o"
    if _ends(before, "denied") or _begins(after, "denied_after"):
        return "n"
    if _known("asked").search(before) or _ends(before, "asked_next") or _begins(after, "asked_after"):
        return "w"
    around = f"{before} {after}"
    if _known("past").search(around) and not _known("recent").search(around):
        return "t"
    return ""


def _ends(before: str, name: str) -> bool:
    """Such words stand last, but for a blank."""
    return any(not before[found.end() :].strip() for found in _known(name).finditer(before, max(0, len(before) - 20)))


def _begins(after: str, name: str) -> bool:
    """Such words stand first."""
    found = _known(name).search(after[:24])
    return found is not None and not after[: found.start()].strip(" -")


def _of_another(before: str) -> bool:
    others = list(_known("other").finditer(before))
    return bool(others) and not _known("tells").search(before, others[-1].end())


def _to_another(after: str) -> bool:
    """The fall of a colleague."""
    link = _known("of_other").match(after.lstrip())
    rest = after.lstrip()[link.end() :].lstrip() if link else ""
    return bool(link and _known("other").match(rest))
