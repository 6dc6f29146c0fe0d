"""The search finds what comparing everything with everything in float64 finds, ties included, filters included."""

from dataclasses import replace

import numpy as np
import pytest

from contract.errors import ConfigError, InputError
from imaging.similar import search as searching
from imaging.similar.index import METRICS, POOLS, Asked, Index, Measure, build
from imaging.similar.search import everywhere, search
from imaging.similar.wanted import Wanted
from imaging.studies import Studies, prior

DAY = np.datetime64("2021-01-01", "us")


def studies(n: int, seed: int = 0, *, width: int = 6, name: str = "s") -> Studies:
    """Of one to three images, six persons, some times unknown, many vectors equal: ties are everywhere."""
    rng = np.random.default_rng(seed)
    first = np.concatenate([[0], np.cumsum(rng.integers(1, 4, n))]).astype(np.int64)
    vectors = rng.integers(-1, 2, (first[-1], width)).astype(np.float32) + np.float32(0.1)
    time = DAY + rng.integers(0, 50, n).astype("timedelta64[D]")
    time[rng.random(n) < 0.1] = np.datetime64("NaT")
    person = rng.integers(0, 6, n)
    ids = np.asarray([f"{name}{at:03}" for at in rng.permutation(n)], object)
    modality = rng.choice(np.asarray(["CR", "DX", ""], object), n)
    return Studies(ids, person, time, modality, first, vectors, np.full(first[-1], "", object), prior(person, time))


def parts(n: int) -> np.ndarray:
    return np.random.default_rng(5).choice(np.asarray(["CHEST", "PELVIS"], object), n)


def plain(index: Index, asked: Asked, wanted: Wanted, k: int) -> list[list[tuple[str, float]]]:
    """Slow and simple: pair by pair."""
    mean = index.measure.pool == "mean"
    a, b = (each.pooled if mean else each.vectors for each in (asked.studies, index.studies))
    found = []
    for q in range(len(asked)):
        ours = a[[q]] if mean else a[asked.studies.first[q] : asked.studies.first[q + 1]]
        hits = []
        for r in range(len(index)):
            theirs = b[[r]] if mean else b[index.studies.first[r] : index.studies.first[r + 1]]
            if fits(index, asked, wanted, q, r):
                pairs = [one(x.astype(float), y.astype(float), index.measure.metric) for x in ours for y in theirs]
                hits.append((str(index.studies.study_id[r]), max(pairs)))
        found.append(sorted(hits, key=lambda hit: -hit[1])[:k])
    return found


def one(x: np.ndarray, y: np.ndarray, metric: str) -> float:
    if metric == "l2":
        return -float(np.linalg.norm(x - y))
    return float(x @ y) / (float(np.linalg.norm(x) * np.linalg.norm(y)) if metric == "cosine" else 1.0)


def fits(index: Index, asked: Asked, wanted: Wanted, q: int, r: int) -> bool:
    here, there = index.studies, asked.studies
    home = index.name == asked.repository
    same = home and here.subject_id[r] == there.subject_id[q]
    return (
        not (home and here.study_id[r] == there.study_id[q])
        and (not wanted.modality or here.modality[r] in wanted.modality)
        and (not wanted.body_part or index.body_part[r] in wanted.body_part)
        and (wanted.since is None or bool(here.time[r] >= wanted.since))
        and (wanted.until is None or bool(here.time[r] < wanted.until))
        and (not wanted.patient or same == (wanted.patient == "same"))
        and (not wanted.earlier or bool(here.time[r] < there.time[q]))
    )


WANTED = (
    Wanted(),
    Wanted(modality=("CR",), body_part=("CHEST",)),
    Wanted(since=DAY + np.timedelta64(10, "D"), until=DAY + np.timedelta64(30, "D")),
    Wanted(patient="same"),
    Wanted(patient="other", earlier=True),
    Wanted(patient="same", earlier=True, modality=("DX", "CR")),
)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("wanted", WANTED)
def test_the_answer_is_that_of_comparing_everything(
    metric: str, pool: str, wanted: Wanted, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("FIRST", 3), ("BLOCK", 7), ("QUERIES", 5), ("EXACT", 4)):
        monkeypatch.setattr(searching, name, value)
    made = studies(40)
    index = build(made, "e", parts(40), name="a", measure=Measure(metric, pool))
    asked = Asked(made.take(np.arange(0, 40, 4)), "e", "a")
    for k in (1, 3, 99):
        hits = search(index, asked, k, wanted)
        for q, right in enumerate(plain(index, asked, wanted, 99)):
            mine = hits.query == q
            ids, values = index.studies.study_id[hits.row[mine]], hits.similarity[mine]
            best = [value for _, value in right][:k]
            np.testing.assert_allclose(values, best, atol=1e-9)
            np.testing.assert_allclose([dict(right)[each] for each in ids], best, atol=1e-9)
            assert list(zip(-values, ids, strict=True)) == sorted(zip(-values, ids, strict=True))


@pytest.mark.parametrize("seed", range(4))
def test_many_repositories_answer_as_one_joined(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = studies(60, seed)
    whole = build(made, "e", name="all")
    asked = Asked(studies(7, seed + 100), "e")
    where = rng.integers(0, 3, 60)
    split = [build(made.take(np.flatnonzero(where == one)), "e", name=str(one)) for one in range(3)]
    for k in (1, 5, 200):
        one, many = everywhere([whole], asked, k), everywhere(split, asked, k)
        assert [[(h.study_id, h.similarity) for h in hits] for hits in one] == [
            [(h.study_id, h.similarity) for h in hits] for hits in many
        ]
        assert all(str(where[list(made.study_id).index(h.study_id)]) == h.repository for hits in many for h in hits)


def test_candidates_of_float32_hold_what_float64_finds() -> None:
    """Vectors that differ by less than float32 products can tell."""
    rng = np.random.default_rng(0)
    base = rng.normal(size=64).astype(np.float32)
    near = (base + rng.normal(size=(500, 64)) * 3e-5).astype(np.float32)
    made = replace(studies(500, width=64), vectors=near, first=np.arange(501), view=np.full(500, "", object))
    index = build(made, "e")
    hits = search(index, Asked.vectors(base[None], "e"), 20)
    true = near.astype(float) @ base.astype(float) / np.linalg.norm(near.astype(float), axis=1)
    assert list(hits.row) == list(np.argsort(-true, kind="stable")[:20])
    quick = np.argsort(-(near @ base) / np.linalg.norm(near, axis=1), kind="stable")[:20]
    assert list(quick) != list(hits.row)  # the case is one where it matters


def test_a_study_of_another_repository_with_the_same_id_is_another() -> None:
    made = studies(10)
    indexes = [build(made, "e", name=name) for name in ("a", "b")]
    hits = everywhere(indexes, indexes[0].asked(np.arange(3)), 1)
    assert [(hit[0].repository, hit[0].study_id) for hit in hits] == [("b", each) for each in made.study_id[:3]]
    others = everywhere(indexes, indexes[0].asked(np.arange(3)), 20, Wanted(patient="other"))
    assert all(sum(h.repository == "b" for h in hits) == 10 for hits in others)


def test_what_is_like_nothing_is_left_out_and_counted() -> None:
    made = studies(6)
    made.vectors[made.first[2] : made.first[3]] = 0
    index = build(made, "e", name="a")
    assert (len(index), index.left_out) == (5, 1)
    assert len(search(index, Asked(made.take(np.asarray([2])), "e", "a"), 3).row) == 0
    empty = Studies(*(getattr(made.take(np.zeros(0, np.int64)), name) for name in made.__dataclass_fields__))
    assert len(search(build(empty, "e"), Asked(made, "e"), 3).row) == 0


def test_what_cannot_be_compared_is_refused() -> None:
    made = studies(5)
    index = build(made, "net-1", name="a")
    with pytest.raises(InputError, match=r"'net-1'.*'net-2'"):
        search(index, Asked(made, "net-2"), 1)
    with pytest.raises(InputError, match="vectors of 6 numbers, what is searched for has 4"):
        search(index, Asked(studies(2, width=4), "net-1"), 1)
    with pytest.raises(InputError, match="a vector alone has none"):
        search(index, Asked.vectors(made.vectors[:1], "net-1"), 1, Wanted(patient="other"))
    with pytest.raises(ConfigError, match="expected 1 or more"):
        search(index, Asked(made, "net-1"), 0)
    with pytest.raises(ConfigError, match="expected one of cosine, inner, l2"):
        Measure("cosin")
    made.vectors[0, 0] = np.nan
    with pytest.raises(InputError, match=r"1 of \d+ vectors hold NaN"):
        build(made, "e")
    with pytest.raises(InputError, match="NaN"):
        Asked(made, "e")
    with pytest.raises(InputError, match="twice"):
        build(studies(5).take(np.asarray([0, 1, 1])), "e")
    with pytest.raises(ConfigError, match="one name"):
        everywhere([index, index], index.asked(np.arange(1)), 1)
