"""Films of a simulated hospital and what each shows by its truth: for bench.similar."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contract.errors import InputError
from imaging.similar.index import Index, Measure
from imaging.similar.repository import encoders, repository
from imaging.similar.search import search
from imaging.similar.wanted import Wanted
from imaging.studies import Ints

FILES = ("embeddings/embeddings.parquet", "truth/image_findings.parquet")


@dataclass(frozen=True)
class Films:
    """`shows` (n, f): which study has which finding, with its side where it has one."""

    index: Index
    findings: tuple[str, ...]
    shows: npt.NDArray[np.bool_]


def films(hospital: Path, measure: Measure | None = None) -> Films:
    absent = [name for name in FILES if not (hospital / name).is_file()]
    if absent:
        raise InputError(
            f"{hospital.name}: no {' and no '.join(absent)}. `chartloom simulate --patients 800 --out DIR` writes both."
        )
    images, truth = (pq.read_table(hospital / name) for name in FILES)
    persons = images["patient_id"].combine_chunks().dictionary_encode()
    images = images.append_column("subject_id", persons.indices.cast(pa.int64()))
    known = encoders(images)
    if not known:
        raise InputError(f"{hospital.name}: no image has an embedding; simulate with --set embeddings=true.")
    index = repository(images, known[0], hospital.name, measure).index
    named = pc.binary_join_element_wise(pc.fill_null(truth["side"], ""), truth["finding"], " ").combine_chunks()
    names = sorted({name.strip() for name in named.to_pylist()})
    column = {name: at for at, name in enumerate(names)}
    shows = np.zeros((len(index), len(names)), bool)
    for study, name in zip(truth["study_id"].to_pylist(), named.to_pylist(), strict=True):
        if study in index.place:
            shows[index.place[study], column[name.strip()]] = True
    return Films(index, tuple(names), shows)


def rankings(made: Films, most: int, seed: int) -> tuple[Ints, dict[str, Ints]]:
    """Films asked of (those that show something, at most so many), and by each way all films of other persons, best
    first, -1 after the last. Films of the same person are left out: they are alike because of who it is.
    """
    index, rng = made.index, np.random.default_rng(seed)
    asked = np.sort(rng.permutation(np.flatnonzero(made.shows.any(axis=1)))[:most])
    found = _found(index, asked)
    mixed = found.copy()
    for row in mixed:
        rng.shuffle(row[: (row >= 0).sum()])
    studies = index.studies
    order = rng.permutation(len(index))
    first = np.concatenate([[0], np.cumsum(studies.images[order])]).astype(np.int64)
    strange = replace(studies, vectors=studies.take(order).vectors, first=first)
    shuffled = _found(replace(index, studies=strange), asked)
    return asked, {"map": found, "map_random": mixed, "shuffled": shuffled, "truth": _by_truth(made, asked)}


def _found(index: Index, asked: Ints) -> Ints:
    hits = search(index, index.asked(asked), len(index), Wanted(patient="other"))
    ranked = np.full((len(asked), len(index)), -1)
    ranked[hits.query, np.arange(len(hits.query)) - np.searchsorted(hits.query, hits.query)] = hits.row
    return ranked


def _by_truth(made: Films, asked: Ints) -> Ints:
    """By the findings that two films share, as a part of those that either has."""
    shows, person = made.shows.astype(np.float32), made.index.studies.subject_id
    both = shows[asked] @ shows.T
    share = both / np.maximum(shows[asked].sum(1)[:, None] + shows.sum(1) - both, 1)
    own = person[asked][:, None] == person
    ranked = np.argsort(np.where(own, 2, -share), axis=1, kind="stable").astype(np.int64)
    ranked[np.arange(len(person)) >= (~own).sum(1)[:, None]] = -1
    return ranked
