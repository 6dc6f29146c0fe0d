"""Tumours in CANTEMIST's cases, found and coded: the finder and a dictionary of training mentions, with intervals."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.json_line import say
from eval.corpora.cantemist import Case, read_cantemist
from eval.resampling import Estimate, draws
from eval.tumours import Judged, figures, judged, precision_recall
from nlp.pathology.oncology.dictionary import of_mentions
from nlp.pathology.oncology.finder import Finder
from nlp.pathology.oncology.train import Training, examples, taught

RESAMPLES = 500
FINAL, DICTIONARY = "finder", "dictionary"
System = Callable[[Sequence[Case], Sequence[Case]], list[Judged]]
"""Learns from the first cases, is judged on the others."""


@dataclass(frozen=True)
class Measured:
    """Of one system: figures with intervals, precision and recall of spans, CPU-seconds of all its runs."""

    figures: Mapping[str, Estimate]
    precision: float
    recall: float
    cpu_s: float
    documents: Sequence[Judged] = field(default=(), repr=False)


def measured(train: Path, test: Path | None, folds: int, training: Training) -> dict[str, Measured]:
    """Each system on the same cases: those of `test`, or of each fold of `train`."""
    splits = list(split(train, test, folds))
    systems: dict[str, System] = {DICTIONARY: by_dictionary, FINAL: lambda one, two: by_finder(one, two, training)}
    return {name: _measured(name, system, splits) for name, system in systems.items()}


def split(train: Path, test: Path | None, folds: int) -> Iterator[tuple[list[Case], list[Case]]]:
    cases = read_cantemist(train)
    if test is not None:
        yield cases, read_cantemist(test)
        return
    for fold in range(folds):
        kept = [case for at, case in enumerate(cases) if at % folds != fold]
        yield kept, [case for at, case in enumerate(cases) if at % folds == fold]


def _measured(name: str, system: System, splits: Sequence[tuple[list[Case], list[Case]]]) -> Measured:
    began = time.process_time()
    documents = []
    for at, (learn, judge) in enumerate(splits, 1):
        say(f"{name}: part {at} of {len(splits)}, {len(learn)} cases to learn from, {len(judge)} to be judged on")
        documents += system(learn, judge)
    cpu_s = time.process_time() - began
    weights = draws([str(at) for at in range(len(documents))], RESAMPLES)
    return Measured(figures(documents, weights), *precision_recall(documents), cpu_s, documents)


def by_finder(learn: Sequence[Case], judge: Sequence[Case], training: Training) -> list[Judged]:
    return finder_judged(taught(learn, training, say), judge)


def finder_judged(finder: Finder, judge: Sequence[Case]) -> list[Judged]:
    documents = []
    for case, found in zip(judge, finder.find([case.text for case in judge]), strict=True):
        said = [(each.start, each.end, each.codes[0][0]) for each in found.mentions]
        gold = [(each.start, each.end, each.code) for each in case.mentions]
        documents.append(judged(gold, said, case.codes, [code for code, _ in found.codes]))
    return documents


def by_dictionary(learn: Sequence[Case], judge: Sequence[Case]) -> list[Judged]:
    """Words that are marked in most places where they stand, with their commonest code; codes ranked by how often."""
    dictionary = of_mentions([case.marked for case in learn])
    known: dict[str, Counter[str]] = defaultdict(Counter)
    for example in examples(learn):
        known[example.words][example.code] += 1
    documents = []
    for case in judge:
        said = _looked_up(case, dictionary.find(case.text), known)
        counts = Counter(code for _, _, code in said)
        gold = [(each.start, each.end, each.code) for each in case.mentions]
        documents.append(judged(gold, said, case.codes, [code for code, _ in counts.most_common()]))
    return documents


def _looked_up(
    case: Case, found: Sequence[tuple[int, int, str]], known: Mapping[str, Counter[str]]
) -> list[tuple[int, int, str]]:
    from nlp.pathology.oncology.words import said

    codes = {start: known.get(said(case.text[start:end])) for start, end, _ in found}
    return [(s, e, of.most_common(1)[0][0]) for s, e, _ in found if (of := codes[s]) is not None]


def show(found: Mapping[str, Measured]) -> None:
    for name, of in found.items():
        said = ", ".join(f"{key} {one.value:.4f} [{one.low:.4f}, {one.high:.4f}]" for key, one in of.figures.items())
        say(f"{name}: {said}; spans' precision {of.precision:.4f}, recall {of.recall:.4f}; {of.cpu_s:.0f} CPU-s")
