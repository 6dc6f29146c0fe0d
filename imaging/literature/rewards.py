"""What a written report is worth: which findings of the true one it names and no others, and how like it it sounds.

After Liu 2019, whose reward joins a clinical one (CheXpert's labels of both reports) and CIDEr. The clinical part here
is the F1 of the findings that the labeller reads as present, one report at a time; 1 where neither names any.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from eval.captions import Cider
from imaging.finding import stated
from imaging.labeller.labeller import Labeller

REMEMBERED = 20_000  # reports


@dataclass
class ClinicalReward:
    """Of reports of training by their row. `fluency`: weight of CIDEr, which lies between 0 and 10."""

    reports: Sequence[str]
    fluency: float = 0.0
    _true: list[frozenset[str]] = field(init=False, repr=False)
    _cider: Cider = field(init=False, repr=False)

    def __post_init__(self) -> None:
        labeller = Labeller()
        self._named = lru_cache(maxsize=REMEMBERED)(lambda report: named(labeller, report))
        self._true = [self._named(report) for report in self.reports]
        self._cider = Cider.of(self.reports)

    def __call__(self, row: int, written: str) -> float:
        true, said = self._true[row], self._named(written)
        clinical = 2 * len(true & said) / (len(true) + len(said)) if true or said else 1.0
        return clinical + (self.fluency * self._cider(self.reports[row], written) if self.fluency else 0.0)


def named(labeller: Labeller, report: str) -> frozenset[str]:
    return frozenset(finding.name for finding in stated(labeller.one(report)))
