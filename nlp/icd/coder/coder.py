"""The final system: candidates from all that speaks for a code, a ranker, probabilities, evidence."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np

from contract.errors import InputError
from nlp.icd.chart import BANDS, DIAGNOSES, Chart, Suggestion
from nlp.icd.coder.calibration import banded
from nlp.icd.coder.content import Content
from nlp.icd.coder.evidence import evidence
from nlp.icd.coder.features import Candidates
from nlp.icd.coder.ranker import Ranker
from nlp.icd.coder.reader import Reader
from nlp.icd.coder.whole import AT_ONCE
from nlp.icd.learning.terms import Term
from nlp.text.language import guess

MOST = 200  # codes of a chart
FEWEST = 10  # charts of a language that a reader can be trained on


@dataclass
class Coder:
    """A System (nlp/icd/chart.py), named "ours"."""

    system: str = DIAGNOSES
    seed: int = 1
    most: int = MOST
    name: str = "ours"
    readers: dict[str, tuple[Reader, Ranker]] = field(default_factory=dict, repr=False)

    @property
    def threshold(self) -> float:
        """Of the language with most charts: codes at or above it are said yes."""
        held = [ranker.calibration.threshold for _, ranker in self.readers.values()]
        return held[0] if held else 1.0

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.readers)

    def fit(self, charts: Sequence[Chart]) -> None:
        """One reader and ranker for each language of the charts. Charts of one encounter have one language."""
        spoken = [language_of(chart) for chart in charts]
        self.readers = {}
        for language, count in Counter(spoken).most_common():
            if language and count >= FEWEST:
                held = [chart for chart, found in zip(charts, spoken, strict=True) if found == language]
                reader, ranker = Reader(language, self.system), Ranker(self.seed)
                ranker.fit(reader.fit(held), [frozenset(chart.gold) for chart in held])
                self.readers[language] = (reader, ranker)
        if not self.readers:
            raise InputError(
                f"{len(charts)} charts, and no language with {FEWEST} of them; expected notes whose language is told "
                "or can be seen, and labels for them."
            )

    def suggest(self, charts: Sequence[Chart]) -> list[list[Suggestion]]:
        """Charts that follow each other in one language are read together."""
        found = []
        spoken = [language_of(chart, tuple(self.readers)) for chart in charts]
        for language, some in groupby(range(len(charts)), key=lambda at: spoken[at]):
            held = [charts[at] for at in some]
            for at in range(0, len(held), AT_ONCE):
                found += self._suggested(held[at : at + AT_ONCE], language)
        return found

    def learn(self, terms: Iterable[Term]) -> None:
        """Terms take effect at once; the ranker stays as it is."""
        held = list(terms)
        for reader, _ in self.readers.values():
            reader.learn(held)

    def _suggested(self, charts: Sequence[Chart], language: str) -> list[list[Suggestion]]:
        if language not in self.readers:
            return [[] for _ in charts]
        reader, ranker = self.readers[language]
        read = list(reader.candidates(charts))
        scored = ranker.scores_of([each for _, each in read])
        held = zip(read, scored, strict=True)
        return [self._ranked(content, each, scores, language) for (content, each), scores in held]

    def _ranked(self, content: Content, each: Candidates, scores: np.ndarray, language: str) -> list[Suggestion]:
        reader, ranker = self.readers[language]
        if not len(content):  # no word: nothing could be shown for any code
            return []
        order = sorted(range(len(scores)), key=lambda at: (-scores[at], each.codes[at]))[: self.most]
        said = [(each.codes[at], float(scores[at])) for at in order]
        least = said[-1][1] if said else 1.0
        said += [(code, min(chance, least)) for code, chance in each.left.items()][: self.most - len(said)]
        spans = evidence([code for code, _ in said], content, each, reader.whole)
        return [
            Suggestion(code, score, banded(score, ranker.calibration, BANDS), found)
            for (code, score), found in zip(said, spans, strict=True)
        ]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        said = {"system": self.system, "seed": self.seed, "languages": list(self.readers)}
        (folder / "coder.json").write_text(json.dumps(said) + "\n", encoding="utf-8")
        for language, (reader, ranker) in self.readers.items():
            place = folder / language
            place.mkdir(exist_ok=True)
            reader.save(place)
            ranker.save(place)

    @staticmethod
    def load(folder: Path) -> "Coder":
        said = json.loads((folder / "coder.json").read_text(encoding="utf-8"))
        made = Coder(said["system"], said["seed"])
        for language in said["languages"]:
            made.readers[language] = (Reader.load(folder / language), Ranker.load(folder / language))
        return made


def language_of(chart: Chart, known: Sequence[str] = ()) -> str:
    """Of most of its characters, as its notes say or show; where they do not and one is known, that one."""
    counts: Counter[str] = Counter()
    for note in chart.notes:
        counts[note.language[:2].lower() or guess(note.text)] += len(note.text)
    found = counts.most_common(1)[0][0] if counts else ""
    return found or (known[0] if len(known) == 1 else "")
