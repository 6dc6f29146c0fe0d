"""The bench of similar studies: its truth is the films', its check of exactness can fail, its peers agree."""

from pathlib import Path

import numpy as np
import pytest

from bench.similar import drawn, exact, indexed
from bench.similar_peers import PEERS
from bench.similar_truth import films, rankings
from contract.errors import InputError
from eval.retrieval import by_finding, mean_by_finding
from imaging.similar.search import search
from simulate.config import HospitalConfig
from simulate.hospital import simulate


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "hospital"
    simulate(HospitalConfig(patients=60, seed=3, noise=1.0, notes=False), folder)
    return folder


def test_what_is_found_shows_more_of_the_same_than_a_random_order(hospital: Path) -> None:
    made = films(hospital)
    assert {"cardiomegaly", "left effusion"} <= set(made.findings)
    asked, ranked = rankings(made, 60, 1)
    mean = {name: mean_by_finding(by_finding(each, asked, made.shows))[0] for name, each in ranked.items()}
    assert len(asked) == 60 and made.shows[asked].any(axis=1).all()
    assert 1 > mean["truth"] > mean["map"] > 2 * mean["map_random"]
    assert mean["shuffled"] < 1.5 * mean["map_random"]


def test_each_ranking_has_every_film_of_other_persons_once(hospital: Path) -> None:
    made = films(hospital)
    person = made.index.studies.subject_id
    asked, ranked = rankings(made, 20, 1)
    for each in ranked.values():
        for query, row in zip(asked, each, strict=True):
            assert sorted(row[row >= 0]) == list(np.flatnonzero(person != person[query]))


def test_a_missed_study_shows_in_the_check() -> None:
    index = indexed(drawn(400, 8, 1))
    asked = index.asked(np.arange(5))
    hits = search(index, asked, 10)
    assert exact(index, asked, hits, 10) == 1.0
    first = np.flatnonzero(hits.query == 2)[0]
    row = np.setdiff1d(np.arange(400), hits.row)[0]
    hits.row[first] = row
    assert exact(index, asked, hits, 10) < 1.0


@pytest.mark.parametrize("name", PEERS)
def test_peers_are_asked_the_same(name: str) -> None:
    vectors = drawn(300, 8, 1)
    peer = PEERS[name](vectors, 5)
    if peer is None:
        pytest.skip(f"{name} is not installed")
    found = peer.ask(vectors[:2])
    ids = [[row[0] for row in one] for one in found] if isinstance(found, list) else list(np.asarray(found[1]))  # type: ignore[index]
    index = indexed(vectors)
    hits = search(index, index.asked(np.arange(2)), 5)
    for at in range(2):
        ours = [at, *hits.row[hits.query == at]]
        assert list(ids[at])[:5] == ours[:5]


def test_a_folder_without_films_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="image_findings"):
        films(tmp_path)
