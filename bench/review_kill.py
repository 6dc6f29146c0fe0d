"""Is an acknowledged decision ever lost: kill -9 under load, again and again, on SQLite and on PostgreSQL.

Coders decide as fast as they can on the real server (bench/review_coder.py). At moments drawn at random the whole
process group of the server is killed, parent and workers at once; on PostgreSQL every fourth time the database's
processes instead. It starts again, and what had no answer is sent again with the same decision_id, as the page does.
Every decision that had been answered 200 must then stand in the log once; what the server did before it could answer
may. At the end all is handed over to the inbox: each must stand there by its decision_id, in no torn line and never
with other words, and the audit's chain must be unbroken. `lost` counts what is missing, twice, torn or broken.

kill -9 takes processes, not the power: what was written stays with the operating system. That writes reach the disk
before they are acknowledged (synchronous = FULL, synchronous_commit = on) is a setting that this cannot show.

Example: python -m bench.review_kill --kills 100 --database both --work /tmp/kill
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Annotated, Literal

import typer
from sqlalchemy import select

from bench import review_lake
from bench.json_line import command, finish, say
from bench.place import workplace
from bench.postgres import Postgres
from bench.review import linked
from bench.review_coder import Coder, Wrong
from bench.review_kill_load import PATIENCE_S, Stubborn
from bench.review_pace import Pace, Watch
from bench.review_server import Server, filled, free_port, seats
from contract.errors import CheckFailed
from etl.decisions.line import Broken, parsed
from review.handover.inbox import Inbox
from review.settings import Settings
from review.state import audit, tables
from review.state.database import Database
from runner import coders

KEYS = ("kills", "lost")
CHARTS, CODERS = 2_500, 6
THINK = 0.02  # seconds: the server has always something in hand
MOST = 40  # decisions acknowledged since the last kill, drawn from 1; then comes the kill, within
MOMENT = 0.1  # seconds
OF_DATABASE = 4  # each fourth kill of PostgreSQL is the database's


@dataclass
class Siege:
    """One server and its coders. `starts`: seconds until it answers."""

    settings: Settings
    server: Server
    database: Database
    postgres: Postgres | None
    rng: Random
    coders: list[Coder] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    lost: int = 0

    async def held(self, kills: int) -> None:
        self.starts.append(await asyncio.to_thread(self.server.start))
        await asyncio.to_thread(filled, self.database)
        self._seat()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(coder.work()) for coder in self.coders]
            for number in range(1, kills + 1):
                await self._worked(self.rng.randint(1, MOST))
                await asyncio.sleep(self.rng.uniform(0, MOMENT))
                await self._kill(number)
                if number % 10 == 0:
                    await asyncio.to_thread(self._check, number)
            await self._worked(MOST)
            for task in tasks:
                task.cancel()
        await asyncio.to_thread(self._check, kills)

    @property
    def _said(self) -> set[str]:
        return set().union(*(coder.acknowledged for coder in self.coders))

    async def _worked(self, many: int) -> None:
        """Until so many more are acknowledged."""
        began, before = time.monotonic(), len(self._said)
        while len(self._said) < before + many:
            if time.monotonic() - began > PATIENCE_S:
                raise Wrong(f"in {PATIENCE_S:.0f} s fewer than {many} decisions were acknowledged")
            await asyncio.sleep(0.005)

    def _seat(self) -> None:
        until = time.monotonic() + 86_400
        for seat in seats(self.database, CODERS):
            rng = Random(self.rng.random())
            pace = Pace(THINK, until, rng)
            self.coders.append(Coder(Stubborn(self.server.port, seat.cookie), seat, rng, pace, Watch()))

    async def _kill(self, number: int) -> None:
        if self.postgres and number % OF_DATABASE == 0:
            await asyncio.to_thread(self.postgres.kill)
            await asyncio.to_thread(self.postgres.again)
            return
        self.server.kill()
        self.starts.append(await asyncio.to_thread(self.server.start))

    def _check(self, number: int) -> None:
        """Every acknowledged decision is in the log, once."""
        said = self._said
        with self.database.read() as connection:
            logged = Counter(connection.execute(select(tables.decisions.c.decision_id)).scalars())
        missing = said - logged.keys()
        twice = [key for key, many in logged.items() if many > 1]
        self.lost += len(missing) + len(twice)
        again = sum(coder.browser.again for coder in self.coders if isinstance(coder.browser, Stubborn))
        say(f"{number} kills: {len(said):,} decisions acknowledged, {len(logged):,} in the log, "
            f"{len(missing)} missing, {len(twice)} twice; {again} requests sent again")  # fmt: skip

    def handed_over(self) -> None:
        """What the night will read."""
        Inbox(self.settings.inbox).hand_over(self.database)
        found, bad = _lines(self.settings.inbox)
        with self.database.read() as connection:
            kept = select(tables.decisions.c.decision_id).where(tables.decisions.c.planted.is_(False))
            logged = set(connection.execute(kept).scalars())
        missing, twice = logged - found.keys(), sum(many - 1 for many in found.values())
        whole = audit.broken(self.database)
        say(f"inbox: {len(found):,} decisions, {len(missing)} missing, {twice} twice, {bad} torn or told otherwise; "
            f"the audit is {'whole' if whole is None else f'broken at line {whole}'}")  # fmt: skip
        self.lost += len(missing) + bad + (whole is not None)


def _lines(folder: Path) -> tuple[Counter[str], int]:
    """How often each decision stands there; and lines that cannot be read, or say something else than one before."""
    found: Counter[str] = Counter()
    words: dict[str, bytes] = {}
    bad = 0
    for file in sorted(folder.rglob("*.ndjson")):
        for raw in file.read_bytes().splitlines():
            try:
                name = parsed(raw)["decision_id"]
            except Broken:
                bad += 1
                continue
            found[name] += 1
            bad += words.setdefault(name, raw) != raw
    return found, bad


def besieged(lake: Path, place: Path, kills: int, postgres: Postgres | None) -> int:
    url = postgres.start() if postgres else ""
    settings = coders.without_config(linked(lake, place / "lake"), {"database": url})
    database = Database.open(settings)
    siege = Siege(settings, Server(settings, free_port(), place / "server.log"), database, postgres, Random(20261121))
    try:
        asyncio.run(siege.held(kills))
    except ExceptionGroup as group:
        wrong = [str(each) for each in group.exceptions if isinstance(each, Wrong)]
        if not wrong:
            raise
        raise CheckFailed(
            f"a coder had an answer that is not right: {wrong[0]}. See server.log under --work."
        ) from None
    finally:
        siege.server.stop()
    siege.handed_over()
    starts = sorted(siege.starts)
    say(f"the server answers {starts[len(starts) // 2]:.1f} s after its start (median), at most {starts[-1]:.1f} s")
    if postgres:
        postgres.stop()
    return siege.lost


def main(
    kills: Annotated[int, typer.Option(help="Of each database.")] = 100,
    database: Annotated[Literal["sqlite", "postgresql", "both"], typer.Option(help="Which.")] = "both",
    lake: Annotated[Path | None, typer.Option(help="A lake with a published night; else one is made.")] = None,
    work: Annotated[Path | None, typer.Option(help="Kept for a look; else a temporary folder.")] = None,
) -> None:
    """Decisions acknowledged and lost, over kills of the server."""
    kinds: Sequence[str] = ("sqlite", "postgresql") if database == "both" else (database,)
    lost = 0
    with workplace("review_kill", work) as place:
        made = lake.resolve() if lake else review_lake.build(place / "made", CHARTS)
        for kind in kinds:
            say(f"{kind}: {kills} kills")
            (place / kind).mkdir()
            postgres = Postgres() if kind == "postgresql" else None
            lost += besieged(made, place / kind, kills, postgres)
    finish(KEYS, {"kills": kills * len(kinds), "lost": lost})


if __name__ == "__main__":
    command(main)
