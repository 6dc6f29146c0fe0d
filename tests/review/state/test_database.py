"""The database: who may read its files, what stands after a kill, what is said when it cannot be used."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from contract.errors import ConfigError, InputError, StoreError, VersionError
from review.settings import Settings
from review.state import audit, clock, users
from review.state.database import Database
from review.state.tables import attempts
from review.state.turn import Busy

ROW = {"name": "n", "address": "a"}


def count(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(attempts)).scalar_one())


def test_its_folder_and_files_are_for_their_owner_alone(settings: Settings) -> None:
    settings.folder.mkdir(parents=True, exist_ok=True)
    settings.folder.chmod(0o755)
    database = Database.open(settings)
    with database.write() as connection:
        audit.record(database.key, connection, "system", "opened")
    modes = {path.name: path.stat().st_mode & 0o777 for path in settings.folder.iterdir()}
    assert settings.folder.stat().st_mode & 0o777 == 0o700
    assert set(modes.values()) == {0o600}, modes
    assert {"review.key", "audit.head"} <= set(modes)
    database.close()


def test_what_is_written_is_there_when_opened_again_and_what_failed_is_not(settings: Settings) -> None:
    database = Database.open(settings)
    with database.write() as connection:
        connection.execute(insert(attempts).values(**ROW, time=clock.now()))
    with pytest.raises(KeyError), database.write() as connection:
        connection.execute(insert(attempts).values(**ROW, time=clock.now()))
        raise KeyError
    assert count(database) == 1
    key = database.key
    database.close()
    again = Database.open(settings)
    assert (count(again), again.key, len(key)) == (1, key, 32)
    again.close()


def test_commits_are_on_disk_before_they_are_told(database: Database) -> None:
    asked = {"sqlite": ("PRAGMA synchronous", "2"), "postgresql": ("SHOW synchronous_commit", "on")}
    question, answer = asked[database.engine.dialect.name]
    with database.write() as connection:
        assert str(connection.execute(text(question)).scalar_one()) == answer
    if database.engine.dialect.name == "sqlite":
        with database.read() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
            assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_a_reader_cannot_write_and_sees_one_state(database: Database) -> None:
    with database.read() as connection, pytest.raises(DBAPIError):
        connection.execute(insert(attempts).values(**ROW, time=clock.now()))
    with database.read() as connection:
        before = connection.execute(select(func.count()).select_from(attempts)).scalar_one()
        with database.write() as writing:
            writing.execute(insert(attempts).values(**ROW, time=clock.now()))
        assert connection.execute(select(func.count()).select_from(attempts)).scalar_one() == before
    assert count(database) == before + 1


def test_writers_take_turns(database: Database) -> None:
    """Each reads the count and writes one more: lost updates would show."""

    def add() -> None:
        for _ in range(5):
            with database.write() as connection:
                number = connection.execute(select(func.count()).select_from(attempts)).scalar_one()
                connection.execute(insert(attempts).values(name=str(number), address="a", time=clock.now()))

    threads = [Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        names = connection.execute(select(attempts.c.name)).scalars().all()
    assert sorted(map(int, names)) == list(range(30))


def test_a_write_within_a_write_is_told_at_once(database: Database) -> None:
    with database.write(), pytest.raises(RuntimeError, match="hand the connection down"), database.write():
        pass
    assert count(database) == 0


def test_another_program_that_does_not_let_go_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {"review.state.engines.ON_SQLITE": ("busy_timeout = 10",)}
    quick["review.state.engines.ON_POSTGRESQL"] = ("lock_timeout = '10ms'",)
    for name, value in quick.items():
        monkeypatch.setattr(name, value)
    monkeypatch.setattr("review.state.turn.PATIENCE", 0.05)
    one, other = Database.open(settings), Database.open(settings)
    with one.write(), pytest.raises(Busy, match="Nothing was written"), other.write():
        pass
    one.close()
    other.close()


def test_many_that_open_at_once_make_one_database(tmp_path: Path, empty_postgres: str) -> None:
    program = (
        "import sys; from pathlib import Path; from review.settings import Settings\n"
        "from review.state.database import Database\n"
        "lake = Path(sys.argv[1]); print(Database.open(Settings(lake, lake, database=sys.argv[2])).key.hex())"
    )
    for kind, url in {"sqlite": "", "postgresql": empty_postgres}.items():
        started = [
            subprocess.Popen([sys.executable, "-c", program, str(tmp_path / kind), url], stdout=subprocess.PIPE)
            for _ in range(2)
        ]
        keys = {process.communicate()[0] for process in started}
        assert [process.returncode for process in started] == [0, 0]
        assert len(keys) == 1
    assert count(Database.open(Settings(tmp_path / "sqlite", tmp_path))) == 0


def test_a_database_of_a_newer_program_is_left_alone(settings: Settings) -> None:
    database = Database.open(settings)
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(VersionError, match=r"version 9999; this program knows 0001 to .*newer chartloom"):
        Database.open(settings)


def test_a_key_is_not_made_anew_where_the_audit_was_made_with_another(settings: Settings) -> None:
    database = Database.open(settings)
    with database.write() as connection:
        audit.record(database.key, connection, "system", "opened")
    database.close()
    key = settings.folder / "review.key"
    whole = key.read_bytes()
    key.write_bytes(os.urandom(32))
    with pytest.raises(ConfigError, match="not the key with which the audit was made"):
        Database.open(settings)
    key.write_bytes(whole[:16])
    with pytest.raises(ConfigError, match="16 bytes; 32 were expected"):
        Database.open(settings)
    key.unlink()
    with pytest.raises(ConfigError, match=r"review\.key is gone.*Restore"):
        Database.open(settings)
    assert not key.exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense with secret99", "not the URL of a database"),
        ("mysql://anna:secret99@db/review", "not the URL|was found"),
        ("mssql+pyodbc://anna:secret99@db/review", "not the URL|was found"),
        ("sqlite://", "sqlite was found"),
        ("postgresql://anna:secret99@db:port/review", "not the URL of a database"),
    ],
)
def test_a_url_that_is_none_is_refused_without_its_password(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        Database.open(Settings(tmp_path / "lake", tmp_path, database=url))
    assert "secret99" not in str(refused.value)


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path: Path) -> None:
    url = "postgresql://anna:secret99@127.0.0.1:1/review"
    with pytest.raises(InputError, match="Is the server running") as refused:
        Database.open(Settings(tmp_path / "lake", tmp_path, database=url))
    assert "secret99" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_wrong_database_is_told(tmp_path: Path, postgres: str) -> None:
    with pytest.raises(InputError, match="does not exist"):
        Database.open(Settings(tmp_path / "lake", tmp_path, database=postgres.replace("/review?", "/nowhere?")))
    with pytest.raises(InputError, match="folder must exist"):
        Database.open(Settings(tmp_path / "lake", tmp_path, database=f"sqlite:///{tmp_path}/nowhere/review.db"))


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "lake", tmp_path)
    settings.folder.mkdir(parents=True)
    (settings.folder / "review.db").write_bytes(b"these are not the bytes of a database" * 100)
    with pytest.raises(InputError, match="not a database"):
        Database.open(settings)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "lake", tmp_path)
    settings.lake.write_text("a file")
    with pytest.raises(StoreError, match="cannot be used"):
        Database.open(settings)


def test_the_shortest_name_of_postgresql_does(tmp_path: Path, empty_postgres: str) -> None:
    url = empty_postgres.replace("postgresql+psycopg", "postgresql")
    database = Database.open(replace(Settings(tmp_path / "lake", tmp_path), database=url))
    with database.write() as connection:
        assert users.every(connection) == []
    database.close()
