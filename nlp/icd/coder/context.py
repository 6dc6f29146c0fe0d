"""In what sense a chart mentions things: denied, of the past, of others, doubted; each span is looked at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nlp.icd.chart import Chart
from nlp.icd.coder.content import Content
from nlp.icd.coder.mentions import Mention
from nlp.text.assertion import Asserter, Assertion

KINDS = ("negated", "historical", "other_person")
UNREAL = frozenset({"hypothetical", "planned", "allergy"})


@dataclass
class Context:
    size: int
    said: dict[tuple[int, int], Assertion] = field(default_factory=dict)  # (first, end) in stems

    @staticmethod
    def read(chart: Chart, content: Content, mentions: Iterable[Mention], asserter: Asserter) -> "Context":
        spans: dict[int, dict[tuple[int, int], None]] = defaultdict(dict)  # note -> (first, end)
        for each in mentions:
            spans[content.notes[each.first]][each.first, each.end] = None
        said: dict[tuple[int, int], Assertion] = {}
        for note, held in spans.items():
            places = [(content.starts[first], content.ends[end - 1]) for first, end in held]
            said.update(zip(held, asserter.assertions(chart.notes[note].text, places), strict=True))
        return Context(len(content), said)

    def of(self, mentions: Sequence[Mention]) -> list[float]:
        """Of the mention that says most: its kind, doubt; and the share of all that plainly assert."""
        if not mentions:
            return [float("nan")] * 6
        top = self.said.get((mentions[0].first, mentions[0].end))
        all_said = [self.said.get((each.first, each.end)) for each in mentions]
        plain = sum(each is None or (each.kind == "present" and not each.uncertain) for each in all_said)
        if top is None:
            return [0.0, 0.0, 0.0, 0.0, 0.0, plain / len(mentions)]
        return [*(float(top.kind == kind) for kind in KINDS), float(top.kind in UNREAL), float(bool(top.uncertain)),
                plain / len(mentions)]  # fmt: skip
