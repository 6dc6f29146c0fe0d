"""The naive baselines of Pino 2020: whoever does not beat them has not looked at the image.

Pino, Parra, Messina, Besa, Uribe: Inspecting state of the art performance and NLP metrics in image-based medical report
generation. Their constant report is one that they wrote to describe a healthy patient in the words of the data set.
"""

from collections import Counter
from collections.abc import Sequence, Sized
from dataclasses import dataclass, field
from typing import Self, TypeVar
from zlib import crc32

import numpy as np
import numpy.typing as npt

from contract.errors import ConfigError, InputError
from eval.captions import bleu, rouge_l
from imaging.draft import Draft
from imaging.finding import Finding
from imaging.labeller.labeller import Labeller
from imaging.literature.written import drafts, require, split
from imaging.studies import Studies, Vectors

NORMAL = (
    "The heart is normal in size. The mediastinum is normal. The lungs are clear. There is no focal consolidation, "
    "pleural effusion or pneumothorax. The bones are intact. No acute cardiopulmonary abnormality."
)
T = TypeVar("T", bound=Sized)
CANDIDATES, LIKENED = 100, 300  # normal reports that are tried, and reports that they are held against
BLOCK = 1024  # studies that are compared at once


@dataclass
class Constant:
    """One normal report for all: of ours and those of training the one most like the reports of training.

    `text`: that one instead.
    """

    text: str = ""
    seed: int = 1
    report: str = field(default="", init=False, repr=False)

    def fit(self, studies: Studies, reports: Sequence[str], findings: Sequence[Sequence[Finding]]) -> Self:
        require(studies, reports, findings)
        self.report = self.text or self._likest([text for text in reports if text.strip()], _normal(reports, findings))
        return self

    def predict(self, studies: Studies) -> list[Draft]:
        return drafts(studies, [split(_fitted(self.report))] * len(studies))

    def _likest(self, reports: Sequence[str], normal: Sequence[str]) -> str:
        chance = np.random.default_rng(self.seed)
        tried = [NORMAL, *(normal[at] for at in _some(chance, len(normal), CANDIDATES))]
        against = [reports[at] for at in _some(chance, len(reports), LIKENED)]

        def like(report: str) -> float:
            said = [report] * len(against)
            return bleu(against, said)[3] + rouge_l(against, said)

        best: str = max(tried, key=like)
        return best


@dataclass
class Random:
    """A report of training, whichever: the same one for the same study every time."""

    seed: int = 1
    reports: tuple[str, ...] = field(default=(), init=False, repr=False)

    def fit(self, studies: Studies, reports: Sequence[str], findings: Sequence[Sequence[Finding]]) -> Self:
        require(studies, reports, findings)
        self.reports = tuple(report for report in reports if report.strip())
        return self

    def predict(self, studies: Studies) -> list[Draft]:
        known = _fitted(self.reports)
        chances = (_chance(self.seed, study) for study in studies.study_id)
        return drafts(studies, [split(known[int(chance.integers(len(known)))]) for chance in chances])


@dataclass
class Frequent:
    """The commonest sentences, drawn as often as they are written; as many of them as reports have.

    Drawn with replacement, as in Pino's own program.
    """

    top: int = 100
    seed: int = 1
    sentences: tuple[tuple[str, int], ...] = field(default=(), init=False, repr=False)
    lengths: tuple[int, ...] = field(default=(), init=False, repr=False)

    def __post_init__(self) -> None:
        if self.top < 1:
            raise ConfigError(f"top is {self.top}; expected at least one sentence to draw from.")

    def fit(self, studies: Studies, reports: Sequence[str], findings: Sequence[Sequence[Finding]]) -> Self:
        require(studies, reports, findings)
        said = [split(report) for report in reports if report.strip()]
        counted = Counter(sentence for report in said for sentence in report)
        self.sentences = tuple(sorted(counted.items(), key=lambda each: (-each[1], each[0]))[: self.top])
        self.lengths = tuple(len(report) for report in said)
        return self

    def predict(self, studies: Studies) -> list[Draft]:
        texts, often = zip(*_fitted(self.sentences), strict=True)
        share = np.array(often) / sum(often)
        written = []
        for study in studies.study_id:
            chance = _chance(self.seed, study)
            drawn = chance.choice(len(texts), int(chance.choice(self.lengths)), p=share)
            written.append([texts[at] for at in drawn])
        return drafts(studies, written)


@dataclass
class Nearest:
    """The report of the study of training whose vector points most in its direction (exact; of equals the first)."""

    vectors: Vectors = field(default_factory=lambda: np.zeros((0, 0), np.float32), init=False, repr=False)
    reports: tuple[str, ...] = field(default=(), init=False, repr=False)

    def fit(self, studies: Studies, reports: Sequence[str], findings: Sequence[Sequence[Finding]]) -> Self:
        require(studies, reports, findings)
        usable = np.array([bool(report.strip()) for report in reports]) & (studies.images > 0)
        if not usable.any():
            raise InputError("No study to learn from has both an image and a report; expected one at least.")
        self.vectors = _directions(studies.pooled[usable])
        self.reports = tuple(report for report, use in zip(reports, usable, strict=True) if use)
        return self

    def predict(self, studies: Studies) -> list[Draft]:
        known = _fitted(self.reports)
        width = self.vectors.shape[1]
        if len(studies) and studies.width != width:
            raise InputError(f"Vectors of width {studies.width}; this system learned from vectors of width {width}.")
        asked = _directions(studies.pooled)
        nearest = [
            at for one in range(0, len(asked), BLOCK) for at in (asked[one : one + BLOCK] @ self.vectors.T).argmax(1)
        ]
        return drafts(studies, [split(known[at]) for at in nearest])


def _normal(reports: Sequence[str], findings: Sequence[Sequence[Finding]]) -> list[str]:
    """The different reports of studies without findings that speak of none, in the order of training."""
    said = dict.fromkeys(text for text, found in zip(reports, findings, strict=True) if text.strip() and not found)
    read = Labeller().one
    return [text for text in said if not any(label.state == "present" for label in read(text))]


def _some(chance: np.random.Generator, count: int, most: int) -> npt.NDArray[np.int64]:
    return np.sort(chance.permutation(count)[:most])


def _chance(seed: int, study: str) -> np.random.Generator:
    return np.random.default_rng([seed, crc32(study.encode())])


def _directions(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.finfo(np.float32).tiny), np.float32)


def _fitted(learned: T) -> T:
    if not learned:
        raise ConfigError("This system has learned nothing yet; call fit with studies and their reports first.")
    return learned
