"""What is known of a person, looked for in text in every form that text may be disguised in."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

import ahocorasick
from wordfreq import zipf_frequency

from nlp.deid.audit.fold import APART
from nlp.deid.audit.knowledge import knowledge
from nlp.deid.audit.patterns import Pattern
from nlp.deid.audit.views import views

SIGN = re.compile(r"[^\W_]")
SINGLES = re.compile(r"[^\W_](?<![^\W_].)[\W_]{1,4}(?:[^\W_][\W_]{1,4})+[^\W_](?![^\W_])", re.S)  # S m i t h
LETTERS, LETTERS_END = re.compile(r"[^\W\d_]*"), re.compile(r"[^\W\d_]+$")
TITLE_END = re.compile(r"(?<![^\W\d_])[a-z]+$")
BRIEF = 200  # characters up to which a view is remembered: labels of codes repeat over persons
RARE = 2.5  # below it a word of four letters is hardly one
COMMON = 3.0  # Zipf frequency (log10 of uses in a billion words) from which a piece of a word is a word itself
WIDEST = 6  # characters that may stand between two parts of one identifier
SHORT = 4  # letters of the shortest name that is sought inside of words, or of a first and last name together
SURE = 6  # letters of the shortest name that is sought between words that are written without spaces
LONG = 9  # letters or digits that meet by chance so seldom that it does not matter what stands around them


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that names the person. What was found is not kept: it would be PHI in a report."""

    label: str
    rule: str


@dataclass
class Scanner:
    """`ordinary`: names that are words too, beyond those of fhir_mappings/deid/audit.yaml."""

    patterns: Sequence[Pattern]
    ordinary: Collection[str] = ()
    _words: dict[str, Pattern] = field(init=False, repr=False)
    _glued: ahocorasick.Automaton = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._words = {p.text: p for p in self.patterns if p.rule == "word"}
        self._glued = ahocorasick.Automaton()
        for pattern in self.patterns:
            if pattern.rule != "word" or len(pattern.text) >= SHORT:
                self._glued.add_word(pattern.text, pattern)
        self._glued.make_automaton()

    def find(self, text: str) -> set[Hit]:
        return self.find_in(views(text))

    def find_in(self, seen: Iterable[str]) -> set[Hit]:
        """In views of a text that were made already."""
        return {hit for view in seen for hit in self._found(view)}

    def _found(self, view: str) -> Iterator[Hit]:
        cut = _cut_once(view) if len(view) <= BRIEF else _cut(view)
        if self._words:
            yield from self._alone(view, cut)
        if len(self._glued):
            where: list[int] = []
            for end, pattern in self._glued.iter(cut.glued):
                where = where or [found.start() for found in SIGN.finditer(cut.low)]
                start = end - len(pattern.text) + 1
                if fits(pattern, view, cut.low, where[start : end + 1], self._is_ordinary):
                    yield Hit(pattern.label, pattern.rule)

    def _alone(self, view: str, cut: "Cut") -> Iterator[Hit]:
        """Names that stand as words, or letter by letter."""
        for word in self._words.keys() & cut.pieces:
            if not self._is_ordinary(word) or _titled(word, view, cut.low):
                yield Hit(self._words[word].label, "word")
        for run in cut.spelt:
            if run in self._words:
                yield Hit(self._words[run].label, "word")

    def _is_ordinary(self, word: str) -> bool:
        return word in knowledge().ordinary or word in self.ordinary


@dataclass(frozen=True, slots=True)
class Cut:
    """A view in lower case, its words, all its letters and digits, and what is spelt letter by letter."""

    low: str
    pieces: frozenset[str]
    glued: str
    spelt: tuple[str, ...]


def _cut(view: str) -> Cut:
    low = view.lower()
    pieces = APART.split(low)
    return Cut(low, frozenset(pieces), "".join(pieces), tuple(APART.sub("", run) for run in SINGLES.findall(low)))


_cut_once = lru_cache(maxsize=1 << 14)(_cut)


def _titled(word: str, view: str, low: str) -> bool:
    """A name that is a word too is a name behind a title, where it has a capital."""
    for found in re.finditer(rf"({_titles()})[\s.:]{{1,3}}{re.escape(word)}\b", low):
        if view[found.end() - len(word)].isupper():
            return True
    return False


@cache
def _titles() -> str:
    return r"\b(?:" + "|".join(sorted(knowledge().titles)) + r")\b"


def fits(pattern: Pattern, view: str, low: str, where: Sequence[int], ordinary: Callable[[str], bool]) -> bool:
    """Whether glued letters and digits are the identifier, by what stands around and between them."""
    start, end = where[0], where[-1] + 1
    inner = low[start:end]
    gaps = APART.findall(inner)
    if any(len(gap) > WIDEST for gap in gaps):
        return False
    left, right = _edge(view, start, -1) or _title_before(low, start), _edge(view, end - 1, 1)
    pieces = APART.split(inner)
    if pattern.rule == "word" and not gaps:
        return not ordinary(pattern.text) and ((left and right) or _among_words(low, start, end))
    if pattern.rule == "word":
        torn = len(pattern.text) > SHORT and left and right and _torn(pieces, gaps)
        return torn and (_apart(pieces) or not ordinary(pattern.text))
    if pattern.rule == "zip":
        lone = left and right and not re.search(r"\d[.,]$", low[max(start - 2, 0) : start])
        return lone and (
            not gaps or all(len(piece) == 1 for piece in pieces) or (gaps == ["-"] and len(pattern.text) == 9)
        )
    if pattern.rule in ("number", "date"):
        return _numeric(pattern, low, start, end, gaps)
    if pattern.rule == "contact":
        return True
    if len(pattern.text) == SHORT:
        return left and right and _short(view[start:end], pieces)
    if not gaps:
        return (left and right) or len(pattern.text) >= LONG or not _zipf(_token(low, start, end))
    return (left and right) or (len(pattern.text) >= LONG and (left or right or len(pattern.text) >= LONG + 3))


def _token(low: str, start: int, end: int) -> str:
    before, after = re.search(r"\w*$", low[:start]), re.match(r"\w*", low[end:])
    return f"{before[0] if before else ''}{low[start:end]}{after[0] if after else ''}"


def _short(said: str, pieces: Sequence[str]) -> bool:
    """Li Wu, LI WU, LiWu, liwu, but no word of four letters."""
    if len(pieces) > 1:
        return len(pieces) == 2 and len(said) <= SHORT + 3 and all(p[0].isupper() for p in APART.split(said))
    return (said[0].isupper() and said[1:] != said[1:].lower() and not said.isupper()) or _zipf(said.lower()) < RARE


def _title_before(low: str, start: int) -> bool:
    found = TITLE_END.search(low, max(start - 12, 0), start)
    return found is not None and found[0] in knowledge().titles


def _among_words(low: str, start: int, end: int) -> bool:
    """patienthernandezwas: a name between words, in what is no word itself."""
    if end - start < SURE:
        return False
    before, after = LETTERS_END.search(low, max(start - 24, 0), start), LETTERS.match(low, end)
    first, last = before[0] if before else "", after[0] if after else ""
    return len(first) + len(last) < 25 and not _zipf(first + low[start:end] + last) and _words(first) and _words(last)


@lru_cache(maxsize=1 << 14)
def _words(text: str) -> bool:
    """Nothing but common words, written without spaces."""
    if text in ("", "s") or text in knowledge().titles:
        return True
    return any(_is_word(text[:k]) and _words(text[k:]) for k in range(2, len(text) + 1))


def _edge(view: str, at: int, step: int) -> bool:
    """A word begins or ends at this character: by a space or sign, a digit beside a letter, or camel case."""
    beside = view[at + step : at + step + 1] if at + step >= 0 else ""
    here = view[at]
    if not beside or not beside.isalnum() or here.isdigit() != beside.isdigit():
        return True
    earlier, later = (beside, here) if step < 0 else (here, beside)
    return earlier.islower() and later.isupper()


def _apart(pieces: Sequence[str]) -> bool:
    """Torn letter by letter."""
    return len(pieces) > 2 and max(map(len, pieces)) <= 2


def _torn(pieces: Sequence[str], gaps: Sequence[str]) -> bool:
    """One word in pieces that are no words (`Smi th`; `in a` is no Ina), or with a hyphen at the end of a line."""
    hyphened = "-\n" in gaps
    return hyphened or _apart(pieces) or not all(_is_word(piece) for piece in pieces)


def _is_word(piece: str) -> bool:
    return len(piece) > 1 and _zipf(piece) >= COMMON


@lru_cache(maxsize=1 << 16)
def _zipf(word: str) -> float:
    return float(max(zipf_frequency(word, "en"), zipf_frequency(word, "es")))


def _numeric(pattern: Pattern, low: str, start: int, end: int, gaps: Sequence[str]) -> bool:
    """Short numbers may not be part of longer ones, nor of a row of values with unlike signs between them."""
    if pattern.rule == "number" and len(pattern.text) >= LONG - 1:
        return True
    before, after = low[max(start - 2, 0) : start], low[end : end + 2]
    if (before[-1:].isdigit() and low[start].isdigit()) or (after[:1].isdigit() and low[end - 1].isdigit()):
        return False
    if re.search(r"\d[.,]$", before) or re.match(r"[.,]\d", after):
        return False
    unlike = {gap for gap in gaps if "\n" not in gap and "|" not in gap}
    few = 2 if len(pattern.text) >= LONG - 2 else 1
    return pattern.rule == "date" or len(unlike) <= few or len(gaps) == len(pattern.text) - 1
