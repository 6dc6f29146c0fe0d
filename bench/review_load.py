"""The load of bench.review, in a process of its own: coders at work, each with her schedule, and what they waited.

A coder plans each act some time after the one before was planned, whether that was answered yet or not; where it was
not, she sends as soon as it is. Waiting counts from the planned moment, not from that of sending: what a server that
stalls keeps back is counted too (benches that pause with their server leave it out: coordinated omission).
"""

import asyncio
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import orjson

from bench.review_coder import Coder, Wrong
from bench.review_http import Browser
from bench.review_pace import Pace, Watch
from bench.review_server import Seat


@dataclass(frozen=True)
class Job:
    """`think`: median seconds between two acts; 0: none at all. `floor`: asks an empty route instead."""

    port: int
    seconds: float
    think: float
    seats: Sequence[Seat]
    out: Path
    seed: int = 7
    floor: bool = False

    def save(self, file: Path) -> None:
        file.write_bytes(orjson.dumps(asdict(self), default=str))

    @classmethod
    def load(cls, file: Path) -> "Job":
        said = orjson.loads(file.read_bytes())
        return cls(**{**said, "seats": [Seat(**seat) for seat in said["seats"]], "out": Path(said["out"])})


APART = 15  # think times, over which coders sit down: about as long as a chart takes


async def run(job: Job) -> dict[str, object]:
    watch, until = Watch(), time.monotonic() + job.seconds
    coders = [_coder(job, seat, number, until, watch) for number, seat in enumerate(job.seats)]
    began = time.monotonic()
    try:
        async with asyncio.TaskGroup() as group:
            for coder in coders:
                group.create_task(_floor(coder) if job.floor else coder.work())
    except ExceptionGroup as group_of:
        wrong = [str(each) for each in group_of.exceptions if isinstance(each, Wrong)]
        if not wrong:
            raise
        return {"wrong": wrong[:3]}
    spent = resource.getrusage(resource.RUSAGE_SELF)
    tally = {"charts": sum(c.finished for c in coders), "decisions": sum(c.decided for c in coders),
             "codes": len({code for c in coders for code in c.looked_for})}  # fmt: skip
    return {"waited": watch.waited, "lag": watch.lag, "seconds": time.monotonic() - began,
            "cpu_s": spent.ru_utime + spent.ru_stime, **tally}  # fmt: skip


def _coder(job: Job, seat: Seat, number: int, until: float, watch: Watch) -> Coder:
    rng = Random(f"{job.seed}/{number}")
    pace = Pace(job.think, until, rng, time.monotonic() + rng.random() * job.think * APART)
    return Coder(Browser(job.port, seat.cookie), seat, rng, pace, watch)


async def _floor(coder: Coder) -> None:
    while await coder.pace.wait(1.0):
        answer = await coder.watch.timed("empty", coder.pace, lambda: coder.browser.get("/health"))
        if answer.status != 200:
            raise Wrong(f"/health answered {answer.status}")


def main() -> None:
    import uvloop

    job = Job.load(Path(sys.argv[1]))
    job.out.write_bytes(orjson.dumps(uvloop.run(run(job))))


if __name__ == "__main__":
    main()
