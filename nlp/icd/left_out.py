"""What cannot be learned from: left out of coded charts, counted, told. No cell is quoted, it may be a name."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from nlp.icd.chart import DIAGNOSES, PROCEDURES, Chart, Evidence

SHAPES = {
    DIAGNOSES: re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?"),
    PROCEDURES: re.compile(r"[0-9A-HJ-NP-Z]{3,7}"),
}
EXAMPLES = {DIAGNOSES: "M10.9", PROCEDURES: "BW03ZZZ"}


@dataclass
class LeftOut:
    """Sentences and how often each holds."""

    counts: Counter[str] = field(default_factory=Counter)

    def told(self) -> list[str]:
        return [f"left out: {count:,} {what}" for what, count in self.counts.items() if count]

    def sound(self, charts: Iterable[Chart], system: str) -> list[Chart]:
        """Charts with words, with codes of the shape that the system has, and marks that lie in their notes."""
        kept: list[Chart] = []
        for chart in charts:
            if any(note.text.strip() for note in chart.notes):
                kept.append(self._chart(chart, system))
            else:
                self.counts["coded charts without text"] += bool(chart.gold)
        return kept

    def _chart(self, chart: Chart, system: str) -> Chart:
        shape = SHAPES.get(system)
        gold = {code: spans for code, spans in chart.gold.items() if not shape or shape.fullmatch(code)}
        if lost := len(chart.gold) - len(gold):
            self.counts[f"labels that are no code of {system} (such as {EXAMPLES[system]})"] += lost
        ends = {note.note_id: len(note.text) for note in chart.notes}
        return replace(chart, gold={code: self._marks(spans, ends) for code, spans in gold.items()})

    def _marks(self, spans: Sequence[Evidence], ends: dict[str, int]) -> tuple[Evidence, ...]:
        there = tuple(each for each in spans if 0 <= each.start < each.end <= ends.get(each.note_id, -1))
        self.counts["marked words that lie outside their notes; their codes are kept"] += len(spans) - len(there)
        return there
