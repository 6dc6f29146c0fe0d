"""The most similar earlier studies of each study in a file or folder of embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imaging import reporter
from imaging.handed import embeddings
from imaging.similar.by_findings import index_seen
from imaging.similar.index import Measure
from imaging.similar.repository import encoders, repository
from imaging.similar.search import search
from imaging.similar.wanted import Wanted
from models import folder

SHOWN = 3
HERE = "here"


@dataclass(frozen=True)
class Like:
    study_id: str
    similarity: float  # cosine
    when: str


def similar_earlier(path: Path, artifact: Path) -> dict[str, Sequence[Like]]:
    """By study_id, among images of the most common encoder; a study before which nothing was made has none.

    Compared by what the artifact's heads read, where it reads that encoder; else by the vectors themselves.
    """
    rows = embeddings(path)
    named = encoders(rows)
    if not named:
        return {}
    known = reporter.load(artifact) if folder.there(artifact) else None
    if known is not None and known.expected.encoder == named[0]:
        index = index_seen(repository(rows, named[0], HERE, Measure(pool="best")).index, known.heads)
    else:
        index = repository(rows, named[0], HERE).index
    hits = search(index, index.asked(np.arange(len(index))), SHOWN, Wanted(earlier=True))
    found: dict[str, list[Like]] = {}
    for query, row, similarity in zip(hits.query, hits.row, hits.similarity, strict=True):
        when = str(index.studies.time[row].astype("datetime64[m]")).replace("T", " ")
        like = Like(str(index.studies.study_id[row]), float(similarity), when)
        found.setdefault(str(index.studies.study_id[query]), []).append(like)
    return dict(found)
