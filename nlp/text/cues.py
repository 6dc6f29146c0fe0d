"""The cues of assertion: words that decide what a mention says, found in one pass over a text.

Roles, as in data/cues_LANGUAGE.yaml (kind.role, or a role alone):
before, after        speaks of what follows, of what precedes; `after_all` of a whole list before it
either               before, unless its clause ends with it
near, list           like before, but to the next comma or "and"; through a whole list
determiner, without, adjacent   of negations: no X; without X (ends at "with"); not X (the next word only)
time                 dates the clause it stands in
pseudo, ongoing      says nothing itself, and hides shorter cues
open                 a new statement begins: negation, doubt and plans before it end
turn                 everything before it ends
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from nlp.text.data_files import load, phrases, trie
from nlp.text.sections import LANGUAGES, plain

AFTER = frozenset({"after", "after_all", "either", "time", "between", "relative"})
NEVER_BEFORE = frozenset({"after", "after_all"})
NO = (
    "no|none|none seen|none noted|negative|neg|absent|denies|denied|not present|never|nil|not seen"
    "|ausente|ausentes|negativo|negativa|negativos|negativas|niega|nunca|ninguno|ninguna|no presenta"
    "|no conocidas|no conocida|no refiere|no se observa"
)
YES = "yes|present|positive|pos|sí|si|presente|presentes|positivo|positiva|positivos|positivas"
CELL = r"(?=[ \t]{0,9}(?:[|;,.\r\n\t)]|  |$))"
ANSWER = (  # "Fever: no", "fever (yes)", "| N |"
    rf"(?P<answer>(?:[:|=\t(?]|[ ]{{2}}|[ ][-–—]+[ ])[ \t]{{0,9}}(?:(?P<no>{NO})|(?P<yes>{YES})){CELL}"
    r"|\|[ \t]{0,9}(?:(?P<n>n)|y|s)[ \t]{0,9}(?=\|))"
)
SIGN = (  # (-) [x] "glucose ++" ", -fever" +cough
    rf"(?P<sign>\([+-]\)|\[[ x]?\](?!\()|(?<=\w )(?:\+{{1,4}}|[-−]){CELL}"
    r"|(?:(?<=[,;] )|(?<=: ))[-−](?=[^\W\d])|(?<![\w+])\+(?=[^\W\d]))"
)
POINT = r"(?P<point>[,;:?¿|])"
YEARS = r"(?P<year>(?<![\w/.-])(?:19|20)\d\d(?![\w/-]))"
CLAUSES = (  # words that begin a new statement whatever the verb: observándose; se constata
    r"(?P<clause>(?<=[áa]ndo)se\b|(?<=i[ée]ndo)se\b"
    r"|(?<!\w)se\s+(?:le\s+|les\s+)?\w{3,}(?:a|an|e|en|ó|aron|ieron|aba|aban)\b)"
)


@dataclass(frozen=True, slots=True)
class Cue:
    """What a phrase can say: pairs of kind and role each way, and its other roles."""

    label: str
    before: tuple[tuple[str, str], ...] = ()
    after: tuple[tuple[str, str], ...] = ()
    flags: frozenset[str] = frozenset()


@dataclass(slots=True)
class Event:
    start: int
    end: int
    cue: Cue


def make(label: str, roles: frozenset[str]) -> Cue:
    pairs = sorted(
        (kind, role) for kind, _, role in (each.partition(".") for each in roles) if role and kind != "present"
    )
    flags = frozenset(each.removeprefix("present.") for each in roles if "." not in each or each.startswith("present."))
    before = tuple(pair for pair in pairs if pair[1] not in NEVER_BEFORE)
    return Cue(label, before, tuple(pair for pair in pairs if pair[1] in AFTER), flags)


POINTS = {point: make(point, frozenset({point})) for point in ",:?|"} | {
    ";": make(";", frozenset({"turn"})),
    "¿": make("?", frozenset({"?"})),
}
ANSWER_NO, ANSWER_YES = (
    make("no", frozenset({"negated.after", "answer"})),
    make("yes", frozenset({"present.after", "answer"})),
)
SIGN_NO, SIGN_YES = make("-", frozenset({"negated.after"})), make("+", frozenset({"present.after"}))
MARK_NO, MARK_YES = make("[ ]", frozenset({"negated.before", "mark"})), make("[x]", frozenset({"present.open", "mark"}))
CLAUSE = make("clause", frozenset({"present.open"}))  # observándose, acompañándose
YEAR = make("year", frozenset({"historical.time", "year"}))
SINCE = make("since", frozenset({"present.ongoing"}))
MONTH = re.compile(  # a date of the story that is told, more often than one of the past history
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|enero|febrero|marzo|abril"
    r"|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)(?: of| de|,)?\s*\Z"
)
BEFORE_YEAR = re.compile(r"(?:since|desde)(?:\s+\S+){0,2}\s*\Z")


class Cues:
    """All cues of one language, or of both where the language is not one of them."""

    def __init__(self, language: str) -> None:
        self._cues = _phrases(language)
        words = trie(sorted(self._cues))
        self._pattern = re.compile(
            rf"(?=[^\w\n])(?:{ANSWER}|{SIGN}|{POINT})|(?<!\w)(?:{words})(?!\w)|(?=[12]){YEARS}|(?=s){CLAUSES}", re.M
        )

    def events(self, lower: str, text: str) -> list[Event]:
        """In order, none overlapping, the longest at each place. `lower`: the text in small letters."""
        known = self._cues
        found: list[Event] = []
        for match in self._pattern.finditer(lower):
            start, end = match.span()
            group = match.lastgroup
            if group is None:
                words = match.group()
                cue = known.get(words) or known.get(" ".join(words.split()))
                if words == "si" and text[start:end] == "SI":
                    cue = None  # an abbreviation
            elif group == "point":
                cue = POINTS[match.group()]
            elif group == "clause":
                cue = CLAUSE
            else:
                cue = _special(lower, match)
            if cue is not None:
                found.append(Event(start, end, cue))
        return found

    def cue(self, words: str) -> Cue:
        """What these words alone say."""
        return self._cues.get(" ".join(words.split())) or Cue(words)


def _special(lower: str, match: re.Match[str]) -> Cue | None:
    """A cell's answer, a sign or a year."""
    if match["answer"]:
        return ANSWER_NO if match["no"] or match["n"] else ANSWER_YES
    if match["year"]:
        head = lower[max(0, match.start() - 30) : match.start()]
        return SINCE if BEFORE_YEAR.search(head) else None if MONTH.search(head) else YEAR
    sign = match["sign"]
    yes = "+" in sign or "x" in sign
    head = lower[max(0, match.start() - 3) : match.start()].rstrip(" \t")
    if sign[0] == "[" and head.endswith(":") and not lower[match.end() : match.end() + 2].strip(" \r"):
        return SIGN_YES if yes else SIGN_NO  # a box that answers
    if sign[0] == "[" or not head or head[-1] in ",:;\n\r.|" or (match.start() and head == ""):
        return MARK_YES if yes else MARK_NO
    return SIGN_YES if yes else SIGN_NO


def _roles(language: str) -> Iterator[tuple[str, str]]:
    for role, lists in load(f"cues_{language}").items():
        for written in lists:
            for phrase in phrases(written):
                yield phrase, role
                if plain(phrase) not in {phrase, "si"}:
                    yield plain(phrase), role


@lru_cache(maxsize=3)
def _phrases(language: str) -> dict[str, Cue]:
    roles: dict[str, set[str]] = {}
    for each in (language,) if language in LANGUAGES else LANGUAGES:
        for phrase, role in _roles(each):
            roles.setdefault(phrase, set()).add(role)
    return {phrase: make(phrase, frozenset(said)) for phrase, said in roles.items()}
