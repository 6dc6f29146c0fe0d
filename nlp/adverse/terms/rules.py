"""How notes say that a drug did harm: the rules of data/rules_*.yaml, compiled."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from nlp.adverse.terms.letters import TABLE
from nlp.adverse.terms.tables import said

DRUG_SIGN, EFFECT_SIGN = "§", "¶"
LANGUAGES = ("en", "es")
PART = re.compile(r"\{([a-z]+)\}")
WORD = r"[\w'/%.+-]+"
PUNCTUATION = ",;:.()[]/-'\"&%+=|?!\n"


class _Letters(dict[int, str]):
    """As letters.TABLE, with punctuation kept."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = value = letter if letter in PUNCTUATION else TABLE[code]
        return value


LETTERS = _Letters()


def punctuated(text: str) -> str:
    """In small letters without accents, of the same length."""
    return text.translate(LETTERS).replace("\n", " ")


@dataclass(frozen=True, slots=True)
class Rule:
    """`order`: ED, the effect stands first, or DE. `weak`: a reason to give the drug unsays it.

    `under`: what must be found in the line that heads the two: of a list, or of a table.
    """

    order: str
    between: re.Pattern[str]
    before: re.Pattern[str] | None
    score: float
    weak: bool = False
    under: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """What is said of a drug in the sentence after it."""

    begun: re.Pattern[str]
    showed: re.Pattern[str]
    stopped: re.Pattern[str]
    score: float


@dataclass(slots=True)
class Rules:
    """Of one language."""

    language: str
    rules: list[Rule] = field(init=False)
    followed: Followed = field(init=False)

    def __post_init__(self) -> None:
        table = said(f"rules_{self.language}")
        parts = {name: _filled(pattern, {}) for name, pattern in table["parts"].items()}
        stops = "|".join(map(str, table["stops"]))
        self.rules = [_rule(row, parts, stops) for row in table["rules"]]
        told = table["followed"]
        begun, showed, stopped = (re.compile(_filled(told[name], parts)) for name in ("begun", "showed", "stopped"))
        self.followed = Followed(begun, showed, stopped, told["score"])

    def of(self, order: str) -> Iterable[Rule]:
        return (rule for rule in self.rules if rule.order == order)


def _filled(pattern: str, parts: dict[str, str]) -> str:
    return PART.sub(lambda match: parts[match[1]], pattern)


def _rule(row: dict[str, Any], parts: dict[str, str], stops: str) -> Rule:
    """`bare`: nothing else stands between; `tight`: nothing before the cue; `free`: its own words say what may."""
    first, second = (EFFECT_SIGN, DRUG_SIGN) if row["order"] == "ED" else (DRUG_SIGN, EFFECT_SIGN)
    cue = _filled(row["between"], parts)
    joint = r"\s*(?:,|/|;|&|\+|\b(?:and|or|with|plus|y|e|o|u|ni|con|as well as|asi como)\b)+\s*(?:[\w-]+\s+){0,2}?"
    left, right = rf"(?:{joint}{first})*", rf"(?:{second}{joint})*"
    most = 2 if row.get("few") else 4
    fill = rf"(?:[\s,'\"()]*(?!(?:{stops})\b){WORD}){{0,{most}}}?[\s,'\"(:-]*"
    if row.get("bare"):
        whole = rf"{left}{cue}"
    elif row.get("tight"):
        whole = rf"{left}\s?{cue}{fill}{right}"
    elif row.get("free"):
        whole = rf"{left}[\s,()'\"-]*{cue}{fill}{right}"
    else:
        whole = rf"{left}{fill}(?<!\w)(?:{cue})(?!\w){fill}{right}"
    before, under = (re.compile(_filled(row[key], parts)) if key in row else None for key in ("before", "under"))
    return Rule(row["order"], re.compile(rf"{whole}\s*"), before, row["score"], bool(row.get("weak")), under)


@lru_cache(maxsize=4)
def rules(language: str) -> list[Rules]:
    """Of one language, or of both where it is neither."""
    return [Rules(each) for each in ((language,) if language in LANGUAGES else LANGUAGES)]
