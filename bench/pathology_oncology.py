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
from models import folder as folders
from nlp.pathology.oncology.artifact import load
from nlp.pathology.oncology.dictionary import of_mentions
from nlp.pathology.oncology.finder import Finder
from nlp.pathology.oncology.train import Training, examples, taught, train_on

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


def measured(
    train: Path, test: Path | None, folds: int, training: Training, out: Path | None = None
) -> dict[str, Measured]:
    """Each system on the same cases: those of `test`, or of each fold of `train`. The finder is kept in `out`."""
    splits = list(split(train, test, folds))
    finder: System = lambda one, two: by_finder(one, two, training, out)  # noqa: E731
    made = {name: _measured(name, of, splits) for name, of in {DICTIONARY: by_dictionary, FINAL: finder}.items()}
    if out is not None and test is not None:
        _noted(out, made[FINAL], f"the {len(splits[0][1])} cases of {test.name}")
    return made


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


def by_finder(
    learn: Sequence[Case], judge: Sequence[Case], training: Training, out: Path | None = None
) -> list[Judged]:
    """What is kept is judged as it will be loaded."""
    if out is None:
        return finder_judged(taught(learn, training, say), judge)
    say(f"digest {train_on(learn, out, training, say)}")
    return finder_judged(load(out), judge)


def _noted(out: Path, found: Measured, where: str) -> None:
    """Into the card, which no digest covers."""
    with (out / folders.CARD).open("a", encoding="utf-8") as card:
        card.write(f"\n## Judged on {where}\n\nWith intervals of 95 % over cases:\n\n")
        card.writelines(f"- {key}: {_said(one)}\n" for key, one in found.figures.items())
        card.write(f"- precision of spans {found.precision:.4f}, recall {found.recall:.4f}\n")


def _said(of: Estimate) -> str:
    return f"{of.value:.4f} [{of.low:.4f}, {of.high:.4f}]"


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
        said = ", ".join(f"{key} {_said(one)}" for key, one in of.figures.items())
        say(f"{name}: {said}; spans' precision {of.precision:.4f}, recall {of.recall:.4f}; {of.cpu_s:.0f} CPU-s")
