"""Sessions: what the database keeps of a token, when they end, what changes at sign-in."""

from datetime import timedelta

from sqlalchemy import func, select

from review.state import sessions, users
from review.state.database import Database
from review.state.sessions import Limits
from review.state.tables import sessions as table
from review.state.users import User
from tests.review.conftest import Clock

LIMITS = Limits(idle=timedelta(minutes=30), whole=timedelta(hours=12))


def test_only_the_digest_of_a_token_is_kept(database: Database, anna: User) -> None:
    with database.write() as connection:
        session = sessions.begin(connection, anna)
        row = connection.execute(select(table)).one()
    assert session.token not in str(row) and len(session.token) >= 43  # 256 bits
    assert session.token not in repr(session) and session.csrf not in repr(session)
    with database.read() as connection:
        assert sessions.found(connection, session.token) == session
        for wrong in ("", row.token, session.token[:-1], session.token.swapcase(), "\ud800", "' OR 1=1 --"):
            assert sessions.found(connection, wrong) is None


def test_a_token_known_before_sign_in_opens_nothing_after(database: Database, anna: User) -> None:
    with database.write() as connection:
        before = sessions.begin(connection)
        assert before.user is None
        after = sessions.raised(connection, before, anna)
    assert {before.token, before.csrf}.isdisjoint({after.token, after.csrf})
    with database.read() as connection:
        assert sessions.found(connection, before.token) is None
        assert sessions.found(connection, after.token) == after
        assert after.user == anna


def test_a_session_ends_when_nobody_is_there(database: Database, anna: User, clock: Clock) -> None:
    with database.write() as connection:
        session = sessions.begin(connection, anna)
        clock.pass_by(minutes=29)
        found = sessions.found(connection, session.token, LIMITS)
        assert found and found.stale
        sessions.touch(connection, found)
        clock.pass_by(minutes=29)
        assert sessions.found(connection, session.token, LIMITS)
        clock.pass_by(minutes=2)
        assert sessions.found(connection, session.token, LIMITS) is None


def test_a_session_ends_at_the_end_of_the_day(database: Database, anna: User, clock: Clock) -> None:
    with database.write() as connection:
        session = sessions.begin(connection, anna)
        for _ in range(12 * 4):
            clock.pass_by(minutes=15)
            found = sessions.found(connection, session.token, LIMITS)
            assert found
            sessions.touch(connection, found)
        clock.pass_by(minutes=1)
        assert sessions.found(connection, session.token, LIMITS) is None


def test_it_is_seldom_that_seen_is_written(database: Database, anna: User, clock: Clock) -> None:
    with database.write() as connection:
        session = sessions.begin(connection, anna)
        clock.pass_by(seconds=50)
        found = sessions.found(connection, session.token)
    assert found and not found.stale


def test_those_that_ended_are_swept(database: Database, anna: User, clock: Clock) -> None:
    with database.write() as connection:
        sessions.begin(connection, anna)
        sessions.begin(connection)
        clock.pass_by(minutes=20)
        kept = sessions.begin(connection, anna)
        clock.pass_by(minutes=20)
        assert sessions.sweep(connection, LIMITS) == 2
        assert sessions.found(connection, kept.token, LIMITS)


def test_nameless_sessions_do_not_pile_up(database: Database, clock: Clock) -> None:
    with database.write() as connection:
        for _ in range(5):
            sessions.begin(connection)
            clock.pass_by(hours=2)
        assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 1


def test_others_end_and_this_one_goes_on(database: Database, anna: User, berta: User) -> None:
    with database.write() as connection:
        mine, also_mine, hers = (sessions.begin(connection, user) for user in (anna, anna, berta))
        sessions.end_others(connection, anna, mine)
        left = [sessions.found(connection, session.token) for session in (mine, also_mine, hers)]
    assert left == [mine, None, hers]
    with database.write() as connection:
        sessions.end_others(connection, anna)
        sessions.end(connection, hers)
        assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


def test_a_role_changed_counts_at_once(database: Database, anna: User) -> None:
    with database.write() as connection:
        session = sessions.begin(connection, anna)
        users.set_role(connection, anna, "trainee")
        found = sessions.found(connection, session.token)
    assert found and found.user and found.user.role == "trainee"


def test_what_is_carried_is_there_until_it_is_taken(database: Database) -> None:
    with database.write() as connection:
        session = sessions.carry(connection, sessions.begin(connection), '{"state":"x"}')
        assert sessions.found(connection, session.token) == session
        sessions.carry(connection, session, None)
        found = sessions.found(connection, session.token)
    assert found and found.carried is None


def test_tokens_of_forms_are_compared_whole(database: Database) -> None:
    with database.write() as connection:
        session = sessions.begin(connection)
    assert sessions.same(session, session.csrf)
    assert not any(sessions.same(session, wrong) for wrong in ("", session.csrf[:-1], session.csrf + "x", "ß\ud800"))
