"""Drafts that should score badly, made from references: whatever metric one of them wins says nothing of quality."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from eval.resampling import Estimate
from imaging.judging.edits import negations_deleted, severity_changed, sides_swapped
from imaging.labeller.labeller import Labeller


def suite(references: Sequence[str], seed: int = 1) -> dict[str, list[str]]:
    """Each baseline's drafts, the same place the same study."""
    labeller = Labeller()
    read = [_sentences(text, labeller) for text in references]
    stated = [" ".join(sentence for sentence, says in report if says) for report in read]
    others = _others(len(references), seed)
    return {
        "constant": [constant(references)] * len(references),
        "random": [references[other] for other in others],
        "negations_deleted": list(map(negations_deleted, references)),
        "sides_swapped": list(map(sides_swapped, references)),
        "findings_dropped": [" ".join(sentence for sentence, says in report if not says) for report in read],
        "findings_invented": [_more(report, stated, at, others) for at, report in enumerate(references)],
        "severity_changed": list(map(severity_changed, references)),
    }


def constant(references: Sequence[str]) -> str:
    """The sentences that references without a finding use most, as many as they have; else the commonest report."""
    labeller = Labeller()
    normal = [
        report for text in references if (report := _sentences(text, labeller)) and not any(says for _, says in report)
    ]
    if not normal:
        return Counter(references).most_common(1)[0][0] if references else ""
    common = Counter(sentence for report in normal for sentence in dict.fromkeys(sentence for sentence, _ in report))
    length = int(np.median([len(report) for report in normal]))
    return " ".join(sentence for sentence, _ in common.most_common(length))


def reportable(system: Estimate, baselines: Iterable[Estimate]) -> bool:
    """Whether a metric may be shown as quality: no gaming baseline reaches the interval of the system."""
    return all(each.value < system.low for each in baselines)


def scored(
    references: Sequence[str], metric: Callable[[Sequence[str], Sequence[str]], Estimate], seed: int = 1
) -> dict[str, Estimate]:
    """Each baseline by a metric of (references, drafts)."""
    return {name: metric(references, drafts) for name, drafts in suite(references, seed).items()}


def _sentences(text: str, labeller: Labeller) -> list[tuple[str, bool]]:
    """Sentences that speak of the film, and whether each states a finding."""
    return [
        (text[start:end], any(said.state != "negated" for said in every)) for (start, end), every in labeller.read(text)
    ]


def _others(many: int, seed: int) -> list[int]:
    """For each place another one; one alone stays."""
    order = np.random.default_rng(seed).permutation(many)
    other = np.empty(many, int)
    other[order] = np.roll(order, 1)
    return [int(each) for each in other]


def _more(report: str, stated: Sequence[str], at: int, others: Sequence[int]) -> str:
    """With all that the next other report states; of reports that state nothing the one behind is taken."""
    other = others[at]
    for _ in range(20):
        if stated[other] and other != at:
            return f"{report} {stated[other]}"
        other = others[other]
    return report
