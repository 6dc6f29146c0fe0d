"""A small System for tests of all that lies around one: marked words are codes, wherever they stand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nlp.icd.chart import HIDDEN, PRE_ACCEPT, REVIEW, Chart, Evidence, Suggestion

BANDS = {PRE_ACCEPT: 0.9, REVIEW: 0.5, HIDDEN: 0.1}


@dataclass
class StandIn:
    """Of a code whose words were marked: pre-accept where they stand twice, review where once; a guess is hidden."""

    system: str = "ICD-10-CM"
    seed: int = 1
    name: str = "stand-in"
    threshold: float = 0.5
    words: dict[str, str] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def fit(self, charts: Sequence[Chart]) -> None:
        for chart in charts:
            texts = {note.note_id: note.text for note in chart.notes}
            for code, spans in chart.gold.items():
                for span in spans:
                    self.words[texts[span.note_id][span.start : span.end].lower()] = code

    def suggest(self, charts: Sequence[Chart]) -> list[list[Suggestion]]:
        self.asked.append(len(charts))
        return [self._of(chart) for chart in charts]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "words.json").write_text(json.dumps(self.words), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "StandIn":
        return cls(words=json.loads((folder / "words.json").read_text(encoding="utf-8")))

    def _of(self, chart: Chart) -> list[Suggestion]:
        found: dict[str, list[Evidence]] = {}
        for words, code in self.words.items():
            spans = [(note, at) for note in chart.notes for at in _places(note.text.lower(), words)]
            found.setdefault(code, []).extend(
                Evidence(note.note_id, at, at + len(words), "words", 1 / (k + 1)) for k, (note, at) in enumerate(spans)
            )
        bands = {code: PRE_ACCEPT if len(e) > 1 else REVIEW if e else HIDDEN for code, e in found.items()}
        made = [Suggestion(code, BANDS[bands[code]], bands[code], tuple(e)) for code, e in found.items()]
        return sorted(made, key=lambda each: (-each.score, each.code))


def _places(text: str, words: str) -> list[int]:
    found, at = [], text.find(words)
    while at >= 0:
        found.append(at)
        at = text.find(words, at + 1)
    return found
