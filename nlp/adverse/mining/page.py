"""What miners read: the sentences of one note or abstract as words, with what is known of them when learning."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.corpora.related import Related, Span
from nlp.adverse.mention import DRUG, EFFECT
from nlp.text.sentences import sentences
from nlp.text.tokens import Tokens, tokenize

Floats = npt.NDArray[np.floating[Any]]
Place = tuple[int, int, int]  # line, start and end in it
LABELS = (DRUG, EFFECT)
LONGEST, OVERLAP = 200, 40  # words of a line; longer sentences are cut into pieces that share some words


@dataclass(frozen=True)
class Line:
    """A sentence, or a piece of a long one. `start`: where it stands in its note.

    `marked`: its spans are all that there are, so that taggers can learn from it. `telling`: a relation ends in it.
    """

    text: str
    start: int = 0
    spans: Sequence[Span] = ()
    marked: bool = False
    telling: bool = False

    @cached_property
    def tokens(self) -> Tokens:
        return tokenize(self.text)


@dataclass(frozen=True)
class Page:
    """`pairs` are drug and effect. `ordered`: lines stand as in the text: those near each other may be related."""

    group: str
    lines: Sequence[Line]
    pairs: frozenset[tuple[Place, Place]] = frozenset()
    ordered: bool = True


def of_note(text: str, language: str = "en", known: Related | None = None) -> Page:
    """`known`: the marks of the same text; a span that two lines share is left out."""
    bounds = [piece for bound in sentences(text, language) for piece in _pieces(text, *bound)]
    if known is None:
        return Page("", [Line(text[start:end], start) for start, end in bounds])
    places = {at: place for at, span in enumerate(known.spans) if (place := _place(bounds, span))}
    pairs = frozenset((places[d], places[e]) for d, e in known.relations if d in places and e in places)
    ends = {place[0] for pair in pairs for place in pair}
    lines = []
    for at, (start, end) in enumerate(bounds):
        inside = [(where[1], where[2], known.spans[span][2]) for span, where in places.items() if where[0] == at]
        lines.append(Line(text[start:end], start, tuple(sorted(inside)), True, at in ends))
    return Page(known.group, lines, pairs)


def of_sentences(sentences: Iterable[Related]) -> list[Page]:
    """Sentences of a corpus, those of a group together, in no known order. Without a relation, spans are unknown."""
    groups: dict[str, list[Related]] = {}
    for sentence in sentences:
        groups.setdefault(sentence.group, []).append(sentence)
    return [Page(group, *_lines(of), ordered=False) for group, of in groups.items()]


def _lines(sentences: Sequence[Related]) -> tuple[list[Line], frozenset[tuple[Place, Place]]]:
    lines, pairs = [], set()
    for at, each in enumerate(sentences):
        telling = bool(each.relations)
        lines.append(Line(each.text, 0, tuple(sorted(each.spans)), telling, telling))
        for drug, effect in each.relations:
            pairs.add(((at, *each.spans[drug][:2]), (at, *each.spans[effect][:2])))
    return lines, frozenset(pairs)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    tokens = tokenize(text[start:end]) if end - start > LONGEST else None
    if tokens is None or len(tokens) <= LONGEST:
        yield start, end
        return
    for first in range(0, max(len(tokens) - OVERLAP, 1), LONGEST - OVERLAP):
        last = min(first + LONGEST, len(tokens)) - 1
        yield start + tokens.starts[first], start + tokens.ends[last]


def _place(bounds: Sequence[tuple[int, int]], span: Span) -> Place | None:
    for at, (start, end) in enumerate(bounds):
        if start <= span[0] and span[1] <= end:
            return at, span[0] - start, span[1] - start
    return None


def every_line(pages: Iterable[Page]) -> list[Line]:
    return [line for page in pages for line in page.lines]


def by_page(pages: Iterable[Page], values: Sequence[Any]) -> Iterator[tuple[Page, Sequence[Any]]]:
    """Values of all lines, those of each page together."""
    done = 0
    for page in pages:
        yield page, values[done : done + len(page.lines)]
        done += len(page.lines)


def parts(pages: Sequence[Page], count: int, seed: int) -> list[int]:
    """The part, from 0, of each page: those of a group fall together, parts are of about as many lines."""
    groups: dict[str, int] = {}
    for page in pages:
        groups[page.group] = groups.get(page.group, 0) + len(page.lines)
    names = sorted(groups)
    order = np.random.default_rng(seed).permutation(len(names))
    held: dict[str, int] = {}
    sizes = [0] * count
    for at in order:
        part = min(range(count), key=sizes.__getitem__)
        held[names[at]] = part
        sizes[part] += groups[names[at]]
    return [held[page.group] for page in pages]


def of_parts(pages: Sequence[Page], part: Sequence[int], chosen: int) -> tuple[list[Page], list[Page]]:
    """Those beside the chosen part, and those in it."""
    pairs = list(zip(pages, part, strict=True))
    return [page for page, at in pairs if at != chosen], [page for page, at in pairs if at == chosen]
