"""The page on loopback, from a lake of its own: started, stopped in the middle of things, started again."""

import shutil
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from sqlalchemy import select

from review.charts.desk import Desk
from review.settings import Settings
from review.state import tables, users
from review.state.database import Database
from review.web import app

PASSWORD = "correct horse battery staple 7"
PATIENCE_S = 20.0


@dataclass
class Site:
    """Accounts: anna and bela (coders), tom (trainee), olga (auditor), ada (admin), all with PASSWORD."""

    settings: Settings
    port: int = 0
    _server: uvicorn.Server | None = field(default=None, repr=False)
    _thread: threading.Thread | None = field(default=None, repr=False)

    @classmethod
    def of(cls, lake: Path, inbox: Path) -> "Site":
        site = cls(Settings(lake, inbox))
        database = Database.open(site.settings)
        with database.write() as connection:
            for name, role in (("anna", "coder"), ("bela", "coder"), ("tom", "trainee"), ("olga", "auditor"),
                               ("ada", "admin")):  # fmt: skip
                users.add(connection, name, name.capitalize(), role, PASSWORD)
        Desk(lake, database).refresh()
        database.close()
        return site

    def copied(self, folder: Path) -> "Site":
        shutil.copytree(self.settings.lake, folder / "lake", symlinks=True)
        return Site(Settings(folder / "lake", folder / "inbox"), _free_port())

    def chart(self, encounter: str) -> str:
        """The path of a chart, by the encounter's name in tests/review/hospital.yaml."""
        database = Database.open(self.settings)
        with database.read() as connection:
            query = select(tables.charts.c.id).where(tables.charts.c.encounter_id == encounter)
            found = connection.execute(query).scalar_one()
        database.engine.dispose()
        return f"/charts/{found}"

    def acts(self) -> list[tuple[str, str]]:
        """(action, code) of every decision in the log."""
        database = Database.open(self.settings)
        with database.read() as connection:
            kept = tables.decisions.c
            found = connection.execute(select(kept.action, kept.code).order_by(kept.seq)).all()
        database.engine.dispose()
        return [(action, code or "") for action, code in found]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        config = uvicorn.Config(app.create(self.settings), port=self.port, log_level="error", access_log=False,
                                timeout_graceful_shutdown=1)  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        began = time.monotonic()
        while not self._server.started:
            assert time.monotonic() - began < PATIENCE_S, "the server did not start"
            time.sleep(0.01)

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(PATIENCE_S)
        self._server = self._thread = None


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
