"""The PostgreSQL of tests and benches starts wherever it can, and says why where it cannot."""

import os
import re
from pathlib import Path

import psycopg
import pytest

from bench import postgres
from bench.postgres import QUICK, Postgres, switched_off
from contract.errors import StageError

pytestmark = pytest.mark.skipif(switched_off(), reason=postgres.MISSING)


def psql(url: str, statement: str) -> str:
    """Its first cell."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        done = connection.execute(statement.encode())
        row = done.fetchone() if done.description else None
        return str(row[0]) if row else ""


def test_killed_it_goes_on_with_what_was_there_and_stopped_it_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("LC_ALL", "xx_XX.nothing")
    server = Postgres()
    url = server.start()
    folder = server._data.parent
    psql(url, "CREATE TABLE kept AS SELECT 'lamp' AS word")
    server.kill()
    with pytest.raises(psycopg.OperationalError):
        psql(url, "SELECT 1")
    server.again()
    assert psql(url, "SELECT word FROM kept") == "lamp"
    server.stop()
    assert not folder.exists()


def test_nobody_who_closes_or_hides_a_folder_keeps_it_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pytest closes its own at each start; so does a wheel installed below /root."""
    closed, deep = tmp_path / "closed", tmp_path / ("deep" * 20)
    closed.mkdir(0o700)
    deep.mkdir()
    monkeypatch.setattr(postgres, "PLACES", (str(deep), str(closed), *postgres.PLACES))
    monkeypatch.setattr(postgres, "_reached", lambda *_: False)
    server = Postgres(QUICK)
    url = server.start()
    assert psql(url, "SHOW fsync") == "off"
    if os.geteuid() == 0:
        assert not server._data.is_relative_to(tmp_path)
        assert (server._data.parent / "wheel").is_dir()
    server.stop()


def test_what_it_said_is_told_and_nothing_is_left() -> None:
    server = Postgres({"shared_buffers": "a lot"})
    with pytest.raises(StageError, match=r"(?s)ended at once.*shared_buffers.*CHARTLOOM_POSTGRES=none") as told:
        server.start()
    folder = Path(re.findall(r" in (\S+),", str(told.value))[0])
    assert folder.name.startswith("chartloom-pg-") and not folder.exists()


def test_where_no_folder_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "PLACES", ("/nowhere",))
    with pytest.raises(StageError, match="a folder that its user can reach; none of /nowhere is one"):
        Postgres().start()
