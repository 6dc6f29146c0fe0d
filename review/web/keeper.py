"""Done beside the requests, by one of the processes at a time: new nights taken in, decisions handed over."""

import fcntl
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BufferedWriter
from multiprocessing import connection, parent_process
from threading import Event, Thread

from review.charts.faults import NoNight
from review.handover.inbox import Inbox
from review.state import sessions
from review.state.sessions import Limits
from review.web.diary import Diary
from review.web.house import House

EVERY = 2.0  # seconds
SWEEP = 600.0  # seconds between looks for sessions that have ended
LOCK = "keeper.lock"


@dataclass
class Keeper:
    """A thread. Where one step fails it is told, and tried again the next time; the others go on."""

    house: House
    diary: Diary
    swept: float = 0.0
    inbox: Inbox = field(init=False)
    _held: BufferedWriter | None = None
    _stop: Event = field(default_factory=Event)
    _thread: Thread | None = None
    _told: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.house.settings.inbox)

    def start(self) -> None:
        self._thread = Thread(target=self._run, name="keeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hands over what is left; the next process takes the lock."""
        self._stop.set()
        if self._thread:
            self._thread.join(10.0)
        if self._held:
            self._step("hand over", self._hand_over)
            self._held.close()
            self._held = None

    def once(self) -> None:
        if not self._mine():
            return
        self._step("refresh", self._refresh)
        self._step("hand over", self._hand_over)
        self._step("sweep", self._sweep)

    def _run(self) -> None:
        self.once()
        while not self._stop.wait(EVERY):
            self.once()

    def _mine(self) -> bool:
        """The lock goes with the process that has it, however that ends."""
        if self._held is None:
            file = os.fdopen(os.open(self.house.settings.folder / LOCK, os.O_WRONLY | os.O_CREAT, 0o600), "wb")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                return False
            self._held = file
        return True

    def _step(self, name: str, does: Callable[[], None]) -> None:
        try:
            does()
            self._told.pop(name, None)
        except Exception as error:  # noqa: BLE001  the thread must live; the same mishap is told once
            if self._told.get(name) != repr(type(error)):
                self.diary.mishap(error)
            self._told[name] = repr(type(error))

    def _refresh(self) -> None:
        try:
            if self.house.desk.stale:
                self.house.desk.refresh()
        except NoNight:
            return

    def _hand_over(self) -> None:
        self.inbox.hand_over(self.house.database)

    def _sweep(self) -> None:
        if time.monotonic() - self.swept > SWEEP:
            self.swept = time.monotonic()
            with self.house.database.write() as writing:
                sessions.sweep(writing, Limits.of(self.house.settings))


def follow_parent() -> None:
    """Ends this process in good order when the one that started it is gone, killed or not."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_follow, args=(parent.sentinel,), name="parent", daemon=True).start()


def _follow(sentinel: int) -> None:
    connection.wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
