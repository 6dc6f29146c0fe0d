"""One run of bench.adverse: the miner learns from some abstracts and reads others, with the baselines beside it."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.json_line import say
from eval.corpora.related import Related
from eval.relations import Answer, Ends, Sentence
from nlp.adverse.literature.dictionary import Dictionary, all_pairs
from nlp.adverse.mining.cascade import Cascade, Cuts, Read
from nlp.adverse.mining.crossing import taught
from nlp.adverse.mining.page import Floats, Line, Page, Place, every_line, of_sentences
from nlp.adverse.mining.train import Training, learning_of


@dataclass(frozen=True)
class Job:
    learned: Sequence[Related]
    held: Sequence[Related]
    kind: str
    seed: int
    name: str


@dataclass(frozen=True)
class Outcome:
    """Of every sentence what is true, and what each system answers."""

    truth: Sequence[Sentence]
    answers: Mapping[str, Sequence[Answer]]
    train_cpu_s: float


def run(job: Job) -> Outcome:
    import torch

    torch.set_num_threads(1)
    began = time.process_time()
    pages, held = of_sentences(job.learned), of_sentences(job.held)
    cascade = taught(pages, learning_of(Training(job.kind, seed=job.seed)), lambda said: say(f"{job.name}: {said}"))
    spent = time.process_time() - began
    answers = {"miner": mined(held, cascade), **baselines(every_line(pages), held)}
    say(f"{job.name} is done: {spent:.0f} CPU-s of training")
    return Outcome(truth(held), answers, spent)


def truth(pages: Sequence[Page]) -> list[Sentence]:
    related = _by_line((at, pair) for at, page in enumerate(pages) for pair in page.pairs)
    return [
        Sentence(page.group, frozenset(line.spans), frozenset(related.get((at, number), ())))
        for at, page in enumerate(pages)
        for number, line in enumerate(page.lines)
    ]


def mined(pages: Sequence[Page], cascade: Cascade) -> list[Answer]:
    return answered(pages, cascade.read(pages), cascade.cuts)


def answered(pages: Sequence[Page], read: Read, cuts: Cuts) -> list[Answer]:
    pairs = _above(read, read.likely, cuts.related)
    known = None if read.known is None else _above(read, read.known, cuts.known)
    places = [(at, number) for at, page in enumerate(pages) for number in range(len(page.lines))]
    return [
        Answer(
            frozenset(span[:3] for span in spans),
            frozenset(pairs.get(place, ())),
            bool(likely >= cuts.telling),
            None if known is None else frozenset(known.get(place, ())),
        )
        for place, spans, likely in zip(places, read.found, read.telling.tolist(), strict=True)
    ]


def _above(read: Read, likely: Floats, cut: float) -> dict[tuple[int, int], set[Ends]]:
    said = zip(read.pairs, likely.tolist(), strict=True)
    return _by_line((pair.page, (pair.drug, pair.effect)) for pair, value in said if value >= cut)


def baselines(learned: Sequence[Line], pages: Sequence[Page]) -> dict[str, list[Answer]]:
    """`dictionary` gives no relation."""
    dictionary = Dictionary.of(learned)
    found = [frozenset(dictionary.spans(line)) for line in every_line(pages)]
    gold = [frozenset(line.spans) for line in every_line(pages)]
    return {
        "dictionary": [Answer(spans) for spans in found],
        "dictionary, all pairs": [_paired(spans) for spans in found],
        "gold spans, all pairs": [_paired(spans) for spans in gold],
    }


def _paired(spans: frozenset[tuple[int, int, str]]) -> Answer:
    pairs = frozenset(all_pairs(sorted(spans)))
    return Answer(spans, pairs, bool(pairs))


def _by_line(pairs: Iterable[tuple[int, tuple[Place, Place]]]) -> dict[tuple[int, int], set[Ends]]:
    """Relations by page and line."""
    found: dict[tuple[int, int], set[Ends]] = {}
    for page, (drug, effect) in pairs:
        found.setdefault((page, drug[0]), set()).add((*drug[1:], *effect[1:]))
    return found
