"""What a mention in a note establishes: a code, a history code, nothing, or a question to the provider.

Between the assertion of a mention (nlp.text.assertion) and the coder: who wrote it, in what note, in which setting.
Dates play no part: the verdict is the same on shifted ones.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from nlp.icd.catalogue.references import named, within
from nlp.icd.rules.book import FACTS, listed, rules
from nlp.icd.rules.case import setting

Action = Literal["code", "history-code", "do-not-code", "query"]
COUNTRY = "US"


@dataclass(frozen=True, slots=True)
class Mention:
    """`assertion`: a kind of nlp.text.assertion; `uncertain`: the word that says so. `setting`: see Stay."""

    code: str
    assertion: str = "present"
    uncertain: str = ""
    setting: str = ""
    author_role: str = ""
    note_kind: str = ""
    country: str = COUNTRY


@dataclass(frozen=True, slots=True)
class Verdict:
    """`rule`: its name in rules.yaml, nothing where none speaks. `instead`: categories of codes to give instead."""

    action: Action
    rule: str = ""
    text: str = ""
    source: str = ""
    instead: tuple[str, ...] = ()


CODE = Verdict("code")


@lru_cache(maxsize=100_000)
def established(mention: Mention) -> Verdict:
    """The first that speaks: who wrote it, what is asserted, how certain it is."""
    if mention.country != COUNTRY:
        return CODE
    return _author(mention) or _assertion(mention) or _report(mention) or _certainty(mention) or CODE


def _said(action: Action, rule: str, text: str, *, source: str = "", instead: tuple[str, ...] = ()) -> Verdict:
    return Verdict(action, rule, text, source or rules()[rule].section, instead)


def provider(author_role: str) -> bool:
    """A role that no list knows is taken for a provider's."""
    role = author_role.lower()
    return _in(role, FACTS["authors"]["providers"]) or not _in(role, FACTS["authors"]["others"])


def _in(role: str, words: str) -> bool:
    return any(re.search(rf"\b{re.escape(word)}\b", role) for word in words.split(", "))


def _author(mention: Mention) -> Verdict | None:
    if provider(mention.author_role):
        return None
    if any(within(mention.code, named(each)) for each in FACTS["authors"]["exceptions"]):
        return None
    return _said("query", "provider-only", f"written by {mention.author_role}: a provider must establish the diagnosis")


def _assertion(mention: Mention) -> Verdict | None:
    code = mention.code
    match mention.assertion:
        case "negated":
            return _said("do-not-code", "negated", "denied or ruled out")
        case "hypothetical" | "planned":
            return _said("do-not-code", "not-happened", "may happen or is planned; it has not happened")
        case "other_person" if listed(code, "is_history"):
            return None
        case "other_person":
            instead = _instead("family", code)
            return _said("history-code", "family-history", "a relative's condition", instead=instead)
        case "allergy":
            return _said("history-code", "allergy-status", "an allergy", instead=tuple(FACTS["allergy"]))
        case "historical":
            return _history(code)
    return None


def _history(code: str) -> Verdict | None:
    if listed(code, "is_history"):
        return None
    if listed(code, "chronic"):
        return _said("query", "chronic-history", "in the history, but rarely goes away: is it still there?")
    return _said("history-code", "history", "a past condition", instead=_instead("history", code))


def _instead(table: str, code: str) -> tuple[str, ...]:
    """The first line that holds the code: single conditions stand before their chapters."""
    rows: list[dict[str, Any]] = FACTS[table]
    return next((tuple(row["instead"]) for row in rows if within(code, named(row["codes"]))), ())


def _report(mention: Mention) -> Verdict | None:
    """A report is no provider's diagnosis of an inpatient; of an outpatient it is, if a physician read the test."""
    kind = mention.note_kind.lower()
    laboratory = kind in FACTS["notes"]["laboratory"]
    if not laboratory and kind not in FACTS["notes"]["interpreted"]:
        return None
    if setting(mention.setting) == "outpatient" and not laboratory:
        return _certainty(mention) or _said("code", "interpreted-report", "a report that a physician has interpreted")
    return _said("query", "abnormal-finding", f"a finding in a {kind} report: does the provider call it significant?")


def _certainty(mention: Mention) -> Verdict | None:
    if not mention.uncertain:
        return None
    kind, said = setting(mention.setting), f'"{mention.uncertain}"'
    row = _confirmed_only(mention.code)
    if row:
        text = f"{said}: only confirmed cases are coded"
        return _said("do-not-code", "confirmed-only", text, source=row["section"], instead=tuple(row["instead"]))
    if kind == "outpatient":
        return _said("do-not-code", "uncertain-outpatient", f"{said}: code the sign, the symptom or the reason instead")
    if kind != "inpatient":
        return _said("query", "uncertain-setting", f"{said}: coded for inpatients only; the setting is not known")
    if mention.note_kind.lower() in FACTS["notes"]["at_discharge"]:
        return _said("code", "uncertain-inpatient", f"{said} at discharge is coded as if established")
    return _said("query", "uncertain-before-discharge", f"{said}: is it still so at discharge?")


def _confirmed_only(code: str) -> Any:
    return next((row for row in FACTS["confirmed_only"] if within(code, named(row["codes"]))), None)
