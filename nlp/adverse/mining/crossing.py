"""How the cascade learns: each stage from what the one before says of pages that it has not learned from."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from models.train import Schedule
from nlp.adverse.mining.bags import Bags, bags_crossed
from nlp.adverse.mining.cascade import Cascade, Cuts, Voices
from nlp.adverse.mining.field import FieldPlan
from nlp.adverse.mining.gate import gate_features
from nlp.adverse.mining.likeness import Likeness, learned
from nlp.adverse.mining.page import Floats, Line, Page, every_line, of_parts, parts
from nlp.adverse.mining.pairs import Pair, Seen, contexts, pairs_of, right, ungated
from nlp.adverse.mining.settling import Outcome, known_cut, related_cut, telling_cut
from nlp.adverse.mining.trees import TreePlan, Trees, crossed
from nlp.adverse.mining.voices import Fields, features_of, fields_taught, slim, tagger_taught
from nlp.adverse.mining.weighing import weigher_taught
from nlp.tagging.learning import Plan, Tell
from nlp.tagging.lesson import Variety
from nlp.tagging.tagger import SpanTagger

NETWORK = {"words": {"buckets": 1 << 12, "part_buckets": 1 << 13, "dropout": 0.3, "word_dropout": 0.3}, "dropout": 0.4}
FARTHEST = 2  # lines apart that two related ones may stand


def _plan() -> Plan:
    schedule = Schedule(epochs=20, patience=20)
    return Plan(schedule=schedule, variety=Variety(0.02, 0.04), batch=1024, network=NETWORK)


@dataclass(frozen=True)
class Learning:
    """`kind` crf: no network at all. `parts` of the pages, each read by what learned from the others, networks for
    `crossing` epochs: what follows learns from that. `members` networks that learned from all pages vote on new ones.

    `most_false`: pairs in 1,000 lines that tell of nothing, which the cut may not pass on training pages. New pages are
    read by networks that learned from more, and are surer: a fold of bench.adverse had 51 where 45 were allowed.
    """

    kind: str = "bilstm_crf"
    parts: int = 3
    crossing: int = 10
    members: int = 2
    plan: Plan = field(default_factory=_plan)
    marked: FieldPlan = field(default_factory=FieldPlan)
    whole: FieldPlan = field(default_factory=lambda: FieldPlan(rounds=40, least=3))
    silent: float = 1.5  # lines without spans from which `whole` learns, for each line with some
    weigher: FieldPlan = field(default_factory=lambda: FieldPlan(1.0, 1.0, rounds=60))
    trees: TreePlan = field(default_factory=TreePlan)
    most_false: float = 33.0
    seed: int = 1


@dataclass(frozen=True)
class _Task:
    pages: Sequence[Page]
    part: Sequence[int]
    learning: Learning
    likeness: Likeness
    tell: Tell = field(repr=False)

    @cached_property
    def lines(self) -> list[Line]:
        return every_line(self.pages)

    def split(self, chosen: int) -> tuple[list[int], list[int]]:
        """Places of the lines beside a part, and in it."""
        of = [at for at, page in zip(self.part, self.pages, strict=True) for _ in page.lines]
        return [n for n, at in enumerate(of) if at != chosen], [n for n, at in enumerate(of) if at == chosen]


def taught(pages: Sequence[Page], learning: Learning, tell: Tell) -> Cascade:
    part = parts(pages, learning.parts, learning.seed)
    likeness = learned((line.tokens.words for line in every_line(pages)), learning.seed)
    task = _Task(pages, part, learning, likeness, tell)
    voices, beliefs = _voices(task)
    weigher = weigher_taught(pages, beliefs, likeness, learning.weigher)
    found = _crossed_spans(task, beliefs)
    tell("spans are learned; gate and relations")
    telling = [line.telling for line in task.lines]
    of_line = [at for at, page in zip(part, pages, strict=True) for _ in page.lines]
    bags, scores = bags_crossed([line.text for line in task.lines], telling, of_line, learning.seed)
    gate, likely = crossed(gate_features(pages, scores, beliefs, found), telling, of_line, learning.trees)
    reach = _reach(pages)
    pairs, features = pairs_of(pages, Seen(beliefs, found, likely), reach)
    truth = right(pages, pairs)
    context, features = _context(task, pairs, features, truth)
    relations, sure = crossed(features, truth, [part[pair.page] for pair in pairs], learning.trees)
    outcome = Outcome.of(pages, pairs, truth)
    known, believed = _known(task, pairs, features, truth, outcome)
    cuts = Cuts(
        telling_cut(likely, telling),
        related_cut(outcome, sure, learning.most_false),
        reach,
        known_cut(outcome, believed),
    )
    measured = {**outcome.figures(sure, cuts.related), "known": outcome.figures(believed, cuts.known)["positive"]}
    tell(f"{cuts}; on parts left out: {measured}")
    return Cascade(voices, weigher, bags, gate, relations, cuts, measured, context, known)


def _known(
    task: _Task, pairs: Sequence[Pair], features: Floats, truth: Sequence[bool], outcome: Outcome
) -> tuple[Trees, Floats]:
    """Relations of lines that are known to tell, and what was believed of each pair out of its part."""
    part = np.array([task.part[pair.page] for pair in pairs], int)
    inside = np.flatnonzero(outcome.telling)
    true = np.asarray(truth, bool)[inside].tolist()
    trees, sure = crossed(ungated(features)[inside], true, part[inside].tolist(), task.learning.trees)
    believed = np.zeros(len(pairs))
    believed[inside] = sure
    return trees, believed


def _voices(task: _Task) -> tuple[Voices, list[Floats]]:
    """The voices, and what voices that have not learned from a line say of it."""
    lines, learning = task.lines, task.learning
    features = features_of(lines, task.likeness)
    wide, narrow = (
        _Taught(lines, features, learning.marked),
        _Taught(_related(task.pages), slim(features), learning.whole),
    )
    beliefs: list[Any] = [None] * len(lines)
    for chosen in range(learning.parts):
        rest, held = task.split(chosen)
        tagger = _tagger(task, [lines[at] for at in rest], chosen, learning.crossing)
        voices = Voices(wide.fields([at for at in rest if lines[at].marked]), narrow.fields(_some(task, rest)), tagger)
        for at, its in zip(held, voices.beliefs([lines[at] for at in held], task.likeness), strict=True):
            beliefs[at] = its
        task.tell(f"part {chosen + 1} of {learning.parts}")
    every = range(len(lines))
    whole = narrow.fields(_some(task, every))
    marked = wide.fields([at for at in every if lines[at].marked])
    return Voices(marked, whole, _members(task)), beliefs


def _some(task: _Task, places: Sequence[int]) -> list[int]:
    """All lines with spans, and so many of the others that learning from them stays quick."""
    spoken = [at for at in places if task.lines[at].spans]
    others = np.array([at for at in places if not task.lines[at].spans])
    chance = np.random.default_rng(task.learning.seed)
    count = min(len(others), round(task.learning.silent * len(spoken)))
    return sorted([*spoken, *chance.choice(others, count, replace=False).tolist()])


@dataclass(frozen=True)
class _Taught:
    lines: Sequence[Line]
    features: Sequence[Sequence[list[str]]]
    plan: FieldPlan

    def fields(self, chosen: Sequence[int]) -> Fields:
        return fields_taught([self.lines[at] for at in chosen], [self.features[at] for at in chosen], self.plan)


def _members(task: _Task) -> SpanTagger | None:
    learning = task.learning
    made = [
        _tagger(task, task.lines, learning.parts + at, learning.plan.schedule.epochs) for at in range(learning.members)
    ]
    taggers = [each for each in made if each]
    return replace(taggers[0], networks=[one for each in taggers for one in each.networks]) if taggers else None


def _tagger(task: _Task, lines: Sequence[Line], number: int, epochs: int) -> SpanTagger | None:
    learning = task.learning
    if learning.kind == "crf":
        return None
    plan = replace(learning.plan, kind=learning.kind).seeded(learning.seed + number)
    plan = replace(plan, schedule=replace(plan.schedule, epochs=epochs))
    return tagger_taught([line for line in lines if line.marked], plan, task.tell)


def _related(pages: Sequence[Page]) -> list[Line]:
    """The lines with those spans alone that are part of a relation."""
    found = []
    for page in pages:
        ends = {place for pair in page.pairs for place in pair}
        for at, line in enumerate(page.lines):
            spans = tuple(span for span in line.spans if (at, *span[:2]) in ends)
            found.append(replace(line, spans=spans))
    return found


def _crossed_spans(task: _Task, beliefs: Sequence[Floats]) -> list[Any]:
    found: list[Any] = [None] * len(beliefs)
    for chosen in range(task.learning.parts):
        beside, within = of_parts(task.pages, task.part, chosen)
        rest, held = task.split(chosen)
        weigher = weigher_taught(beside, [beliefs[at] for at in rest], task.likeness, task.learning.weigher)
        for at, spans in zip(held, weigher.spans(within, [beliefs[at] for at in held]), strict=True):
            found[at] = spans
    return found


def _context(task: _Task, pairs: Sequence[Pair], features: Floats, truth: Sequence[bool]) -> tuple[Bags | None, Floats]:
    """Bags over the words around pairs, and features with their scores; none where all pairs are alike."""
    if not any(truth) or all(truth):
        return None, features
    part = [task.part[pair.page] for pair in pairs]
    context, scores = bags_crossed(contexts(task.pages, pairs), truth, part, task.learning.seed)
    return context, np.column_stack([features, scores])


def _reach(pages: Sequence[Page]) -> int:
    """How far apart related ones stand in ordered pages."""
    apart = [abs(drug[0] - effect[0]) for page in pages if page.ordered for drug, effect in page.pairs]
    return min(max(apart, default=0), FARTHEST)
