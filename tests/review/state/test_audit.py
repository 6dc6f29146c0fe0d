"""The audit: whatever is changed, taken out, put in or cut off behind its back is found."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Executable, delete, insert, text, update

from review.settings import Settings
from review.state import audit, head
from review.state.audit import Filter
from review.state.database import Database
from review.state.tables import audit as table
from tests.review.conftest import Clock


@pytest.fixture
def told(database: Database) -> Database:
    """Six lines."""
    with database.write() as connection:
        audit.record(database.key, connection, "anna", "signed in")
        audit.record(database.key, connection, "anna", "viewed", "chart1", {"notes": 4})
    for actor in ("anna", "berta", "berta", "system"):
        with database.write() as connection:
            audit.record(database.key, connection, actor, "viewed", "chart2", {"share": 0.5, "blind": True, "of": None})
    return database


def behind_its_back(database: Database, *statements: Executable) -> None:
    """As somebody does who may do everything in the database but has no key: the triggers are no obstacle."""
    freed = ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]
    if database.engine.dialect.name == "postgresql":
        freed = ["SET LOCAL session_replication_role = replica"]
    with database.write() as connection:
        for statement in (*map(text, freed), *statements):
            connection.execute(statement)


def test_a_whole_audit_is_whole(told: Database) -> None:
    assert audit.broken(told) is None
    with told.read() as connection:
        assert [line.seq for line in audit.lines(connection)] == [1, 2, 3, 4, 5, 6]
        assert [line.seq for line in audit.lines(connection, after=4)] == [5, 6]


def test_an_empty_audit_is_whole(database: Database) -> None:
    assert audit.broken(database) is None


def test_a_line_and_what_it_tells_of_are_there_or_not_together(told: Database) -> None:
    with pytest.raises(KeyError), told.write() as connection:
        audit.record(told.key, connection, "anna", "viewed")
        raise KeyError
    assert audit.broken(told) is None
    with told.write() as connection:
        assert audit.record(told.key, connection, "anna", "viewed").seq == 7
    assert audit.broken(told) is None


CHANGES = {"actor": "carla", "act": "nothing", "chart_id": "chart9", "said": "{}", "time": datetime(2020, 1, 1),
           "digest": "0" * 64, "previous": "0" * 64, "seq": 77}  # fmt: skip


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_line_is_found(told: Database, column: str) -> None:
    changed = update(table).where(table.c.seq == 4).values({column: CHANGES[column]})
    behind_its_back(told, changed)
    assert audit.broken(told) == 4


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", ["time = 'soon'", "digest = 7", "previous = x'ff'", "actor = x'ff'", "said = 7"])
def test_a_line_that_cannot_be_read_is_found(told: Database, change: str) -> None:
    """SQLite takes anything into any column."""
    behind_its_back(told, text(f"UPDATE audit SET {change} WHERE seq = 4"))
    assert audit.broken(told) == 4


@pytest.mark.parametrize(("gone", "found"), [((3,), 3), ((1,), 1), ((5, 6), 5), ((6,), 6), ((1, 2, 3, 4, 5, 6), 1)])
def test_a_line_taken_out_is_found(told: Database, gone: tuple[int, ...], found: int) -> None:
    behind_its_back(told, delete(table).where(table.c.seq.in_(gone)))
    assert audit.broken(told) == found


def test_lines_written_behind_a_cut_do_not_hide_it(told: Database) -> None:
    behind_its_back(told, delete(table).where(table.c.seq > 3))
    for _ in range(5):
        with told.write() as connection:
            audit.record(told.key, connection, "anna", "viewed")
    assert audit.broken(told) == 6


def test_a_line_put_in_is_found(told: Database) -> None:
    with told.read() as connection:
        last = list(audit.lines(connection))[-1]
    forged = {"seq": 7, "time": last.time, "actor": "carla", "act": "viewed", "said": "", "previous": last.digest}
    with told.write() as connection:
        connection.execute(insert(table).values(**forged, digest="f" * 64))
    assert audit.broken(told) == 7


def test_a_chain_made_with_another_key_is_found(told: Database) -> None:
    behind_its_back(told, delete(table))
    with told.write() as connection:
        for _ in range(6):
            audit.record(b"another key" * 3, connection, "anna", "viewed")
    assert audit.broken(told) == 1


def test_the_end_is_kept_beside(told: Database, settings: Settings) -> None:
    kept = head.kept(settings.folder)
    with told.read() as connection:
        assert kept and (kept.seq, kept.digest) == [(line.seq, line.digest) for line in audit.lines(connection)][-1]
    (settings.folder / "audit.head").unlink()
    assert audit.broken(told) == 7  # what it cannot vouch for, it does not call whole


def test_a_server_killed_before_it_kept_the_end_is_no_breach(told: Database, settings: Settings) -> None:
    path = settings.folder / "audit.head"
    with told.read() as connection:
        fourth = list(audit.lines(connection))[3]
    path.write_text(f"{4:020d} {fourth.digest}\n")
    assert audit.broken(told) is None
    with told.write() as connection:
        audit.record(told.key, connection, "anna", "viewed")
    kept = head.kept(settings.folder)
    assert kept and kept.seq == 7
    assert audit.broken(told) is None


def test_a_damaged_end_is_told(told: Database, settings: Settings) -> None:
    for wrong in ("", "nonsense\n", f"{6:020d} {'0' * 64}\n", "\xff\xfe"):
        (settings.folder / "audit.head").write_text(wrong)
        assert audit.broken(told) in (6, 7)


def test_two_servers_write_one_chain(told: Database, settings: Settings) -> None:
    other = Database.open(settings)
    for database in (told, other, other, told, other):
        with database.write() as connection:
            audit.record(database.key, connection, "anna", "viewed")
    other.close()
    assert audit.broken(told) is None


def test_lines_are_found_by_who_what_and_when(database: Database, clock: Clock) -> None:
    for actor, chart in (("anna", "one"), ("berta", "one"), ("anna", "two")):
        with database.write() as connection:
            audit.record(database.key, connection, actor, "viewed", chart)
        clock.pass_by(days=1)
    second = clock.time - timedelta(days=2)
    wanted = {
        (3, 2, 1): Filter(),
        (3, 1): Filter(actor="anna"),
        (2, 1): Filter(chart_id="one", act="viewed"),
        (2,): Filter(since=second, until=second + timedelta(hours=1)),
        (1,): Filter(before=2),
        (): Filter(actor="' OR 1=1 --"),
    }
    with database.read() as connection:
        for found, which in wanted.items():
            assert tuple(line.seq for line in audit.shown(connection, which)) == found
        assert [line.seq for line in audit.shown(connection, Filter(), limit=2)] == [3, 2]


@pytest.mark.parametrize("said", [{"note": "x" * 129}, {"note": ["text"]}, {"note": {"text": "x"}}])
def test_texts_are_not_said(database: Database, said: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="id or a number") as refused, database.write() as connection:
        audit.record(database.key, connection, "anna", "viewed", None, said)
    assert "x" * 20 not in str(refused.value)


def test_names_of_any_script_are_chained(database: Database) -> None:
    with database.write() as connection:
        audit.record(database.key, connection, "anna", "viewed", None, {"by": "Ünal <b> '\"; 医"})
    assert audit.broken(database) is None
