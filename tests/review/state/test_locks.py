"""Locks: one coder at a time on a chart, and nobody for ever."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert

from review.state import locks, users
from review.state.database import Database
from review.state.locks import Held
from review.state.tables import charts
from review.state.users import User
from tests.review.conftest import Clock


@pytest.fixture
def chart(database: Database) -> str:
    with database.write() as connection:
        connection.execute(insert(charts).values(id="chart", subject_id=1, encounter_id="e 1"))
    return "chart"


def test_the_second_coder_is_told_who_has_it_and_since_when(
    database: Database, chart: str, anna: User, berta: User, clock: Clock
) -> None:
    since = clock.time
    with database.write() as connection:
        locks.take(connection, chart, anna.id, 10)
    clock.pass_by(minutes=9)
    with pytest.raises(Held, match="Anna Berg") as held, database.write() as connection:
        locks.take(connection, chart, berta.id, 10)
    assert (held.value.by, held.value.since) == ("Anna Berg", since)


def test_a_sign_of_life_keeps_it_and_silence_ends_it(
    database: Database, chart: str, anna: User, berta: User, clock: Clock
) -> None:
    with database.write() as connection:
        first = locks.take(connection, chart, anna.id, 10)
        clock.pass_by(minutes=9)
        again = locks.take(connection, chart, anna.id, 10)
        assert (again.taken, again.seen) == (first.taken, clock.time)
        clock.pass_by(minutes=9)
        assert locks.holder(connection, chart, 10) == again
        clock.pass_by(minutes=1)
        assert locks.holder(connection, chart, 10) is None
        assert locks.take(connection, chart, berta.id, 10).shown == "Berta Thal"
        with pytest.raises(Held, match="Berta"):
            locks.take(connection, chart, anna.id, 10)


def test_its_coder_releases_it_and_who_may_frees_it(database: Database, chart: str, anna: User, berta: User) -> None:
    with database.write() as connection:
        locks.take(connection, chart, anna.id, 10)
        locks.release(connection, chart, berta.id)
        assert locks.holder(connection, chart, 10)
        locks.release(connection, chart, anna.id)
        assert locks.holder(connection, chart, 10) is None
        locks.take(connection, chart, anna.id, 10)
        locks.free(connection, chart)
        assert locks.take(connection, chart, berta.id, 10).user_id == berta.id


def test_who_is_disabled_holds_nothing(database: Database, chart: str, anna: User, berta: User) -> None:
    with database.write() as connection:
        locks.take(connection, chart, anna.id, 10)
        users.disable(connection, anna)
        assert locks.take(connection, chart, berta.id, 10).user_id == berta.id


def test_of_many_at_once_one_has_it(database: Database, chart: str, anna: User, berta: User) -> None:
    def take(user: User) -> int | None:
        try:
            with database.write() as connection:
                return locks.take(connection, chart, user.id, 10).user_id
        except Held:
            return None

    with ThreadPoolExecutor(8) as pool:
        took = set(pool.map(take, [anna, berta] * 8)) - {None}
    assert len(took) == 1
