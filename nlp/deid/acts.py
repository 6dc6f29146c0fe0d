"""What coders' acts on one encounter come to: for each code who says yes and who says no, once it is finished."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.standing import SECOND, SETTLING, round_of, standing, state

YES, NO = ("accept", "add"), ("reject", "remove")
ENDS = ("finish", "reopen")
SECTIONS = (
    "0[0-9B-DF-HJ-NP-Y]", "10", "2[WY]", "3[0CE]", "4[AB]", "5A", "6A", "7W", "8[CE]", "9W",
    "B[02-57-9BDF-HLNP-RT-WY]", "C[0235789BDF-HPTVW]", "D[0789BDF-HMPT-W]", "F[01]", "GZ", "HZ", "X[02HKNRVWXY]",
)  # fmt: skip
"""First two characters of ICD-10-PCS, section and body system (CMS, ICD-10-PCS reference manual): few names and numbers
begin so."""

WORDLESS = r"(?=.*\d|GZ[FGHJ]ZZZZ|D.Y.[CFK]ZZ)"  # a code without any digit is one of these
SHAPES = {
    "ICD-10-CM": re.compile(r"([A-Z]\d|QA)[0-9A-Z](\.[0-9A-Z]{1,4})?"),
    "ICD-10-PCS": re.compile(rf"{WORDLESS}({'|'.join(SECTIONS)})[0-9A-HJ-NP-Z]{{2,5}}"),
    "ICD-9-CM": re.compile(r"(E\d{3}|V\d\d|\d{3})(\.\d{1,2})?|\d\d\.\d{1,2}"),
}
"""Code systems that labels may name, and what their codes look like: nothing else that was typed passes the gate."""

DIGEST = re.compile(r"(?=.*[a-f])[0-9a-f]{16}")  # as the worklist has it; digits alone may be a number of somebody

GUESSED = frozenset(("words", "attention", "similar", "near-index", "title", "shadow"))
"""Sources of spans that a machine guessed: who accepts the code has not said that these words mean it."""
Span = tuple[str, int, int]  # note_id, start, end
Act = Mapping[str, Any]


@dataclass
class Said:
    """Of one code of one encounter. `settled`: what whoever settled it said; others are no longer counted."""

    system: str
    code: str
    stands: dict[str, bool] = field(default_factory=dict, repr=False)  # actor -> yes; the last word counts
    spans: dict[bool, set[Span]] = field(default_factory=lambda: {True: set(), False: set()}, repr=False)
    settled: bool | None = None

    @property
    def verdict(self) -> bool | None:
        """Of the majority; None: it is even, and nobody has settled it yet."""
        if self.settled is not None:
            return self.settled
        yes = sum(self.stands.values())
        return None if 2 * yes == len(self.stands) else 2 * yes > len(self.stands)

    def actors(self, says: bool) -> list[str]:
        return [actor for actor, stand in self.stands.items() if stand == says]


def outcome(acts: Iterable[Act]) -> list[Said]:
    """By system and code; nothing while the encounter is not finished, or was reopened."""
    ordered = standing(acts)
    ends = [act["action"] for act in ordered if act["action"] in ENDS and round_of(act) != SECOND]
    if not ends or ends[-1] != "finish":
        return []
    found: dict[tuple[str, str], Said] = {}
    settled = False
    for act in ordered:
        settled = settled or round_of(act) == SETTLING
        _take(found, act, final=settled and round_of(act) != SECOND)
    return [found[key] for key in sorted(found) if found[key].stands]


def _take(found: dict[tuple[str, str], Said], act: Act, *, final: bool) -> None:
    """`final`: somebody has settled the list: this word decides, and the list that is finished does of all the rest."""
    for system, code, says in _says(act):
        if system in SHAPES and SHAPES[system].fullmatch(code):
            said = found.setdefault((system, code), Said(system, code))
            said.spans[says is not False] |= set(_spans(act))
            if says is not None:
                said.stands[act["actor"]] = says
                said.settled = says if final else said.settled
    listed = _listed(act) if final and act["action"] == "finish" else None
    if listed is None:
        return
    for key, said in found.items():
        said.settled = key in listed
        if said.settled not in said.stands.values() or len(set(said.stands.values())) > 1:
            said.stands[act["actor"]] = said.settled


def digest(acts: Iterable[Act]) -> str | None:
    """Of the notes that lay before whoever finished last; null where it is none. A second coder's are not asked."""
    ends = [act for act in standing(acts) if act["action"] == "finish" and round_of(act) != SECOND]
    said = ends[-1]["note_digest"] or ""
    return said if DIGEST.fullmatch(said) else None


def _says(act: Act) -> Sequence[tuple[str, str, bool | None]]:
    """An edit takes back `code` and says yes to the code of `after`; evidence alone says neither yes nor no."""
    system, code = act["system"] or "", act["code"] or ""
    if act["action"] in YES:
        return [(system, code, True)]
    if act["action"] in NO:
        return [(system, code, False)]
    if act["action"] == "evidence":
        return [(system, code, None)]
    if act["action"] != "edit":
        return []
    after = state(act["after"])
    new = str(after.get("system") or system), str(after.get("code") or code)
    return [(*new, True)] if new == (system, code) else [(system, code, False), (*new, True)]


def _listed(act: Act) -> set[tuple[str, str]] | None:
    """Codes of the list that was finished, where the act says them."""
    codes = state(act["after"]).get("codes")
    if not isinstance(codes, list):
        return None
    return {(str(each.get("system")), str(each.get("code"))) for each in codes if isinstance(each, dict)}


def _spans(act: Act) -> Iterable[Span]:
    """Words that a person marked, and whole phrases that a suggestion showed."""
    for each in act["evidence"] or ():
        if each["start"] is not None and each["end"] is not None and each.get("source") not in GUESSED:
            yield each["note_id"], each["start"], each["end"]
