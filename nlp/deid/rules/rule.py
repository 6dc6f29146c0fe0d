"""A rule as typed data: what is read from fhir_mappings/deid/rules/*.yaml, macros filled in, patterns compiled."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import yaml

from contract.errors import ConfigError
from nlp.deid.labels import LABELS
from nlp.deid.rules.checks import CHECKS
from nlp.deid.rules.trimming import TRIMS

FOLDER = "fhir_mappings/deid/rules"
BACK, AHEAD = 60, 80
STRENGTH = {"strong": 0.99, "weak": 0.6}
FIELDS = {"name", "label", "after", "before", "find", "near", "value", "check", "trim", "strength", "sep", "exact"}
FIELDS |= {"around", "next", "pivot", "back", "ahead", "code", "begins", "figures"}
BEGINS = ("", "word", "line")
LONGEST = 20  # figures of a number; longer ones are looked up as if they had as many
SPAN = re.compile(r"\(\?P<(?:v>|[A-Z])")
KINDS = ("after", "before", "around", "pivot", "next", "code", "find")
PART = re.compile(r"%([A-Z][A-Z0-9_]*)%")


@dataclass(frozen=True)
class Rule:
    """`after`: the pattern is tried where one of the anchors begins; `before`: it must end there. Patterns of `find`
    are looked for in the whole text (`find`), or, which is cheaper, near one of the words (`around`), near what a
    simpler pattern finds (`pivot`), at each number that one of `next` stands behind (`digits`), or where letters
    and figures that are written together begin (`code`). Cheaper still is to say what the pattern `begins` with:
    it is then tried at the words or lines that begin up to `back` characters before, and nowhere else.

    Groups of the pattern that are named as a label are the spans; a group `v` takes the label of the rule.
    """

    name: str
    label: str
    kind: str
    pattern: re.Pattern[str]
    anchors: tuple[str, ...]  # in lower case; whole words; of `find` any substring that must occur, of `digits` `next`
    check: str
    trim: str
    score: float
    exact: bool  # the anchor must be written as in the rule, in capitals
    pivot: re.Pattern[str]
    back: int  # characters before the anchor or pivot that are looked at
    ahead: int
    begins: str  # the pattern is tried where a `word` or number begins, or a `line`; empty: anywhere
    figures: tuple[int, int]  # of `digits`: how many the number has, at least and at most


@dataclass(frozen=True)
class RuleSet:
    rules: tuple[Rule, ...]
    words: dict[str, tuple[Rule, ...]]  # of `after`, `before`, `around`: by the first run of letters of an anchor
    digits: dict[tuple[int, str], tuple[Rule, ...]]
    """By the figures of the number and the character behind it; "": any other."""

    @cached_property
    def scanned(self) -> tuple[Rule, ...]:
        """Rules that begin anywhere."""
        return tuple(rule for rule in self.rules if rule.kind in ("find", "pivot"))

    @cached_property
    def codes(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.kind == "code")


def fill(pattern: str, parts: dict[str, str]) -> str:
    """Macros such as %DATE% by what `parts` says; parts may use parts."""
    while match := PART.search(pattern):
        if match[1] not in parts:
            raise ConfigError(f"{FOLDER}: unknown part {match[0]}; known: {', '.join(sorted(parts))}")
        pattern = pattern[: match.start()] + f"(?:{parts[match[1]]})" + pattern[match.end() :]
    return pattern


def anchor_pattern(anchor: str, exact: bool) -> str:
    words = [re.escape(word) for word in anchor.split(" ")]
    text = r"[\s_]*".join(words) if len(words) > 1 else words[0]
    closed = text + (r"(?![^\W\d_])" if anchor[-1].isalpha() else "")
    return f"(?-i:{closed})" if exact else closed


def parse(said: dict[str, Any], parts: dict[str, str], file: str) -> Rule:
    where = f"{FOLDER}/{file}, rule {said.get('name', '?')}"
    if unknown := set(said) - FIELDS:
        raise ConfigError(f"{where}: unknown {sorted(unknown)}; a rule has {sorted(FIELDS)}")
    kind = next((kind for kind in KINDS if kind in said), "")
    kind = {"next": "digits"}.get(kind, kind)
    if not kind or said["label"] not in LABELS:
        raise ConfigError(f"{where}: needs one of {KINDS}, and a label of nlp/deid/labels.py")
    check, trim, strength = said.get("check", ""), said.get("trim", ""), said.get("strength", "strong")
    if (check and check not in CHECKS) or (trim and trim not in TRIMS) or strength not in STRENGTH:
        known = f"check of {sorted(CHECKS)}, trim of {sorted(TRIMS)}, strength of {sorted(STRENGTH)}"
        raise ConfigError(f"{where}: found {check!r}, {trim!r}, {strength!r}; expected {known}")
    try:
        pattern = re.compile(compose(said, kind, parts), re.IGNORECASE | re.MULTILINE)
    except re.error as error:
        raise ConfigError(f"{where}: {error.msg} at {error.pos} of the pattern with its parts filled in") from error
    begins = said.get("begins", "line" if said.get("find", "").startswith("^") else "")
    if begins not in BEGINS:
        raise ConfigError(f"{where}: begins with {begins!r}; a pattern begins with one of {BEGINS[1:]}")
    near = kind if kind in ("after", "before", "around") else {"digits": "next"}.get(kind, "near")
    return Rule(
        said["name"], said["label"], kind, pattern, tuple(str(a).lower() for a in said.get(near, ())),
        check, trim, STRENGTH[strength], bool(said.get("exact", False)),
        re.compile(fill(said.get("pivot", ""), parts), re.IGNORECASE | re.MULTILINE),
        said.get("back", BACK), said.get("ahead", AHEAD), begins, figures_of(said.get("figures", [1, LONGEST])),
    )  # fmt: skip


def figures_of(said: int | list[int]) -> tuple[int, int]:
    return (said, said) if isinstance(said, int) else (said[0], said[-1])


def compose(said: dict[str, Any], kind: str, parts: dict[str, str]) -> str:
    if "find" in said:
        found = fill(said["find"], parts)
        return found if SPAN.search(found) else f"(?P<v>{found})"
    exact = bool(said.get("exact", False))
    longest = sorted(map(str, said[kind]), key=len, reverse=True)
    anchors = "|".join(anchor_pattern(anchor, exact) for anchor in longest)
    value = fill(said["value"], parts)
    if "(?P<" not in value:
        value = f"(?P<v>{value})"
    sep = fill(said.get("sep", "%SEP%"), parts)
    return f"(?:{anchors}){sep}{value}" if kind == "after" else f"{value}{sep}(?:{anchors})"


def by_word(rules: list[Rule]) -> dict[str, tuple[Rule, ...]]:
    """Rules by the first run of letters of their anchors: what a word of a note is looked up in."""
    table: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.kind in ("after", "before", "around"):
            for first in {re.findall(r"[^\W\d_]+", anchor)[0] for anchor in rule.anchors}:
                table.setdefault(first, []).append(rule)
    return {word: tuple(found) for word, found in table.items()}


def by_next(rules: list[Rule]) -> dict[tuple[int, str], tuple[Rule, ...]]:
    numbers = [rule for rule in rules if rule.kind == "digits"]
    characters = {character for rule in numbers for character in rule.anchors} | {""}
    return {
        (figures, character): tuple(rule for rule in numbers if fits(rule, figures, character))
        for figures in range(1, LONGEST + 1)
        for character in characters
    }


def fits(rule: Rule, figures: int, character: str) -> bool:
    return rule.figures[0] <= figures <= rule.figures[1] and (not rule.anchors or character in rule.anchors)


@lru_cache(maxsize=8)
def rule_set(language: str) -> RuleSet:
    """The rules of a language after those of any language."""
    folder = resources.files("fhir_mappings").joinpath("deid/rules")
    rules: list[Rule] = []
    parts: dict[str, str] = {}
    for file in ("any.yaml", f"{language}.yaml"):
        source = folder.joinpath(file)
        if not source.is_file():
            raise ConfigError(f"no rules for language {language!r}: expected {FOLDER}/{file}; known: en, es, zh")
        said = yaml.safe_load(source.read_text(encoding="utf-8"))
        parts = {**parts, **said.get("parts", {})}
        rules += [parse(rule, parts, file) for rule in said["rules"]]
    return RuleSet(tuple(rules), by_word(rules), by_next(rules))
