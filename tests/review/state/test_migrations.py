"""The migrations make what tables.py declares, and triggers by which decisions and audit stand."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from review.state import audit, clock, migrating
from review.state.database import Database
from review.state.tables import audit as audited
from review.state.tables import decisions, erasures, metadata, outbox


@pytest.fixture
def filled(database: Database) -> Database:
    """With a decision on each of two charts, and a line of the audit."""
    with database.write() as connection:
        for chart in ("one", "two"):
            row = {"decision_id": chart, "chart_id": chart, "user_id": 1, "actor": "anna", "role": "coder", "round": 1}
            row |= {"thread": "1", "time": clock.now(), "action": "accept", "version": 1}
            made = connection.execute(insert(decisions).values(**row)).inserted_primary_key
            assert made is not None
            connection.execute(insert(outbox).values(seq=made[0]))
        audit.record(database.key, connection, "anna", "view", "one")
    return database


def test_migrations_make_what_is_declared(database: Database) -> None:
    with database.write() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_versions_are_a_chain(tmp_path: Path) -> None:
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(migrating.FOLDER)
    assert sorted(revision.revision for revision in script.walk_revisions()) == migrating.known()
    assert script.get_current_head() == migrating.known()[-1]
    assert tmp_path.exists()


@pytest.mark.parametrize("table", [decisions, audited], ids=lambda table: table.name)
def test_what_is_written_cannot_be_changed_or_deleted(filled: Database, table: object) -> None:
    actor = {"actor": "berta"}
    for statement in (update(table).values(actor), delete(table)):  # type: ignore[arg-type]
        with pytest.raises(DBAPIError, match="stands"), filled.write() as connection:
            connection.execute(statement)
    with filled.read() as connection:
        assert set(connection.execute(select(table.c.actor)).scalars()) == {"anna"}  # type: ignore[attr-defined]


def test_a_row_is_not_replaced_either(filled: Database) -> None:
    if filled.engine.dialect.name == "sqlite":
        wrong = ["REPLACE INTO audit SELECT seq, time, 'berta', act, chart_id, said, previous, digest FROM audit"]
    else:
        wrong = ["TRUNCATE audit", "TRUNCATE decisions CASCADE"]
    for statement in wrong:
        with pytest.raises(DBAPIError, match="stands"), filled.write() as connection:
            connection.execute(text(statement))


def test_decisions_of_a_chart_that_is_erased_may_go(filled: Database) -> None:
    with filled.write() as connection:
        connection.execute(insert(erasures).values(chart_id="one", time=clock.now()))
        connection.execute(delete(decisions).where(decisions.c.chart_id == "one"))
    with filled.read() as connection:
        assert connection.execute(select(decisions.c.chart_id)).scalars().all() == ["two"]
        assert len(connection.execute(select(outbox)).all()) == 1
    with pytest.raises(DBAPIError, match="stands"), filled.write() as connection:
        connection.execute(delete(decisions))


def test_a_draft_of_the_next_migration_finds_nothing_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    from review.state import revise

    shutil.copytree(migrating.FOLDER, tmp_path / "migrations")
    monkeypatch.setattr(migrating, "FOLDER", tmp_path / "migrations")
    revise.draft("Nothing", tmp_path)
    assert "    pass" in next((tmp_path / "migrations" / "versions").glob("*_nothing.py")).read_text()
