"""Signing in: how often it may fail, what the audit tells, what a new password ends."""

import json
from dataclasses import replace

import pytest

from review.settings import Settings
from review.state import attempts, audit, sessions, signing, users
from review.state.attempts import Door
from review.state.database import Database
from review.state.passwords import Unfit
from review.state.sessions import Session
from review.state.signing import Refused, Typed
from review.state.users import User
from tests.review.conftest import PASSWORD, Clock

ADDRESS = "192.0.2.7"


def enter(database: Database, settings: Settings, name: str, password: str, address: str = ADDRESS) -> Session:
    with database.write() as connection:
        session = sessions.begin(connection)
    return signing.enter(database, settings, session, Typed(name, password, address))


def fail(database: Database, settings: Settings, times: int, name: str = "anna", address: str = ADDRESS) -> None:
    for _ in range(times):
        with pytest.raises(Refused, match="does not fit"):
            enter(database, settings, name, "wrong", address)


def knock(database: Database, addresses: list[str]) -> None:
    """Each time with another name."""
    with database.write() as connection:
        for number, address in enumerate(addresses):
            attempts.count(connection, Door.of(database.key, f"name{number}", address))


def told(database: Database) -> list[tuple[str, str]]:
    with database.read() as connection:
        return [(line.actor, line.act) for line in audit.lines(connection)]


def test_sign_in_and_out(database: Database, settings: Settings, anna: User) -> None:
    session = enter(database, settings, "Anna", PASSWORD)
    assert session.user == anna
    signing.leave(database, session)
    with database.read() as connection:
        assert sessions.found(connection, session.token) is None
    assert told(database) == [("anna", "signed in"), ("anna", "signed out")]
    assert audit.broken(database) is None


@pytest.mark.usefixtures("anna")
def test_a_refusal_does_not_say_what_was_wrong(database: Database, settings: Settings, berta: User) -> None:
    with database.write() as connection:
        users.disable(connection, berta)
    said = set()
    for name, password in (
        ("anna", "wrong"),
        ("berta", PASSWORD),
        ("carla", "a b c d"),
        ("", ""),
        ("a\0b", "x"),
    ):
        with pytest.raises(Refused) as refused:
            enter(database, settings, name, password)
        said.add(str(refused.value))
    assert len(said) == 1
    assert [actor for actor, _ in told(database)] == ["anna", "berta", "nobody", "nobody", "nobody"]


def test_what_was_typed_stands_nowhere(database: Database, settings: Settings) -> None:
    """People type their password where the name goes."""
    with pytest.raises(Refused):
        enter(database, settings, "my secret phrase", "anna")
    with database.read() as connection:
        rows = str(connection.execute(attempts.attempts.select()).all()) + "".join(audit.exported(connection))
    assert "secret" not in rows


def test_a_name_waits_after_five_failures_and_ever_longer(
    database: Database, settings: Settings, anna: User, clock: Clock
) -> None:
    fail(database, settings, 5)
    for wait in (15, 30, 60):
        with pytest.raises(Refused, match="Too many attempts") as refused:
            enter(database, settings, "ANNA", PASSWORD, "198.51.100.1")
        assert refused.value.wait == wait
        clock.pass_by(seconds=wait)
        fail(database, settings, 1)
    with pytest.raises(Refused, match="wait 2 minutes"):
        enter(database, settings, "anna", PASSWORD)
    clock.pass_by(minutes=2)
    assert enter(database, settings, "anna", PASSWORD).user == anna
    fail(database, settings, 5)  # a success has cleared the name


@pytest.mark.usefixtures("anna")
def test_others_at_the_same_address_go_on(database: Database, settings: Settings, berta: User) -> None:
    fail(database, settings, 5)
    assert enter(database, settings, "berta", PASSWORD).user == berta
    with pytest.raises(Refused, match="Too many"):
        enter(database, settings, "anna", PASSWORD)


def test_an_address_waits_that_tries_many_names(
    database: Database, settings: Settings, anna: User, clock: Clock
) -> None:
    knock(database, [ADDRESS] * 50)
    with pytest.raises(Refused, match="Too many"):
        enter(database, settings, "anna", PASSWORD)
    assert enter(database, settings, "anna", PASSWORD, "198.51.100.1").user == anna
    clock.pass_by(minutes=16)
    assert enter(database, settings, "anna", PASSWORD).user == anna


def test_half_of_an_address_of_ipv6_is_one(database: Database, settings: Settings) -> None:
    knock(database, [f"2001:db8:1:2::{number:x}" for number in range(50)])
    with pytest.raises(Refused, match="Too many"):
        enter(database, settings, "other", "wrong", "2001:db8:1:2:ffff::1")
    fail(database, settings, 1, "other", "2001:db8:1:3::1")


def test_unknown_names_wait_too(database: Database, settings: Settings) -> None:
    fail(database, settings, 5, "nobody-has-this")
    with pytest.raises(Refused, match="Too many"):
        enter(database, settings, "nobody-has-this", "wrong")


def test_a_wait_is_forgiven_by_who_gives_a_new_password(database: Database, settings: Settings, anna: User) -> None:
    fail(database, settings, 5)
    with database.write() as connection:
        attempts.forgive(connection, database.key, "Anna")
    assert enter(database, settings, "anna", PASSWORD).user == anna


def test_trainees_stay_out_where_a_site_wants_none(database: Database, settings: Settings, anna: User) -> None:
    with database.write() as connection:
        for role in ("trainee", "researcher", "admin"):
            users.add(connection, role, role, role, PASSWORD)
    closed = replace(settings, trainees=False)
    for role in ("trainee", "researcher"):
        with pytest.raises(Refused, match="at present"):
            enter(database, closed, role, PASSWORD)
        assert enter(database, settings, role, PASSWORD).user
    assert enter(database, closed, "admin", PASSWORD).user
    assert enter(database, closed, "anna", PASSWORD).user == anna


def test_a_new_password_ends_all_other_sessions(database: Database, settings: Settings, anna: User) -> None:
    one, other = enter(database, settings, "anna", PASSWORD), enter(database, settings, "anna", PASSWORD)
    new = signing.change_password(database, one, PASSWORD, "other words of mine", ADDRESS)
    with database.read() as connection:
        found = [sessions.found(connection, session.token) for session in (one, other, new)]
    assert found == [None, None, new]
    assert users.checked(database, "anna", PASSWORD) is None
    assert users.checked(database, "anna", "other words of mine") == anna
    assert told(database)[-1] == ("anna", "password changed")


@pytest.mark.usefixtures("anna")
def test_who_changes_a_password_knows_the_old_one(database: Database, settings: Settings) -> None:
    session = enter(database, settings, "anna", PASSWORD)
    with pytest.raises(Unfit, match="12 to 1024"):
        signing.change_password(database, session, PASSWORD, "short", ADDRESS)
    with pytest.raises(Unfit, match="another"):
        signing.change_password(database, session, PASSWORD, PASSWORD, ADDRESS)
    with pytest.raises(Refused, match="as it was"):
        signing.change_password(database, session, "wrong", "other words of mine", ADDRESS)
    for _ in range(2):
        with pytest.raises(Refused, match="as it was"):
            signing.change_password(database, session, "wrong", "other words of mine", ADDRESS)
    with pytest.raises(Refused, match="Too many"):
        signing.change_password(database, session, PASSWORD, "other words of mine", ADDRESS)
    with database.read() as connection:
        assert sessions.found(connection, session.token)


def test_must_change_ends_with_the_change(database: Database, settings: Settings, anna: User) -> None:
    prepared = users.prepare_password(anna, "given words of hers")
    with database.write() as connection:
        users.set_password(connection, anna, prepared, must_change=True)
    session = enter(database, settings, "anna", "given words of hers")
    assert session.user and session.user.must_change
    after = signing.change_password(database, session, "given words of hers", "other words of mine", ADDRESS)
    with database.read() as connection:
        found = sessions.found(connection, after.token)
    assert found and found.user and not found.user.must_change


def test_the_audit_of_signing_in_is_json(database: Database, settings: Settings, anna: User) -> None:
    enter(database, settings, "anna", PASSWORD)
    with database.read() as connection:
        lines = [json.loads(line) for line in audit.exported(connection)]
    assert lines[0]["actor"] == anna.name and lines[0]["time"].endswith("Z")
