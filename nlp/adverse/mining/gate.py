"""Whether a line tells of harm by a drug: its words, what was found in it, and what the page says elsewhere."""

from collections.abc import Sequence

import numpy as np

from nlp.adverse.mining.page import LABELS, Floats, Page, by_page
from nlp.tagging.reading import Entity

TOP = 2  # the highest scores of each label that are told


def gate_features(
    pages: Sequence[Page], bags: Floats, beliefs: Sequence[Floats], found: Sequence[list[Entity]]
) -> Floats:
    """One row a line (N, F)."""
    alone = np.array(
        [_line(score, its, spans) for score, its, spans in zip(bags, beliefs, found, strict=True)], np.float32
    )
    if not len(alone):
        return alone
    rows = []
    for page, of in by_page(pages, list(alone)):
        rows += [
            np.concatenate([line, more]) for line, more in zip(of, _beside(page, np.asarray(of), found), strict=True)
        ]
    return np.asarray(rows, np.float32)


def _line(score: float, beliefs: Floats, spans: Sequence[Entity]) -> list[float]:
    by_voice = beliefs.reshape(len(beliefs), -1, 2, 2).sum(3).reshape(len(beliefs), -1)  # (T, voices * labels)
    tops = by_voice.max(0).tolist() if len(beliefs) else [0.0] * (beliefs.shape[1] // 2)
    sums = by_voice.sum(0).tolist() if len(beliefs) else tops
    both = [tops[at] * tops[at + 1] for at in range(0, len(tops), 2)]
    scores = [sorted((span[3] for span in spans if span[2] == label), reverse=True) for label in LABELS]
    counted = [value for each in scores for value in (len(each), *(each + [0.0] * TOP)[:TOP])]
    met = [float(bool(scores[0]) and bool(scores[1])), float(len(beliefs))]
    return [float(score), *both, *tops, *sums, *counted, *met]


def _beside(page: Page, lines: Floats, found: Sequence[list[Entity]]) -> Floats:  # noqa: ARG001
    """What the other lines of the page say: highest and mean of the first columns, and how many lines there are."""
    count = len(lines)
    told = lines[:, : 1 + 3]
    if count == 1:
        return np.zeros((1, 2 * told.shape[1] + 2), np.float32)
    order = np.sort(told, axis=0)
    top = np.where(told == order[-1], order[-2], order[-1])
    mean = (told.sum(0) - told) / (count - 1)
    rank = (told[:, :1] < told[:, 0]).sum(1) / (count - 1)
    return np.concatenate([top, mean, rank[:, None], np.full((count, 1), count)], 1)
