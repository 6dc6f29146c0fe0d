"""How many studies a second are searched for exactly among 200,000, and does what is found show the same findings?"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer

from bench.json_line import command, finish, say
from bench.place import workplace
from bench.similar_peers import PEERS
from bench.similar_truth import Films, films, rankings
from contract.errors import CheckFailed
from eval.resampling import around, draws
from eval.retrieval import by_finding, mean_by_finding
from imaging import reporter
from imaging.similar.by_findings import index_seen
from imaging.similar.index import Asked, Index, Measure, build
from imaging.similar.search import Hits, search
from imaging.stage import SHIPPED
from models import folder
from models.threads import one_blas_thread
from simulate.config import HospitalConfig
from simulate.hospital import simulate

KEYS = ("studies_per_s", "map", "map_random")
MEANT = {
    "map": "by the search",
    "map_random": "in a random order",
    "shuffled": "by the search, vectors shuffled over the films",
    "truth": "by the true findings, the share that both have: what a search can come to",
}
REPEATS = 3
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Speed:
    """Queries a second; `wall` on all threads that BLAS was given."""

    cpu: float
    wall: float


@dataclass(frozen=True)
class Task:
    studies: int
    width: int
    queries: int
    k: int
    check: int  # queries whose answer is held against float64


def timed(ask: Callable[[], object], queries: int) -> Speed:
    """The median of some runs, by wall."""
    ran = []
    for _ in range(REPEATS):
        wall, cpu = time.perf_counter(), time.process_time()
        ask()
        ran.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall_s, cpu_s = sorted(ran)[len(ran) // 2]
    return Speed(queries / cpu_s, queries / wall_s)


def drawn(studies: int, width: int, seed: int) -> Vectors:
    """Half of them spread evenly, half in clusters of near doubles, which are the harder ones to tell apart."""
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((studies, width), dtype=np.float32)
    middles = rng.standard_normal((max(studies // 100, 1), width), dtype=np.float32)
    near = vectors[: studies // 2]
    near *= 0.3
    near += middles[rng.integers(0, len(middles), len(near))]
    return vectors


def indexed(vectors: Vectors) -> Index:
    """Ids in an order of their own, so that ties are not in the order of rows."""
    studies = Asked.vectors(vectors, "drawn").studies
    ids = np.random.default_rng(0).permutation(len(vectors))
    studies.study_id[:] = [f"{each:09}" for each in ids]
    index = build(studies, "drawn", name="drawn")
    index.order.sum(), index.norms.sum()  # computed with the index, once
    return index


def exact(index: Index, asked: Asked, hits: Hits, k: int) -> float:
    """The share of the k best by float64 that was found, another of the same similarity counting as well."""
    unit = index.studies.vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1)[:, None]
    found = 0
    for at in range(len(asked)):
        own = asked.studies.vectors[at].astype(np.float64)
        similarity = unit @ (own / np.linalg.norm(own))
        similarity[index.itself(asked)[at]] = -np.inf
        mine = np.unique(hits.row[hits.query == at])
        best = np.sort(similarity)[::-1][:k]
        found += int((np.abs(np.sort(similarity[mine])[::-1] - best[: len(mine)]) < 1e-12).sum())
    return found / (k * len(asked))


def told(made: Films, most: int, seed: int) -> Mapping[str, float]:
    asked, ranked = rankings(made, most, seed)
    scores = {name: by_finding(each, asked, made.shows) for name, each in ranked.items()}
    means = {name: float(mean_by_finding(each)[0]) for name, each in scores.items()}
    weights = draws([str(each) for each in made.index.studies.subject_id[asked]])
    say(f"{len(made.index)} films, {len(asked)} asked of, {len(made.findings)} findings with their sides")
    for name, each in scores.items():
        one = around(means[name], mean_by_finding(each, weights))
        say(f"  {MEANT[name]} {one.value:.3f} ({one.low:.3f} to {one.high:.3f}, by bootstrap over persons)")
    ours, mixed = (scores[name] for name in KEYS[1:])
    for at, name in enumerate(made.findings):
        if not np.isnan(ours[:, at]).all():
            say(f"  {name:20} {np.nanmean(ours[:, at]):.3f}, random {np.nanmean(mixed[:, at]):.3f}, "
                f"on {made.shows[:, at].sum()} films")  # fmt: skip
    return {name: means[name] for name in KEYS[1:]}


def by_findings(hospital: Path, most: int, seed: int) -> None:
    """The same films asked of, compared by what the shipped heads read in them; they learned from other hospitals."""
    if not folder.there(SHIPPED):
        return
    made = films(hospital, Measure(pool="best"))  # not pooled yet: heads see images apart
    made = replace(made, index=index_seen(made.index, reporter.load(SHIPPED).heads))
    asked, ranked = rankings(made, most, seed)
    score = by_finding(ranked["map"], asked, made.shows)
    weights = draws([str(each) for each in made.index.studies.subject_id[asked]])
    one = around(float(mean_by_finding(score)[0]), mean_by_finding(score, weights))
    say(f"  by what the shipped heads read (--by findings): {one.value:.3f} ({one.low:.3f} to {one.high:.3f})")


def quick(task: Task) -> float:
    """Studies a CPU-second; refuses to give a figure where something was missed."""
    vectors = drawn(task.studies, task.width, 1)
    begun = time.process_time()
    index = indexed(vectors)
    say(f"{task.studies} studies of {task.width} numbers: an index in {time.process_time() - begun:.1f} CPU-s")
    rows = np.random.default_rng(2).choice(task.studies, min(task.queries, task.studies), replace=False)
    asked = index.asked(rows)
    some = asked.take(np.arange(min(task.check, len(asked))))
    share = exact(index, some, search(index, some, task.k), min(task.k, task.studies - 1))
    say(f"of the best by float64, ties included, {share:.4%} are found ({len(some)} studies asked of)")
    if share < 1:
        raise CheckFailed(f"the search found {share:.4%} of what float64 finds; expected all. It is not exact.")
    ours = timed(partial(search, index, asked, task.k), len(asked))
    say(f"chartloom: {ours.cpu:.0f} studies a CPU-second, {ours.wall:.0f} a second by the clock, k = {task.k}")
    for name, peer in PEERS.items():
        prepared = peer(vectors, task.k)
        if prepared is None:
            say(f"{name}: not installed")
            continue
        other = timed(partial(prepared.ask, vectors[rows[: prepared.queries]]), min(prepared.queries, len(rows)))
        say(f"{name}: {other.cpu:.0f} a CPU-second, {other.wall:.0f} by the clock; "
            f"chartloom is {ours.cpu / other.cpu:.2f} times as fast")  # fmt: skip
    return ours.cpu


def main(
    hospital: Annotated[Path | None, typer.Option(help="A simulated hospital; without it one is made.")] = None,
    patients: Annotated[int, typer.Option(help="Persons of the one that is made.")] = 800,
    seed: Annotated[int, typer.Option(help="Of that hospital, and of which films are asked of.")] = 20,
    noise: Annotated[float, typer.Option(help="Of its embeddings.")] = 3.0,
    studies: Annotated[int, typer.Option(help="That are searched, for speed.")] = 200_000,
    width: Annotated[int, typer.Option(help="Of their vectors.")] = 512,
    queries: Annotated[int, typer.Option(help="Studies asked of, for speed.")] = 1000,
    most: Annotated[int, typer.Option(help="Films asked of, for precision.")] = 2000,
    check: Annotated[int, typer.Option(help="Studies asked of whose answer is checked in float64.")] = 50,
    k: Annotated[int, typer.Option(help="Studies that are found for each.")] = 10,
    pool: Annotated[str, typer.Option(help="How films of two images compare: mean, or best (pair).")] = "mean",
    work: Annotated[Path | None, typer.Option(help="Keep what is made in this folder.")] = None,
) -> None:
    """Exact search: studies a CPU-second beside other libraries, and mean average precision by finding.

    Example: python -m bench.similar --hospital hospital

    Relevant to a film is a film of another person that shows the same finding on the same side.
    """
    with one_blas_thread(), workplace("similar", work) as place:
        if hospital is None:
            hospital = place / "hospital"
            simulate(HospitalConfig(patients=patients, seed=seed, noise=noise, notes=False), hospital)
        means = told(films(hospital, Measure(pool=pool)), most, seed)
        by_findings(hospital, most, seed)
        speed = quick(Task(studies, width, queries, k, check))
    finish(KEYS, {"studies_per_s": round(speed, 1), **{name: round(value, 4) for name, value in means.items()}})


if __name__ == "__main__":
    command(main)
