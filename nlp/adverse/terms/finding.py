"""Known names of drugs and effects in running text: one automaton over folded text, the longest name at a place."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import ahocorasick

from nlp.adverse.mention import DRUG, EFFECT, Mention
from nlp.adverse.terms.concept import CLASS
from nlp.adverse.terms.drugs import Names, Short
from nlp.adverse.terms.effects import EffectNames
from nlp.adverse.terms.labs import Labs
from nlp.adverse.terms.letters import folded, key, plurals
from nlp.adverse.terms.reader import DrugReader
from nlp.adverse.terms.tables import said
from nlp.text.words import commonness

GUESSED = 0.8  # score of a misspelt name
NEAR = 25  # characters around an ambiguous name in which drugs are looked for
CLOSE = 15  # the same for doses, routes and what one does with drugs
FEWEST = 3  # letters of an effect's name; two letters only in capitals
KNOWN = 2.0  # Zipf frequency from which a word is one, and no misspelling
JOINT = re.compile(r" ?[/+-] ?")
UNKNOWN = re.compile(r"[a-z]{6,40}")


@dataclass(frozen=True, slots=True)
class Entry:
    """`written`: as it must stand in the text, or nothing; `ambiguous`: only in a context of drugs."""

    label: str
    length: int
    written: str = ""
    ambiguous: bool = False


@dataclass(slots=True)
class Finder:
    """`find` is a pure function of its text."""

    names: Names
    effects: EffectNames
    reader: DrugReader
    labs: Labs = field(default_factory=Labs)
    _automaton: ahocorasick.Automaton = field(init=False, repr=False)
    _context: re.Pattern[str] = field(init=False, repr=False)
    _otherwise: re.Pattern[str] = field(init=False, repr=False)
    _not_before: dict[str, re.Pattern[str]] = field(init=False, repr=False)
    _words: frozenset[str] | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self._automaton = ahocorasick.Automaton()
        for name, entry in (*self._effect_entries(), *self._drug_entries()):
            self._automaton.add_word(f" {name} ", entry)  # a drug's name wins over an effect's
        self._automaton.make_automaton()
        self._context = re.compile("|".join(said("words")["context"]))
        self._otherwise = re.compile(f"(?:{'|'.join(said('words')['no_drug_after'])}) $")
        followed = said("words")["no_effect_before"].items()
        self._not_before = {name: re.compile(f" (?:{after})") for names, after in followed for name in names.split("|")}

    def _drug_entries(self) -> Iterator[tuple[str, Entry]]:
        careful = {key(word) for word in said("words")["careful"]}
        for name, drug in self.names.drugs.items():
            short = self.names.shorts.get(name, Short("", False))
            entry = Entry(DRUG, len(name), short.written, short.ambiguous or name in careful)
            yield name, entry
            if drug.kind == CLASS or not short.written:
                yield from (
                    (form, Entry(DRUG, len(form), "", entry.ambiguous))
                    for form in plurals(name)
                    if form not in self.names.drugs
                )

    def _effect_entries(self) -> Iterator[tuple[str, Entry]]:
        for name, written in self.effects.written.items():
            capitals = written if written.isupper() and " " not in written.strip() else ""
            if len(name) >= FEWEST or capitals:
                yield name, Entry(EFFECT, len(name), capitals)
            for form in () if capitals else plurals(name):
                yield form, Entry(EFFECT, len(form))

    def find(self, text: str, *, guess: bool = True) -> list[Mention]:
        """In order, none overlapping. `guess`: misspelt names of drugs too."""
        plain = f" {folded(text)} "
        found = self._named(text, plain)
        if guess:
            found += self._guessed(plain)
        found += [Mention(start, end, EFFECT) for start, end, _ in self.labs.find(text)]
        return joined(longest(found), text)

    def _named(self, text: str, plain: str) -> list[Mention]:
        sure: list[Mention] = []
        doubtful: list[Mention] = []
        for last, entry in self._automaton.iter(plain):
            end = last - 1  # of the name in `text`: before the space behind it, without the space before the text
            start = end - entry.length
            if entry.written and text[start:end] != entry.written:
                continue
            none = self._not_before.get(plain[start + 1 : end + 1]) if entry.label == EFFECT else None
            if none and none.match(plain, end + 1):
                continue
            (doubtful if entry.ambiguous else sure).append(Mention(start, end, entry.label))
        if doubtful:
            drugs = sorted(mention.start for mention in sure if mention.label == DRUG)
            sure += [mention for mention in doubtful if self._in_context(mention, plain, drugs)]
        return sure

    def _in_context(self, mention: Mention, plain: str, drugs: Sequence[int]) -> bool:
        before, after = max(0, mention.start - NEAR), mention.end + NEAR
        at = bisect_left(drugs, before)
        if self._otherwise.search(plain, before, mention.start + 1):
            return False
        if at < len(drugs) and drugs[at] < after:
            return True
        first, last = max(0, mention.start + 1 - CLOSE), mention.end + 1 + CLOSE
        return bool(self._context.search(plain[first : mention.start + 1] + "|" + plain[mention.end + 1 : last]))

    def _guessed(self, plain: str) -> list[Mention]:
        known = self._known()
        found = []
        for word in {word for word in UNKNOWN.findall(plain) if word not in known}:
            if self.reader.misspelt(word):
                found += [
                    Mention(match.start() - 1, match.end() - 1, DRUG, GUESSED)
                    for match in re.finditer(rf"(?<=[ ]){word}(?=[ ])", plain)
                ]
        return found

    def _known(self) -> frozenset[str]:
        if self._words is None:
            words = {w for lang in ("en", "es") for w, often in commonness(lang).items() if often >= KNOWN}
            names = {word for name in (*self.effects.terms, *self.names.drugs) for word in name.split()}
            self._words = frozenset(key(w) for w in words) | names | {f"{word}s" for word in names}
        return self._words


def joined(found: Sequence[Mention], text: str) -> list[Mention]:
    """Drugs written as one, "amoxicillin/clavulanate", are one mention."""
    kept: list[Mention] = []
    for mention in found:
        last = kept[-1] if kept else None
        if last and last.label == mention.label == DRUG and JOINT.fullmatch(text, last.end, mention.start):
            kept[-1] = Mention(last.start, mention.end, DRUG, min(last.score, mention.score))
        else:
            kept.append(mention)
    return kept


def longest(found: Sequence[Mention]) -> list[Mention]:
    """Where names overlap, the one that begins first, and of these the longest."""
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start, -m.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept
