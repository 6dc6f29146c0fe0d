"""How like a reference a report is in its words alone: BLEU, ROUGE-L, CIDEr. They do not know whether it is true.

One reference a report. Words are runs of letters and digits in small letters; punctuation is left out, as COCO's own
tokeniser leaves it out ("no T-wave change." is no, t, wave, change). Figures agree with those of pycocoevalcap.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from rapidfuzz.distance import LCSseq

from contract.errors import InputError

Grams = Counter[tuple[str, ...]]
WORD = re.compile(r"[^\W_]+")
LONGEST = 4  # words of a gram
BETA = 1.2  # how much more recall weighs than precision in ROUGE-L
SIGMA = 6.0  # words by which a report may be longer or shorter before CIDEr punishes it


def words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def bleu(references: Sequence[str], reports: Sequence[str]) -> tuple[float, float, float, float]:
    """BLEU-1 to BLEU-4 (Papineni 2002) of the whole corpus, without smoothing: 0 where no gram of a size is right."""
    _paired(references, reports)
    right, given = [0] * LONGEST, [0] * LONGEST
    wanted = said = 0
    for reference, report in zip(references, reports, strict=True):
        truth, answer = words(reference), words(report)
        wanted, said = wanted + len(truth), said + len(answer)
        for size in range(LONGEST):
            true, found = _grams(truth, size + 1), _grams(answer, size + 1)
            right[size] += (true & found).total()
            given[size] += found.total()
    brevity = min(0.0, 1 - wanted / said) if said else -math.inf
    logs = [math.log(r / g) if r else -math.inf for r, g in zip(right, given, strict=True)]
    one, two, three, four = (math.exp(brevity + fmean(logs[:size])) for size in range(1, LONGEST + 1))
    return one, two, three, four


def rouge_l(references: Sequence[str], reports: Sequence[str]) -> float:
    """Mean over reports of the F of their longest common subsequence of words (Lin 2004); recall weighs more."""
    _paired(references, reports)
    return fmean(map(_rouge_l, references, reports)) if references else 0.0


def cider(references: Sequence[str], reports: Sequence[str]) -> float:
    """CIDEr-D (Vedantam 2015), mean over reports, from 0 to 10. How rare a gram is, the references themselves say."""
    _paired(references, reports)
    return fmean(map(Cider.of(references), references, reports)) if references else 0.0


SCORES: dict[str, Callable[[Sequence[str], Sequence[str]], float]] = {
    "bleu4": lambda references, reports: bleu(references, reports)[3],
    "rouge_l": rouge_l,
    "cider": cider,
}


@dataclass(frozen=True)
class Cider:
    """CIDEr-D of one report at a time, against what is rare in a corpus."""

    often: Grams  # references with the gram
    references: int

    @classmethod
    def of(cls, references: Sequence[str]) -> "Cider":
        often: Grams = Counter()
        for reference in references:
            split = words(reference)
            often.update({gram for size in range(1, LONGEST + 1) for gram in _grams(split, size)})
        return cls(often, len(references))

    def __call__(self, reference: str, report: str) -> float:
        truth, answer = words(reference), words(report)
        longer = max(len(answer) - 1, 0) - max(len(truth) - 1, 0)  # in pairs of words, as the reference program counts
        like = fmean(self._like(truth, answer, size) for size in range(1, LONGEST + 1))
        return 10 * math.exp(-(longer**2) / (2 * SIGMA**2)) * like

    def _like(self, truth: Sequence[str], answer: Sequence[str], size: int) -> float:
        """Cosine of weighted grams, none counted more often than the reference has it."""
        true, found = self._weighed(_grams(truth, size)), self._weighed(_grams(answer, size))
        both = sum(min(weight, true[gram]) * true[gram] for gram, weight in found.items() if gram in true)
        lengths = math.hypot(*true.values()) * math.hypot(*found.values())
        return both / lengths if lengths else 0.0

    def _weighed(self, grams: Grams) -> dict[tuple[str, ...], float]:
        every = math.log(max(self.references, 1))
        return {gram: count * (every - math.log(max(self.often[gram], 1))) for gram, count in grams.items()}


def _rouge_l(reference: str, report: str) -> float:
    truth, answer = words(reference), words(report)
    common = LCSseq.similarity(truth, answer)
    if not common:
        return 0.0
    precision, recall = common / len(answer), common / len(truth)
    return (1 + BETA**2) * precision * recall / (recall + BETA**2 * precision)


def _grams(split: Sequence[str], size: int) -> Grams:
    return Counter(zip(*(split[at:] for at in range(size)), strict=False))


def _paired(references: Sequence[str], reports: Sequence[str]) -> None:
    if len(references) != len(reports):
        raise InputError(f"{len(references)} references and {len(reports)} reports: expected one reference a report.")
