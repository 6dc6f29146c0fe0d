"""What words of another language are called in the titles: learned from parallel texts and from marked spans."""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nlp.icd.titles.align import NOTHING, Pair, translations
from nlp.icd.titles.parallel import beside, sentences, texts
from nlp.icd.titles.roots import root
from nlp.icd.titles.wordlists import stop_words
from nlp.icd.titles.words import WORD

Roots = Sequence[str]
Meanings = Mapping[str, tuple[tuple[str, float], ...]]  # a root: the roots of titles that it may be, each 0 to 1
LEAST, MOST = 0.08, 4  # probability of a translation that is kept; how many of a word


@dataclass(frozen=True)
class Lexicon:
    """Of Spanish: the titles are English."""

    meanings: Meanings = field(default_factory=dict)

    def save(self, path: Path) -> None:
        plain = {word: [[other, round(share, 2)] for other, share in held] for word, held in self.meanings.items()}
        path.write_bytes(gzip.compress(json.dumps(plain, ensure_ascii=False, sort_keys=True).encode(), mtime=0))

    @classmethod
    def load(cls, path: Path) -> "Lexicon":
        plain = json.loads(gzip.decompress(path.read_bytes()))
        return cls({word: tuple((other, share) for other, share in held) for word, held in plain.items()})


def learn(folders: Iterable[Path], names: Sequence[str] | None = None) -> Lexicon:
    """From folders of cases in Spanish (text_files) and English (text_files_en)."""
    pairs = [
        pair
        for folder in folders
        for one, other in texts(folder, names)
        for pair in beside(sentences(one, "es"), sentences(other, "en"))
    ]
    return aligned(pairs)


def aligned(pairs: Iterable[tuple[Roots, Roots]], least_seen: float = 1.5) -> Lexicon:
    """`least_seen`: translations expected fewer times than this are chance."""
    stop, other_stop = ({root(word, lang) for word in stop_words(lang)} | stop_words(lang) for lang in ("es", "en"))
    numbers: dict[str, int] = {"": NOTHING}
    numbered: list[Pair] = []
    for one, other in pairs:
        left = [numbers.setdefault(word, len(numbers)) for word in one if word not in stop and not word.isdigit()]
        right = [
            numbers.setdefault(word, len(numbers)) for word in other if word not in other_stop and not word.isdigit()
        ]
        numbered.append((left, right, 1.0))
    names = list(numbers)
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for source, target, likely, count in zip(*map(list, translations(numbered)), strict=True):
        if source != NOTHING and likely >= LEAST and count >= least_seen:
            found[names[source]].append((float(likely), names[target]))
    return Lexicon({word: tuple((o, p) for p, o in sorted(held, reverse=True)[:MOST]) for word, held in found.items()})


def of_spans(pairs: Iterable[tuple[str, str]], called: Mapping[str, Sequence[str]], language: str) -> Lexicon:
    """From (phrase, code) and the roots by which codes are called: a few seconds, for each fold anew."""
    seen = Counter(pairs)
    sides = (([root(word, language) for word in WORD.findall(phrase)], called.get(code, ())) for phrase, code in seen)
    return aligned(sides, least_seen=0.9)
