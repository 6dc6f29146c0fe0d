"""How fast outcomes are: events of a timeline to features, and 8,000 stays from timeline to trained and scored."""

import resource
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import typer

from bench.json_line import command, finish, say
from bench.outcomes_stays import again, timeline_file
from bench.place import workplace
from contract.errors import InputError
from outcomes.cohort import Cohort
from outcomes.features import vocabulary, windows
from outcomes.learning.simple import Simple
from outcomes.tasks.select import select
from outcomes.tasks.task import Task, load
from outcomes.timeline import Timeline, read

KEYS = ("events_per_cpu_s", "seconds_8000_stays")
STAYS = 8_000


def main(
    stays: Annotated[Path, typer.Option(help="A timeline (.parquet), or the raw folder of PhysioNet 2012's set a.")],
    copies: Annotated[int, typer.Option(help="How often its persons count, under other ids.")] = 2,
    hours: Annotated[str, typer.Option(help="Prediction times of the task, with commas: 12h,24h,48h.")] = "48h",
    repeats: Annotated[int, typer.Option(help="Of features; the median counts.")] = 3,
    work: Annotated[Path | None, typer.Option(help="Folder for what is made; kept.")] = None,
) -> None:
    """Mortality with the defaults of plan and model, a prediction for each stay. Making the timeline is not counted.

    Example: python -m bench.outcomes_speed --stays set_a
    """
    task = at(load("mortality"), hours)
    with workplace("outcomes_speed", work) as place:
        file = place / "stays.parquet"
        pq.write_table(again(pq.read_table(timeline_file(stays, place)), copies), file)
        rate = _features(pq.read_table(file), task, repeats)
        wall, rows = _trained_and_scored(file, task)
    finish(KEYS, {"events_per_cpu_s": round(rate), "seconds_8000_stays": round(wall * STAYS / rows, 2)})


def at(task: Task, hours: str) -> Task:
    asked = [one.strip() for one in hours.split(",")]
    times = tuple(one for one in task.options.prediction_times if one.name in asked)
    if len(times) < len(asked):
        told = ", ".join(one.name for one in task.options.prediction_times)
        raise InputError(f"--hours {hours}: expected one of {told}")
    return replace(task, options=replace(task.options, prediction_times=times))


def _features(rows: pa.Table, task: Task, repeats: int) -> float:
    """Events a CPU-second, from the table to features, by a vocabulary that is there; with learning it on stderr."""
    timeline = read(rows)
    cohort = select(task, timeline)
    learned = vocabulary.learn(timeline, cohort)
    ways: dict[str, Callable[[], object]] = {
        "read": lambda: read(rows),
        "read and features": lambda: windows.features(read(rows), cohort, learned),
        "read, learn, features": lambda: _learned(read(rows), cohort),
    }
    cpu = {way: sorted(_cpu(work) for _ in range(repeats))[repeats // 2] for way, work in ways.items()}
    for way, seconds in cpu.items():
        say(f"{way}: {seconds:.2f} CPU-s, {len(timeline) / seconds / 1e6:.2f} million events a CPU-second")
    made = windows.features(timeline, cohort, learned)
    say(f"{len(timeline)} events, {len(cohort)} predictions, {len(made.names)} features, {made.rows.nnz} cells")
    return len(timeline) / cpu["read and features"]


def _learned(timeline: Timeline, cohort: Cohort) -> object:
    return windows.features(timeline, cohort, vocabulary.learn(timeline, cohort))


def _trained_and_scored(file: Path, task: Task) -> tuple[float, int]:
    """Wall seconds, and of how many stays."""
    wall, cpu = time.perf_counter(), _used()
    timeline = read(pq.read_table(file))
    cohort = select(task, timeline)
    say(f"timeline and cohort: {time.perf_counter() - wall:.1f} s, {_used() - cpu:.1f} CPU-s")
    model = Simple().fit(timeline, cohort, seed=0)
    say(f"trained: {time.perf_counter() - wall:.1f} s, {_used() - cpu:.1f} CPU-s")
    model.scores(timeline, cohort)
    seconds = time.perf_counter() - wall
    stays = len(np.unique(cohort.subject))  # one a person, in these data
    say(f"{len(cohort)} predictions of {stays} stays trained and scored: {seconds:.1f} s, {_used() - cpu:.1f} CPU-s")
    return seconds, stays


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _used() -> float:
    """CPU-seconds of this process and of those it waited for."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


if __name__ == "__main__":
    command(main)
