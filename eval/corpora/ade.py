"""The ADE corpus V2 as sentences: drugs, effects, which drug did which, and sentences that tell of no such effect.

Gurulingappa et al., Journal of Biomedical Informatics 45 (2012) 885-892; those who use it
are asked to cite that article.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contract.errors import InputError
from eval.corpora.related import Pair, Related, Span

RELATIONS, DOSES, NEGATIVE = "DRUG-AE.rel", "DRUG-DOSE.rel", "ADE-NEG.txt"
DRUG, EFFECT = "DRUG", "EFFECT"
FIELDS, LAYOUT = 8, "PMID|sentence|effect|start|end|drug|start|end"  # offsets in the document


@dataclass(frozen=True)
class Corpus:
    """`positive`: sentences with a relation. `repeated` were left out as duplicates, or as negative and positive."""

    positive: Sequence[Related]
    negative: Sequence[Related]
    mended: int = 0  # spans found elsewhere in their sentence than their offsets say
    dropped: int = 0  # relations whose words do not stand in their sentence
    repeated: int = 0

    @property
    def sentences(self) -> list[Related]:
        return [*self.positive, *self.negative]


@dataclass(frozen=True)
class _Row:
    effect: tuple[str, int]  # words, start in the document
    drug: tuple[str, int]


@dataclass
class _Counts:
    mended: int = 0
    dropped: int = 0
    repeated: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)


def read_ade(folder: Path) -> Corpus:
    """All sentences of DRUG-AE.rel and ADE-NEG.txt. Doses are not read."""
    rows: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    counts = _Counts()
    for pmid, text, row in _relations(folder / RELATIONS):
        counts.repeated += row in rows[pmid, text]
        rows[pmid, text].append(row)
    positive = [made for (pmid, text), of in rows.items() if (made := _sentence(pmid, text, of, counts)).relations]
    negative = list(_negative(folder / NEGATIVE, {text for _, text in rows}, counts))
    if not positive:
        raise InputError(f"{RELATIONS} in {folder} holds no relation; expected PMID|sentence|effect|... on each line.")
    return Corpus(positive, negative, counts.mended, counts.dropped, counts.repeated)


def _relations(path: Path) -> Iterator[tuple[str, str, _Row]]:
    for where, line in _lines(path):
        pmid, _, rest = line.partition("|")
        parts = rest.rsplit("|", FIELDS - 2)
        if len(parts) != FIELDS - 1:
            raise InputError(f"{where}: {line.count('|') + 1} fields, expected {FIELDS}: {LAYOUT}.")
        text, effect, begin, _, drug, first, _ = parts
        if not (begin.isdigit() and first.isdigit()):
            raise InputError(f"{where}: an offset is no number. Expected {LAYOUT}.")
        yield pmid.strip(), text, _Row((effect, int(begin)), (drug, int(first)))


def _negative(path: Path, positive: set[str], counts: _Counts) -> Iterator[Related]:
    for where, line in _lines(path):
        pmid, mark, text = line.partition(" NEG ")
        if not mark or not text.strip():
            raise InputError(f"{where}: expected `PMID NEG sentence`. Mend or remove the line.")
        if (pmid, text) in counts.seen or text in positive:
            counts.repeated += 1
            continue
        counts.seen.add((pmid, text))
        yield Related(pmid.strip(), text)


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    if not path.is_file():
        raise InputError(
            f"{path.parent} has no {path.name}; give the folder of the ADE corpus with {RELATIONS}, {NEGATIVE}."
        )
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            where = f"{path.name}, line {number}"
            try:
                line = raw.decode("utf-8-sig").rstrip("\r\n")
            except UnicodeDecodeError:
                raise InputError(f"{where} is not UTF-8. Convert the file, or restore it as published.") from None
            if line.strip():
                yield where, line


def _sentence(pmid: str, text: str, rows: Sequence[_Row], counts: _Counts) -> Related:
    """Document offsets to offsets in the sentence: one shift serves all spans, or most of them."""
    places = {part: _places(text, part[0]) for row in rows for part in (row.effect, row.drug)}
    shifts = Counter(start - at for (_, start), found in places.items() for at in found)
    shift = max(shifts, key=lambda each: (shifts[each], -abs(each)), default=0)
    found = {(DRUG, row.drug): _nearest(places, row.drug, shift) for row in rows}
    found |= {(EFFECT, row.effect): _nearest(places, row.effect, shift) for row in rows}
    counts.mended += sum(at is not None and at != part[1] - shift for (_, part), at in found.items())
    spans: dict[Span, None] = {}
    for label, part in sorted(found, key=lambda key: (found[key] or 0, key)):
        if (at := found[label, part]) is not None:
            spans[at, at + len(part[0]), label] = None
    order = list(spans)
    pairs: dict[Pair, None] = {}
    for row in rows:
        drug, effect = found[DRUG, row.drug], found[EFFECT, row.effect]
        if drug is None or effect is None:
            counts.dropped += 1
            continue
        ends = (drug, drug + len(row.drug[0]), DRUG), (effect, effect + len(row.effect[0]), EFFECT)
        pairs[order.index(ends[0]), order.index(ends[1])] = None
    return Related(pmid, text, tuple(order), tuple(pairs))


def _places(text: str, words: str) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(words), text)] if words else []


def _nearest(places: Mapping[tuple[str, int], Sequence[int]], part: tuple[str, int], shift: int) -> int | None:
    """Where the words stand in the sentence, nearest to where their offsets say."""
    return min(places[part], key=lambda at: abs(at - (part[1] - shift)), default=None)
