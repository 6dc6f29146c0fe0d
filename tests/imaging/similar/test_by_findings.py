"""Compared by what heads read, studies with the same findings come first; those unlike training are like none."""

from dataclasses import replace

import numpy as np
import pytest

from imaging.heads.heads import Heads
from imaging.similar.by_findings import asked_seen, index_seen, seen
from imaging.similar.index import Asked, Measure, build
from imaging.similar.search import search
from imaging.studies import read
from imaging.train import labelled
from tests.imaging import hospital


@pytest.fixture(scope="module")
def heads() -> Heads:
    rows, texts = hospital.films(600)
    return Heads.fit(read(rows), labelled(texts))


def stated(texts: list[str]) -> list[frozenset[str]]:
    return [frozenset(each.name for each in found) for found in labelled(texts)]


def test_the_nearest_show_the_same_findings(heads: Heads) -> None:
    rows, texts = hospital.films(120, seed=8)
    truth, studies = stated(texts), read(rows)
    noisy = replace(studies, vectors=studies.vectors + np.eye(hospital.WIDTH, dtype=np.float32)[-1] * 0.1)
    index = index_seen(build(noisy, hospital.ENCODER, measure=Measure(pool="best")), heads)
    hits = search(index, index.asked(np.arange(120)), 3)
    same = [truth[q] == truth[r] for q, r in zip(hits.query, hits.row, strict=True)]
    assert np.mean(same) > 0.95


def test_a_rare_finding_weighs_more_than_a_common_one(heads: Heads) -> None:
    rare = replace(heads, learned=replace(heads.learned, states=tuple(
        replace(each, chance=np.concatenate([[0.99], each.chance[1:] / each.chance[1:].sum() * 0.01])) if at == 0
        else each for at, each in enumerate(heads.learned.states)
    )))  # fmt: skip
    assert rare.shares[0, 0] == pytest.approx(0.01)
    assert np.allclose(heads.shares[:, 0], [0.3] * 3, atol=0.06)
    assert np.allclose(heads.shares[:, 1:].sum(1), heads.shares[:, 0])


def test_what_is_unlike_training_is_like_nothing(heads: Heads) -> None:
    rows, _ = hospital.films(4, seed=9)
    studies = read(rows)
    vectors = studies.vectors.copy()
    vectors[1] = np.arange(hospital.WIDTH) * 50.0
    index = index_seen(build(replace(studies, vectors=vectors), hospital.ENCODER), heads)
    assert index.studies.study_id.tolist() == ["s0", "s2", "s3"]
    assert index.left_out == 1
    asked = asked_seen(Asked.vectors(vectors[1:2], hospital.ENCODER), heads)
    assert not asked.studies.vectors.any()
    assert seen(studies, heads).width == 5 * len(heads.names)
