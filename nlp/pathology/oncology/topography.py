"""Where a tumour has its origin: ICD-O-3 topography from words of sites, in Spanish and English, and its side.

No corpus teaches it here: what is nearest to a diagnosis counts most, and sites of metastases do not count. Scores are
shares of these counts, not probabilities.
"""

import csv
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.pathology.field import Field, Span
from nlp.pathology.oncology.dictionary import Dictionary
from nlp.pathology.oncology.icdo import SYSTEM
from nlp.pathology.oncology.names import LANGUAGES
from nlp.pathology.oncology.words import RUN, plain
from nlp.text.sentences import sentences

LIST = Path(__file__).parent / "data" / "sites.csv"
TOPOGRAPHY, LATERALITY, SOURCE = "topography", "laterality", "site words"
SIDES = {"left": re.compile(r"izquierd|left"), "right": re.compile(r"derech|right"),
         "bilateral": re.compile(r"bilateral|ambos|ambas|both")}  # fmt: skip
INSIDE, BESIDE, ANYWHERE = 4.0, 2.0, 0.25  # of a diagnosis, in its sentence, elsewhere
NODES = "C77"
ROUND = 40  # letters around a site's words where its side is looked for


@dataclass(frozen=True, slots=True)
class Site:
    code: str
    sided: bool


@cache
def sites(language: str) -> tuple[Dictionary, Mapping[str, Site]]:
    """`language`: es or en."""
    lines = (line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    found: dict[str, Site] = {}
    for row in csv.DictReader(lines):
        for word in row[language].split("|"):
            found.setdefault(" ".join(RUN.findall(plain(word))), Site(row["code"], row["sided"] == "yes"))
    return Dictionary.of(found), found


def topography(
    text: str, primary: Sequence[tuple[int, int]], secondary: Sequence[tuple[int, int]], language: str
) -> list[Field]:
    """`primary`: diagnoses that the report makes; `secondary`: metastases. At most one site, and its side."""
    dictionary, known = sites(language if language in LANGUAGES else "en")
    weights: dict[str, float] = defaultdict(float)
    spans: dict[str, list[Span]] = defaultdict(list)
    near = _Near(text, primary, secondary, language)
    for start, end, name in dictionary.find(text):
        weight = near.weight(start, end)
        if weight:
            code = known[name].code
            weights[code] += weight / 10 if code.startswith(NODES) else weight
            spans[code].append(Span(start, end, weight / INSIDE, SOURCE))
    if not weights:
        return []
    code = max(weights, key=lambda each: (weights[each], each))
    evidence = sorted(spans[code], key=lambda each: (-each.weight, each.start))
    value = text[evidence[0].start : evidence[0].end]
    found = [Field(TOPOGRAPHY, value, weights[code] / sum(weights.values()), evidence, SYSTEM, code)]
    sided = any(site.sided for site in known.values() if site.code == code)
    return found + (_side(text, evidence) if sided else [])


def _side(text: str, evidence: Sequence[Span]) -> list[Field]:
    counts: dict[str, list[Span]] = defaultdict(list)
    for span in evidence:
        begin = max(0, span.start - ROUND)
        around = (
            re.split(r"[.;\n]", text[begin : span.start])[-1],
            re.split(r"[.;\n]", text[span.start : span.end + ROUND])[0],
        )
        starts = span.start - len(around[0])
        for side, pattern in SIDES.items():
            if match := pattern.search("".join(around).lower()):
                counts[side].append(Span(starts + match.start(), starts + match.end(), span.weight, SOURCE))
    if not counts:
        return []
    side = max(counts, key=lambda each: (len(counts[each]), each))
    share = len(counts[side]) / sum(map(len, counts.values()))
    return [Field(LATERALITY, side, share, sorted(counts[side], key=lambda each: (-each.weight, each.start)))]


class _Near:
    """How much a site's words count by where they stand."""

    def __init__(
        self, text: str, primary: Sequence[tuple[int, int]], secondary: Sequence[tuple[int, int]], language: str
    ) -> None:
        self._sentences = [start for start, _ in sentences(text, language)] or [0]
        self._primary, self._secondary = primary, secondary
        self._said = {self._sentence(start) for start, _ in primary}
        self._spread = {self._sentence(start) for start, _ in secondary}

    def weight(self, start: int, end: int) -> float:
        if _within(start, end, self._secondary):
            return 0.0
        if _within(start, end, self._primary):
            return INSIDE
        sentence = self._sentence(start)
        if sentence in self._said:
            return BESIDE
        return 0.0 if sentence in self._spread else ANYWHERE

    def _sentence(self, at: int) -> int:
        return bisect_right(self._sentences, at)


def _within(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(first <= start and end <= last for first, last in spans)
