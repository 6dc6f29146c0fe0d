"""Charts that come next are read before anybody asks for them: the first look into a shard takes longest."""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from contract.errors import ChartloomError
from review.charts.faults import ChartFault
from review.state import upcoming
from review.web.diary import Diary
from review.web.house import House

EVERY = 1.0  # seconds
MANY = 64  # charts: what fifty coders open within half a minute
REST = 1.0  # of the processor time that a chart took: requests come first


@dataclass
class Ahead:
    """A thread of each process, for each keeps its own charts."""

    house: House
    diary: Diary
    _stop: Event = field(default_factory=Event)
    _thread: Thread | None = None
    _told: str = ""
    _read: tuple[str, set[str]] = ("", set())  # of which night, which charts

    def start(self) -> None:
        self._thread = Thread(target=self._run, name="ahead", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join(10.0)

    def once(self) -> None:
        """Reads what is not at hand. A chart that cannot be read is told to whoever opens it."""
        with self.house.database.read() as connection:
            names = upcoming.soon(connection, MANY)
        night, read = self.house.desk.night.snapshot.id, self._read
        new = names if night != read[0] else [name for name in names if name not in read[1]]
        for name in new:
            if self._stop.is_set():
                return
            began = time.thread_time()
            with suppress(ChartFault):
                self.house.desk.chart(name, "phi")
            self._stop.wait(REST * (time.thread_time() - began))
        self._read = night, set(names)

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            try:
                self.once()
                self._told = ""
            except (SQLAlchemyError, ChartloomError, OSError) as error:  # the thread must live; one mishap is told once
                if self._told != repr(type(error)):
                    self.diary.mishap(error)
                self._told = repr(type(error))
