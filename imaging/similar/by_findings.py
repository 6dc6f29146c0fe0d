"""Studies as what the finding heads read in them, so that those with the same findings are the similar ones.

A vector holds the probability of each finding, and of it on each side, over the root of how often training shows it: a
rare finding that two studies share says more than a common one (the chi-square distance of correspondence analysis,
Greenacre 2017).
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from imaging.heads.heads import Heads
from imaging.similar.index import Asked, Index
from imaging.studies import Studies

Floats = npt.NDArray[np.float64]
RAREST = 1e-4  # share of studies below which a finding counts no more for being rarer


def seen(studies: Studies, heads: Heads) -> Studies:
    """One vector a study, (n, 5 x findings); 0 where the heads say nothing: such a study is like none."""
    read = heads.read(studies)
    usual = np.sqrt(np.maximum(heads.shares, RAREST))  # (f, 1 + sides)
    parts = np.concatenate([read.presence[:, :, None], read.presence[:, :, None] * read.side], 2) / usual
    parts[:, ~read.speaks] = 0
    parts[read.strange] = 0
    n = len(studies)
    vectors = parts.reshape(n, -1).astype(np.float32)
    return replace(studies, first=np.arange(n + 1, dtype=np.int64), vectors=vectors, view=np.full(n, "", object))


def index_seen(index: Index, heads: Heads) -> Index:
    """The same studies by their findings; those of which nothing is known are left out, and counted."""
    studies = seen(index.studies, heads)
    known = (studies.vectors != 0).any(1)
    return replace(
        index, studies=studies.take(known), body_part=index.body_part[known],
        left_out=index.left_out + int((~known).sum()),
    )  # fmt: skip


def asked_seen(asked: Asked, heads: Heads) -> Asked:
    return replace(asked, studies=seen(asked.studies, heads))
