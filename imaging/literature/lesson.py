"""What the networks learn from: what is seen of images, reports as numbers, and the persons who are held out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from contract.errors import InputError
from imaging.finding import Finding
from imaging.literature.order import findings_first
from imaging.literature.sight import FOLDS, Sight
from imaging.literature.vocabulary import Vocabulary
from imaging.studies import Studies
from models.word_lstm import FILLER

Rows = npt.NDArray[np.int64]
RARE = 5  # studies that a label must be of
SPLIT = 1  # the same persons are held out by every seed of training
TOGETHER = 16  # batches that are sorted by length together, so that there is little to fill up


@dataclass(frozen=True)
class Lesson:
    """`texts`: of each report its sentences as words of the vocabulary. `learn`, `held`: rows of it.

    `labels`: 1 where a study has a finding, on that side, of that severity, in that position; none that are rare.
    """

    vocabulary: Vocabulary
    sight: Sight
    images: Tensor  # (n, seen)
    labels: Tensor  # (n, labels)
    texts: list[list[list[int]]]
    reports: list[str]
    learn: Rows
    held: Rows

    @classmethod
    def of(
        cls, studies: Studies, reports: Sequence[str], findings: Sequence[Sequence[Finding]], least: int, held: float
    ) -> "Lesson":
        """Of studies with an image and a report; `held`: the share of persons held out."""
        usable = np.array([bool(report.strip()) for report in reports]) & (studies.images > 0)
        if usable.sum() < 2:
            raise InputError(f"{usable.sum()} studies have both an image and a report; expected 2 at least.")
        known, said = studies.take(usable), [report for report, use in zip(reports, usable, strict=True) if use]
        out = _held_out(known.subject_id, held)
        learn = np.flatnonzero(~out)
        vocabulary = Vocabulary.of([said[row] for row in learn], least)
        labels = _labels([found for found, use in zip(findings, usable, strict=True) if use])
        images, sight = _seen(known, labels, learn)
        texts = [vocabulary.numbered(sentences) for sentences in findings_first(said)]
        return cls(vocabulary, sight, images, labels, texts, said, learn, np.flatnonzero(out))


def _seen(known: Studies, labels: Tensor, learn: Rows) -> tuple[Tensor, Sight]:
    said = labels[torch.from_numpy(learn)].numpy().astype(np.float64)
    person = np.unique(known.subject_id[learn], return_inverse=True)[1]
    sight, taught = Sight.of(known.pooled[learn], said, person % FOLDS)
    images = sight(known)
    images[torch.from_numpy(learn)] = taught
    return images, sight


def batches(rows: Rows, lengths: Rows, size: int, chance: np.random.Generator) -> Iterator[Rows]:
    """Rows at random, but beside others of about their length."""
    order = chance.permutation(rows)
    pieces = []
    for one in range(0, len(order), TOGETHER * size):
        near = order[one : one + TOGETHER * size]
        near = near[np.argsort(lengths[near], kind="stable")]
        pieces += [near[at : at + size] for at in range(0, len(near), size)]
    for at in chance.permutation(len(pieces)):
        yield pieces[at]


def filled(texts: Sequence[Sequence[int]]) -> Tensor:
    """(N, T), FILLER last."""
    ids = torch.full((len(texts), max(map(len, texts))), FILLER)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = torch.tensor(text)
    return ids


def _labels(findings: Sequence[Sequence[Finding]]) -> Tensor:
    """(n, labels) in the order of their names."""
    said = [{(f.name, what) for f in found for what in ("", f.side, f.severity, f.position)} for found in findings]
    often = Counter(label for labels in said for label in labels)
    place = {label: at for at, label in enumerate(sorted(label for label in often if often[label] >= RARE))}
    hot = torch.zeros(len(findings), len(place))
    for row, labels in enumerate(said):
        hot[row, [place[label] for label in labels if label in place]] = 1.0
    return hot


def _held_out(persons: Rows, share: float) -> npt.NDArray[np.bool_]:
    """Rows of some persons: one at least, and one at least left to learn from. Of a single person, some rows."""
    known = np.unique(persons)
    if len(known) == 1:
        persons, known = np.arange(len(persons)), np.arange(len(persons))
    count = min(max(1, round(share * len(known))), len(known) - 1)
    chosen = np.random.default_rng(SPLIT).permutation(known)[:count]
    out: npt.NDArray[np.bool_] = np.isin(persons, chosen)
    return out
