"""Reports to specimens with fields: the candidates of each field judged by its trees, the best one taken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nlp.pathology.breast.candidates import Candidate, candidates
from nlp.pathology.breast.gate import gate_row
from nlp.pathology.breast.knowledge import Spec, specs
from nlp.pathology.breast.reading import Reading
from nlp.pathology.breast.specimens import Seen, seen
from nlp.pathology.breast.trees import Row, Trees

STATED = 0.5  # a field whose best candidate is less probable is not stated
ORDER = ("side", *(name for name in specs() if name != "side"))  # the side first: hours of the clock depend on it


@dataclass(frozen=True)
class Found:
    """`span` of the words that decided, and of others that say the same, strongest first."""

    value: str
    score: float
    spans: Sequence[tuple[int, int, float]] = ()


@dataclass(frozen=True)
class Parsed:
    """One specimen. `breast`: probability that the report is of one."""

    label: str
    fields: Mapping[str, Found]
    breast: float = 1.0


@dataclass
class Parser:
    """`trees` by field, `gate` for whether a report is of the breast at all."""

    trees: Mapping[str, Trees]
    gate: Trees
    least: float = STATED
    specs: Mapping[str, Spec] = field(default_factory=specs)

    def parse(self, texts: Sequence[str]) -> list[list[Parsed]]:
        """The breast specimens of each report; none where it is of anything else."""
        return [self._one(Reading.of(text)) for text in texts]

    def _one(self, reading: Reading) -> list[Parsed]:
        every = {name: candidates(reading, spec) for name, spec in self.specs.items()}
        (breast,) = self.gate.sure(self.gate.odds([gate_row(reading, every)]))
        if breast < self.least:
            return []
        return [Parsed(label, self._specimen(reading, every, label), float(breast)) for label in labels(reading)]

    def _specimen(self, reading: Reading, every: Mapping[str, list[Candidate]], label: str) -> dict[str, Found]:
        found: dict[str, Found] = {}
        side = reading.taken.labels.get(label, "")
        for name in ORDER:
            best = self._best(name, seen(reading, self.specs[name], every[name], label, side))
            if best:
                found[name] = best
            if name == "side" and best:
                side = best.value
        if "histology" in found and found["histology"].value == "dcis":
            found["dcis"] = replace(found["histology"], value="yes")
        return found

    def _best(self, name: str, mine: Sequence[Seen]) -> Found | None:
        trees = self.trees[name]
        if not mine:
            return None
        sure = trees.sure(trees.odds(rows(mine)))
        ranked = sorted(range(len(mine)), key=lambda at: -sure[at])
        best = mine[ranked[0]].value
        if sure[ranked[0]] < self.least:
            return None
        agreed = [at for at in ranked if mine[at].value == best and sure[at] >= self.least / 2]
        spans = {mine[at].candidate.span: float(sure[at]) for at in reversed(agreed)}
        told = sorted(((start, end, weight) for (start, end), weight in spans.items()), key=lambda each: -each[2])
        return Found(best, float(sure[ranked[0]]), told)


def labels(reading: Reading) -> list[str]:
    return list(reading.taken.labels) or [""]


def rows(mine: Sequence[Seen]) -> list[Row]:
    return [(each.features, each.candidate.words) for each in mine]


def truth(fields: Mapping[str, str], name: str) -> str:
    """As the trees are taught: nodes are one field, positive/examined; nothing where it is not stated."""
    if name == "nodes":
        pair = [fields.get(each, "not stated") for each in ("nodes_positive", "nodes_examined")]
        return "/".join(pair) if "not stated" not in pair else ""
    value = fields.get(name, "not stated")
    return "" if value == "not stated" else value


def lessons(reading: Reading, told: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str, list[Seen], str]]:
    """(field, label, what is seen, what is true) of one report whose specimens' fields are known by label."""
    for name, spec in specs().items():
        every = candidates(reading, spec)
        for label in labels(reading):
            fields = told.get(label) or (next(iter(told.values())) if len(told) == 1 else None)
            if fields is not None:
                yield name, label, seen(reading, spec, every, label, truth(fields, "side")), truth(fields, name)
