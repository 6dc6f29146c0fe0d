"""How far titles, inclusion terms and the index get alone: no chart teaches a word, charts only fix the threshold."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from nlp.icd.chart import DIAGNOSES, Chart, Evidence, Suggestion
from nlp.icd.literature.said_yes import best_of
from nlp.icd.titles.titles import Hit, Titles

LISTED = 200
LEAST = 0.4


@dataclass
class TitlesAlone:
    """A code scores as its best mention does."""

    system: str = DIAGNOSES
    name: str = "titles"
    threshold: float = 1.0
    titles: Titles | None = field(default=None, repr=False)

    def fit(self, charts: Sequence[Chart]) -> None:
        self.titles = Titles.of(self.system)
        self.titles.least = LEAST
        said = self.suggest(charts)
        pairs = [(one.score, one.code in chart.gold) for chart, of in zip(charts, said, strict=True) for one in of]
        scores, right = np.array([score for score, _ in pairs]), np.array([yes for _, yes in pairs], np.bool_)
        self.threshold = best_of(scores, right, sum(len(chart.gold) for chart in charts))

    def suggest(self, charts: Sequence[Chart]) -> list[list[Suggestion]]:
        return [self._suggested(chart) for chart in charts]

    def _suggested(self, chart: Chart) -> list[Suggestion]:
        found: dict[str, list[tuple[Hit, str]]] = {}
        for note in chart.notes:
            for hit in self.titles.find(note.text, note.language) if self.titles else ():
                found.setdefault(hit.code, []).append((hit, note.note_id))
        said = []
        for code, hits in found.items():
            hits.sort(key=lambda held: -held[0].score)
            places = tuple(Evidence(note_id, hit.start, hit.end, hit.source, hit.score) for hit, note_id in hits)
            said.append(Suggestion(code, hits[0][0].score, evidence=places))
        return sorted(said, key=lambda one: (-one.score, one.code))[:LISTED]
