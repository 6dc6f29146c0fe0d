"""How long coders wait: 50 of them at work on 10,000 charts, searching all codes of ICD-10-CM, on the real server.

The server is started as a user starts it, on loopback. The coders are one process beside it (bench/review_load.py),
each with an account, a session and a connection of her own. A coder takes the next chart, reads, decides on every
suggestion, looks at the timeline, types a search letter by letter, adds what she found, puts codes in order and
finishes: the requests that the page's own scripts send. Between two of them she thinks: log-normal, median --think
seconds, a seventh of that between letters. People are slower: by our own guess of a coder's pace
(nlp/icd/learning/worklist.py) a suggestion takes 12 seconds and a chart two minutes more; 50 of these are as much as
some 300 people.

Three phases: at that pace (the figures of the JSON line), without any thinking (what the server can do), and an empty
route at the pace of the first (what connection, server and client cost by themselves). Every answer is checked; one
that is wrong ends the bench. Waiting counts from the moment at which the coder meant to act. A whole lake is made
first (bench/review_lake.py), or one is given, which is not written into: the page works on a folder that links to it.

Example: python -m bench.review --minutes 3 --work /tmp/review
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import orjson
import typer

from bench import review_lake
from bench.json_line import command, finish, say
from bench.place import workplace
from bench.review_coder import searched_over
from bench.review_load import Job
from bench.review_server import Memory, Server, filled, free_port, seats
from contract.errors import CheckFailed, InputError, StageError
from review.settings import Settings
from review.state.database import Database
from runner import coders as coders_settings

KEYS = ("p50_ms", "p95_ms")
KINDS = ("chart", "search", "decision")
SATURATED_S, FLOOR_S = 30.0, 20.0


@dataclass(frozen=True)
class Phase:
    """`cpu_s` of the server; `client_s` of the coders' process."""

    name: str
    said: Mapping[str, Any]
    cpu_s: float

    def report(self) -> None:
        requests = sum(map(len, self.said["waited"].values()))
        rate = requests / self.said["seconds"]
        say(f"{self.name}: {requests:,} requests in {self.said['seconds']:.0f} s, {rate:.0f} a second; "
            f"server {self.cpu_s:.1f} CPU-s, coders {self.said['cpu_s']:.1f} CPU-s")  # fmt: skip
        for kind, waited in sorted(self.said["waited"].items()):
            p50, p95, p99 = np.percentile(waited, (50, 95, 99))
            shares = f"p50 {p50:7.1f}  p95 {p95:7.1f}  p99 {p99:7.1f}  most {max(waited):6.0f} ms"
            say(f"  {kind:9} {len(waited):6,}  {shares}")
        late = np.percentile(self.said["lag"], 95)
        say(f"  the client itself was late to send by {late:.1f} ms at p95, which is in the figures")


def linked(lake: Path, place: Path) -> Path:
    """A folder that reads as the lake and is not it: what the page writes stays in it."""
    if not (lake / "current").is_symlink():
        raise InputError(f"{lake.name} has no published night; run one, or leave --lake out to have one made.")
    place.mkdir(parents=True)
    (place / "snapshots").symlink_to((lake / "snapshots").resolve())
    (place / "current").symlink_to((lake / "current").readlink())
    for root in ("phi", "open"):
        (place / root).symlink_to(Path("current") / root)
    return place


def measured(server: Server, job: Job, name: str) -> Phase:
    file = job.out.with_suffix(".job")
    job.save(file)
    before = server.cpu_s()
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    ended = subprocess.run([sys.executable, "-m", "bench.review_load", str(file)], env=env, check=False)
    if ended.returncode:
        raise StageError(f"the coders' process ended with {ended.returncode} in phase {name!r}; see above.")
    phase = Phase(name, orjson.loads(job.out.read_bytes()), server.cpu_s() - before)
    if phase.said.get("wrong"):
        raise CheckFailed(f"{name}: {phase.said['wrong'][0]}. The server's log is in the --work folder.")
    phase.report()
    return phase


def percentiles(waited: Mapping[str, list[float]], share: float) -> dict[str, float | None]:
    return {kind: round(float(np.percentile(waited[kind], share)), 1) if waited.get(kind) else None for kind in KINDS}


def main(
    lake: Annotated[Path | None, typer.Option(help="A lake with a published night; else one is made.")] = None,
    charts: Annotated[int, typer.Option(help="Of the lake that is made.")] = 10_000,
    coders: Annotated[int, typer.Option(help="At work at once.")] = 50,
    minutes: Annotated[float, typer.Option(help="Of the first phase.")] = 3.0,
    think: Annotated[float, typer.Option(help="Median seconds between two acts of a coder.")] = 2.0,
    database: Annotated[str, typer.Option(help="URL of a PostgreSQL; else SQLite.")] = "",
    work: Annotated[Path | None, typer.Option(help="Kept for a look; else a temporary folder.")] = None,
) -> None:
    """p50 and p95 of chart, search and decision requests."""
    with workplace("review", work) as place:
        made = linked(lake.resolve(), place / "linked") if lake else review_lake.build(place / "made", charts)
        say(f"lake: {review_lake.counted(made)}; {searched_over():,} codes are searched over")
        settings = coders_settings.without_config(made, {"database": database})
        found = _phases(settings, place, Job(0, minutes * 60, think, (), place / "paced.json"), coders)
        finish(KEYS, {"p50_ms": percentiles(found, 50), "p95_ms": percentiles(found, 95)})


def _phases(settings: Settings, place: Path, job: Job, coders: int) -> Mapping[str, list[float]]:
    opened = Database.open(settings)
    server = Server(settings, free_port(), place / "server.log")
    job = replace(job, port=server.port, seats=seats(opened, coders))
    say(f"the server answers after {server.start():.1f} s; {filled(opened):,} charts in the worklist")
    memory = Memory(server)
    memory.start()
    try:
        paced = measured(server, job, "at work")
        say(f"  {paced.said['charts']:,} charts finished, {paced.said['decisions']:,} decisions, "
            f"{paced.said['codes']:,} codes looked for")  # fmt: skip
        quick = replace(job, think=0.0, seconds=SATURATED_S, out=place / "saturated.json", seed=job.seed + 1)
        measured(server, quick, "without thinking")
        floor = replace(job, seconds=FLOOR_S, floor=True, out=place / "floor.json")
        measured(server, floor, "an empty route at the pace of the first")
    finally:
        say(f"peak memory of the server {memory.stop():.0f} MB")
        server.stop()
    found: Mapping[str, list[float]] = paced.said["waited"]
    return found


if __name__ == "__main__":
    command(main)
