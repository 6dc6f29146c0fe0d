"""The load of bench.review, in a process of its own: coders at work, each with her schedule, and what they waited.

A coder plans each act some time after the one before was planned, or after its answer where that came later than she
could have looked at it. Waiting counts from the planned moment, not from the moment of sending: a server that stalls
makes every coder behind it wait, and all of them are counted (what benches that pause with the server leave out).
"""

import asyncio
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

import orjson

from bench.review_coder import Coder, Wrong
from bench.review_http import Answer, Browser
from bench.review_server import Seat

Send = Callable[[], Awaitable[Answer]]


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


@dataclass
class Pace:
    """When a coder acts next. Think times are log-normal: mostly quick, sometimes long."""

    think: float
    until: float
    rng: Random
    at: float = field(default_factory=time.monotonic)

    async def wait(self, share: float) -> bool:
        """Until the next act is due, `share` of a think time later; False: the bench is over."""
        pause = self.think * share * self.rng.lognormvariate(0, 0.5)
        self.at += pause
        late = time.monotonic() - self.at
        if late < 0:
            await asyncio.sleep(-late)
        if self.think == 0:
            self.at = time.monotonic()
        return self.at < self.until


@dataclass
class Watch:
    """Milliseconds by kind: what was waited, from the planned moment; and how late the client itself was to send."""

    waited: dict[str, list[float]] = field(default_factory=dict)
    lag: list[float] = field(default_factory=list)

    async def timed(self, kind: str, pace: Pace, send: Send) -> Answer:
        """The next act is planned from the answer where that came after it was planned: nobody acts on what she
        has not seen."""
        self.lag.append((time.monotonic() - pace.at) * 1000)
        answer = await send()
        done = time.monotonic()
        self.waited.setdefault(kind, []).append((done - pace.at) * 1000)
        pace.at = done
        return answer


async def run(job: Job) -> dict[str, object]:
    watch, until = Watch(), time.monotonic() + job.seconds
    coders = [_coder(job, seat, number, until, watch) for number, seat in enumerate(job.seats)]
    began = time.monotonic()
    try:
        async with asyncio.TaskGroup() as group:
            for coder in coders:
                group.create_task(_floor(coder) if job.floor else coder.work())
    except* Wrong as wrong:
        return {"wrong": [str(each) for each in wrong.exceptions][:3]}
    spent = resource.getrusage(resource.RUSAGE_SELF)
    tally = {"charts": sum(c.finished for c in coders), "decisions": sum(c.decided for c in coders),
             "codes": len({code for c in coders for code in c.looked_for})}  # fmt: skip
    return {"waited": watch.waited, "lag": watch.lag, "seconds": time.monotonic() - began,
            "cpu_s": spent.ru_utime + spent.ru_stime, **tally}  # fmt: skip


def _coder(job: Job, seat: Seat, number: int, until: float, watch: Watch) -> Coder:
    rng = Random(f"{job.seed}/{number}")
    pace = Pace(job.think, until, rng, time.monotonic() + rng.random() * job.think * 2)  # they do not sit down at once
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
