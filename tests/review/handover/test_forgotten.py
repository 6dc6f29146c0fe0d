"""A person who leaves: nothing of them stays in the database, others are as they were."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select

from contract.errors import InputError
from review.handover import forgotten
from review.handover.inbox import Inbox
from review.settings import Settings
from review.state import audit, locks, users
from review.state.database import Database
from review.state.tables import charts, decisions, erasures, metadata, outbox, planted, rounds
from tests.review.conftest import Clock
from tests.review.handover.rows import chart, decide

HERS, OTHERS = 7301, 901


@pytest.fixture
def database(database: Database, clock: Clock) -> Database:
    """Hers are two charts, one under a number that she had before two became one person."""
    chart(database)
    chart(database, "c2", HERS, "her stay")
    chart(database, "c3", HERS + 1, "stay before")
    for number, name in enumerate(("c1", "c2", "c3", "c2"), 1):
        decide(database, number, chart_id=name, version=number, reason=f"Annabel said so {name}")
    with database.write() as connection:
        user = users.add(connection, "anna", "Anna", "coder", "a quick brown fox 1")
        locks.take(connection, "c2", user.id, 10)
        said = {"system": "ICD-10-CM", "code": "J18.9", "display": "", "score": 0.5, "likeness": "side"}
        connection.execute(insert(planted), {"chart_id": "c2", **said})
        connection.execute(insert(rounds), {"chart_id": "c2", "round": 2, "asked": clock.time})
        audit.record(database.key, connection, "anna", "view", "c2")
    return database


def named(connection: Connection) -> set[str]:
    """Charts that tables name, but for the audit and the erasures."""
    tables = [
        table for table in metadata.sorted_tables if "chart_id" in table.c and table.name not in ("audit", "erasures")
    ]
    found = {each for table in tables for each in connection.execute(select(table.c.chart_id)).scalars()}
    return found | set(connection.execute(select(charts.c.id)).scalars())


def test_all_of_the_person_goes_and_nothing_of_others(database: Database, settings: Settings) -> None:
    assert forgotten.counted(settings, [HERS, HERS + 1]) == 2
    with forgotten.leaving(settings, [HERS, HERS + 1]) as many:
        assert many == 2
    with database.read() as connection:
        assert named(connection) == {"c1"}
        assert list(connection.execute(select(outbox.c.seq)).scalars()) == [1]
        assert set(connection.execute(select(erasures.c.chart_id)).scalars()) == {"c2", "c3"}
        said = [(line.act, line.chart_id) for line in audit.shown(connection, audit.Filter())]
    assert said[:2] == [("chart erased", "c3"), ("chart erased", "c2")] and ("view", "c2") in said
    assert audit.broken(database) is None
    assert forgotten.erase(settings, [HERS, HERS + 1]) == 0, "a second time nothing is left to do"


def test_no_byte_is_left_in_the_files(database: Database, settings: Settings) -> None:
    if settings.database:
        pytest.skip("of PostgreSQL the server's own upkeep overwrites what was deleted (docs/forget.md)")
    database.close()
    forgotten.erase(settings, [HERS, HERS + 1])
    raw = b"".join(path.read_bytes() for path in settings.folder.iterdir())
    assert b"said so c2" not in raw and b"her stay" not in raw and b"said so c1" in raw


def test_while_a_page_is_open_on_it(database: Database, settings: Settings) -> None:
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(decisions)).scalar_one() == 4
        assert forgotten.erase(settings, [HERS]) == 1
    decide(database, 9)


def test_decisions_of_others_still_stand(database: Database, settings: Settings) -> None:
    from sqlalchemy.exc import DBAPIError

    forgotten.erase(settings, [HERS])
    with pytest.raises(DBAPIError), database.write() as connection:
        connection.execute(decisions.delete().where(decisions.c.chart_id == "c1"))


def test_meanwhile_nobody_hands_over(database: Database, settings: Settings) -> None:
    inbox = Inbox(settings.inbox)
    with forgotten.leaving(settings, [HERS, HERS + 1]):
        other = threading.Thread(target=inbox.hand_over, args=(database,))
        other.start()
        other.join(0.2)
        assert other.is_alive() and not list(settings.inbox.glob("*.ndjson"))
    other.join()
    (path,) = settings.inbox.glob("*.ndjson")
    assert "c1" in path.read_text(encoding="utf-8") and "c2" not in path.read_text(encoding="utf-8")


def test_without_a_database_nothing_is_made(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    inbox = tmp_path / "inbox"
    nowhere = Settings(tmp_path / "lake", inbox)
    empty = Settings(tmp_path / "lake", inbox, database=request.getfixturevalue("empty_postgres"))
    for settings in (nowhere, empty):
        with forgotten.leaving(settings, [HERS]) as many:
            assert many == 0
        assert forgotten.erase(settings, [HERS]) == 0 == forgotten.counted(settings, [HERS])
    assert list(tmp_path.iterdir()) == []
    probe = Database.open(empty)
    probe.close()


def test_a_server_that_does_not_answer_stops_the_act(tmp_path: Path) -> None:
    gone = Settings(tmp_path, tmp_path, database="postgresql://nobody:secret@127.0.0.1:1/review")
    with pytest.raises(InputError, match="cannot be used") as told:
        forgotten.counted(gone, [HERS])
    assert "secret" not in str(told.value)
