"""The most similar earlier studies of each study in a file or folder of embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imaging.handed import embeddings
from imaging.similar.repository import encoders, repository
from imaging.similar.search import search
from imaging.similar.wanted import Wanted

SHOWN = 3
HERE = "here"


@dataclass(frozen=True)
class Like:
    study_id: str
    similarity: float  # cosine
    when: str


def similar_earlier(path: Path) -> dict[str, Sequence[Like]]:
    """By study_id, among images of the most common encoder; a study before which nothing was made has none."""
    rows = embeddings(path)
    named = encoders(rows)
    if not named:
        return {}
    index = repository(rows, named[0], HERE).index
    hits = search(index, index.asked(np.arange(len(index))), SHOWN, Wanted(earlier=True))
    found: dict[str, list[Like]] = {}
    for query, row, similarity in zip(hits.query, hits.row, hits.similarity, strict=True):
        when = str(index.studies.time[row].astype("datetime64[m]")).replace("T", " ")
        like = Like(str(index.studies.study_id[row]), float(similarity), when)
        found.setdefault(str(index.studies.study_id[query]), []).append(like)
    return dict(found)
