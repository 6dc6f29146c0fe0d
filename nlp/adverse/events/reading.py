"""What is read of a note: which of its words name the event or stand near, and what is said of each."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.adverse.events.contexts import context
from nlp.adverse.events.note import EventNote
from nlp.adverse.events.terms import WORD, Mention, Terms, stem
from nlp.text.assertion import Asserter, Assertion, small
from nlp.text.sentences import sentences

MOST = 400  # words that are read beside mentions; a note of lists and tables is long
NEAR = 12  # words to each side of a mention that stand near it
LETTERS = {
    "present": "p", "negated": "n", "hypothetical": "h", "planned": "h", "allergy": "h", "historical": "t",
    "other_person": "o",
}  # fmt: skip
RULE = 3.0  # how much the answer of the file alone is trusted, beside what is learned
LOUD = 0.7  # share of capitals among the letters of a note that is written in capitals
BEGIN = re.compile(r"(?:\A|[.!?:]\s+|\n\s*\n\s*|^[ \t]*(?=\w+:))[^\W\d_]", re.M)
SCALES = {"mention": 1.0, "near": 1.0, "word": 0.5}  # how much a group of features may say, before it is fitted
Bag = dict[str, float]
Places = dict[str, list[tuple[int, int]]]


@dataclass(frozen=True)
class Read:
    """`features` by name; `places`: where each feature of words stands; `kinds`: what is said of each mention."""

    features: Bag
    places: Places
    mentions: Sequence[Mention]
    kinds: Sequence[Assertion]
    letters: Sequence[str] = ()


def read(note: EventNote, terms: Terms) -> Read:
    lower = small(note.text)
    text = _calm(note.text, lower)
    cut = sentences(text, note.language)
    mentions = terms.mentions(lower, cut)
    words = _words(lower, mentions)
    ends = [span for one in mentions for span in _ends(lower, one)]
    spans = ends + [(start, end) for _, start, end, _ in words]
    said = Asserter(note.language).assertions(text, spans)
    kinds = [_told(said[at : at + 2]) for at in range(0, len(ends), 2)]
    letters = _letters(lower, cut, mentions, kinds)
    bag = _scaled(_of_mentions(mentions, letters), SCALES["mention"], length=False)
    places: Places = {}
    for one, letter in zip(mentions, letters, strict=True):
        places.setdefault(f"{_group(one)}:{letter}", []).append((one.start, one.end))
    near, far = _of_words(words, [_letter(each) for each in said[len(ends) :]], cut, places)
    bag |= _scaled(near, SCALES["near"]) | _scaled(far, SCALES["word"])
    return Read(bag, places, mentions, kinds, letters)


def _ends(lower: str, one: Mention) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first and the last word of a mention: "incision: no sign of infection" is denied in its midst."""
    words = lower[one.start : one.end]
    first, last = len(words.split(maxsplit=1)[0]), len(words.rsplit(maxsplit=1)[-1])
    return (one.start, one.start + first), (one.end - last, one.end)


def _told(said: Sequence[Assertion]) -> Assertion:
    """The first that is more than present."""
    return next((one for one in said if one.kind != "present" or one.uncertain), said[0])


def _calm(text: str, lower: str) -> str:
    """Of a note in capitals small letters, with capitals where sentences begin: by them line ends are told."""
    letters = [c for c in text if c.isalpha()]
    if sum(c.isupper() for c in letters) < LOUD * len(letters):
        return text
    return BEGIN.sub(
        lambda found: found.group().upper() if len(found.group().upper()) == len(found.group()) else found.group(),
        lower,
    )


def _letter(said: Assertion) -> str:
    letter = LETTERS[said.kind]
    return "u" if letter == "p" and said.uncertain else letter


def _group(one: Mention) -> str:
    return "name" if one.group == "own" else one.group


def _letters(
    lower: str, cut: Sequence[tuple[int, int]], mentions: Sequence[Mention], kinds: Sequence[Assertion]
) -> list[str]:
    """What is said of each mention: by the cues of nlp/text, then by what surrounds it."""
    ends = [end for _, end in cut]
    found = []
    for one, said in zip(mentions, kinds, strict=True):
        letter = _letter(said)
        at = bisect_right(ends, one.start)
        if letter in "pu" and at < len(cut):
            letter = context(lower, cut[at], one.start, one.end) or letter
        found.append(letter)
    return found


def _of_mentions(mentions: Sequence[Mention], letters: Sequence[str]) -> Bag:
    """What is said of names, of signs and of what speaks against; `rule`: what the file alone would answer."""
    bag: Bag = {}
    for group in ("name", "sign", "against"):
        mine = [letter for one, letter in zip(mentions, letters, strict=True) if _group(one) == group]
        if not mine:
            bag[f"{group}:none"] = 1.0
            continue
        bag |= {f"{group}:{letter}": min(count, 3) ** 0.5 for letter, count in Counter(mine).items()}
        bag |= {f"{group}:first {mine[0]}": 0.5, f"{group}:last {mine[-1]}": 0.5}
        if len(set(mine)) == 1:
            bag[f"{group}:only {mine[0]}"] = 1.0
    named, signs = (
        {each.partition(":")[2] for each in bag if each.startswith(f"{group}:")} for group in ("name", "sign")
    )
    told = bool(named & {"p", "u"})
    hinted = "none" in named and "p" in signs
    if hinted:
        bag["sign alone"] = 1.0
    bag["rule"] = RULE if told else RULE / 2 if hinted else -RULE
    return bag


Word = tuple[str, int, int, bool]


def _words(lower: str, mentions: Sequence[Mention]) -> list[Word]:
    """(stem, start, end, near a mention): all that are near, and the first of the others."""
    found = [(match.group(), *match.span()) for match in WORD.finditer(lower)]
    starts = [start for _, start, _ in found]
    near: set[int] = set()
    for one in mentions:
        first, last = bisect_right(starts, one.start), bisect_right(starts, one.end)
        near.update(range(max(0, first - 1 - NEAR), min(len(found), last + NEAR)))
    far = [at for at in range(len(found)) if at not in near][:MOST]
    return [(stem(found[at][0]), *found[at][1:], at in near) for at in sorted({*near, *far})]


def _of_words(
    words: Sequence[Word], letters: Sequence[str], cut: Sequence[tuple[int, int]], places: Places
) -> tuple[Bag, Bag]:
    """Stems with what is said of them, and pairs of stems: of what stands near mentions, and of all."""
    near: Bag = {}
    far: Bag = {}
    begins = [start for start, _ in cut]
    for (word, start, end, close), letter in zip(words, letters, strict=True):
        for bag, group in ((near, "near"), (far, "word")) if close else ((far, "word"),):
            bag[f"{group}:{word}|{letter}"] = 1.0
            places.setdefault(f"{group}:{word}|{letter}", []).append((start, end))
    for (first, start, _, one), (second, begin, end, other) in pairwise(words):
        if one and other and bisect_right(begins, start) == bisect_right(begins, begin):
            near[f"near:{first} {second}"] = 0.7
            places.setdefault(f"near:{first} {second}", []).append((start, end))
    return near, far


def _scaled(bag: Bag, scale: float, *, length: bool = True) -> Bag:
    norm = sum(value * value for value in bag.values()) ** 0.5 if length else 1.0
    return {name: scale * value / norm for name, value in bag.items()} if norm else {}
