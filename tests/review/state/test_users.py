"""Users and their passwords: what may be a name, what may be a password, what is kept of it."""

import unicodedata

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from review.state import locks, passwords, sessions, users
from review.state.database import Database
from review.state.passwords import Unfit
from review.state.tables import users as table
from review.state.users import User
from tests.review.conftest import PASSWORD


def stored(database: Database) -> str:
    with database.read() as connection:
        return str(connection.execute(select(table.c.password)).scalar_one())


def test_a_user_is_found_by_name_and_password(database: Database, anna: User) -> None:
    assert users.checked(database, " ANNA ", PASSWORD) == anna
    assert users.checked(database, "anna", PASSWORD + " ") is None
    assert users.checked(database, "anna", "") is None
    assert users.checked(database, "berta", PASSWORD) is None
    assert stored(database).startswith("$argon2id$")
    with database.read() as connection:
        assert users.every(connection) == [anna] == [users.named(connection, "Anna")]


NO_NAMES = (
    "chartloom-anna",
    "artifact7",
    "",
    "a",
    "-anna",
    "an na",
    "änna",
    "a" * 65,
    "an\nna",
    "an\0na",
    "system",
    "NOBODY",
    "a<b",
    "a'b",
)


@pytest.mark.parametrize("name", NO_NAMES)
def test_names_that_are_none(database: Database, name: str) -> None:
    with pytest.raises(Unfit), database.write() as connection:
        users.add(connection, name, "Anna", "coder", PASSWORD)


def test_a_name_is_given_once_and_a_role_is_one_of_ours(database: Database, anna: User) -> None:
    with pytest.raises(Unfit, match="already"), database.write() as connection:
        users.add(connection, anna.name.upper(), "Another", "coder", PASSWORD)
    with pytest.raises(Unfit, match="trainee, researcher, coder"), database.write() as connection:
        users.add(connection, "carla", "Carla", "root", PASSWORD)
    with pytest.raises(Unfit, match="line breaks"), database.write() as connection:
        users.add(connection, "carla", "Carla\nThal", "coder", PASSWORD)
    with database.write() as connection:
        assert users.set_role(connection, anna, "auditor").role == "auditor"
        assert users.found(connection, anna.id) == users.named(connection, "anna")
        with pytest.raises(Unfit, match="no role"):
            users.set_role(connection, anna, "")


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("elevenchars", "11 characters; 12"),
        ("", "0 characters"),
        ("x" * 1025, "1025 characters"),
        ("aaaaaaaaaaaaaaa", "repeats"),
        ("abababababababab", "repeats"),
        ("password1234", "everybody tries"),
        ("Passwort 2026!", "everybody tries"),
        ("Anna.Berg2026", "your name"),
        ("anna anna anna", "repeats|your name"),
        ("ChartloomReview1", "everybody tries"),
    ],
)
def test_passwords_that_are_none(password: str, said: str) -> None:
    with pytest.raises(Unfit, match=said) as refused:
        passwords.judge(password, "anna.berg", "Anna Berg")
    assert not password or password not in str(refused.value)


@pytest.mark.parametrize("password", [PASSWORD, "the anna who counts otters", "пароль из слов", "🐙🦑🐠🐡 and eels"])
def test_passwords_that_do(password: str) -> None:
    passwords.judge(password, "anna.berg", "Anna Berg")


def test_one_keyboard_composes_letters_another_does_not(database: Database) -> None:
    composed = unicodedata.normalize("NFC", "größere Brücken tragen")
    with database.write() as connection:
        users.add(connection, "carla", "Carla", "coder", composed)
    assert users.checked(database, "carla", unicodedata.normalize("NFD", composed))


def test_a_password_is_hashed_again_when_parameters_change(
    database: Database, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored(database)
    assert users.checked(database, "anna", PASSWORD) and stored(database) == before
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert users.checked(database, "anna", PASSWORD) == anna
    assert stored(database) != before and "m=16,t=2" in stored(database)
    assert users.checked(database, "anna", PASSWORD)


@pytest.mark.usefixtures("anna")
def test_unknown_names_are_hashed_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many verifications, with the same parameters: the time does not tell whether there is such a user."""
    verified: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            verified.append(str(hash).rpartition("$")[0].rpartition("$")[0])
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "hasher", Counting(time_cost=1, memory_cost=8, parallelism=1))
    with database.write() as connection:
        users.add(connection, "elsewhere", "Signs in elsewhere", "coder")
    for name in ("anna", "nobody-has-this", "elsewhere", ""):
        assert users.checked(database, name, "not the password") is None
    assert len(verified) == 4 and len(set(verified)) == 1


def test_what_is_stored_need_not_be_a_hash(database: Database, anna: User) -> None:
    assert not passwords.fits("", PASSWORD)
    assert not passwords.fits("$argon2id$nonsense", PASSWORD)
    assert users.checked(database, anna.name, "\ud800") is None


def test_who_is_disabled_is_out_at_once(database: Database, anna: User, berta: User) -> None:
    with database.write() as connection:
        sessions_of = [sessions.begin(connection, user) for user in (anna, berta)]
        assert users.disable(connection, anna).disabled
        assert sessions.found(connection, sessions_of[0].token) is None
        assert sessions.found(connection, sessions_of[1].token) is not None
        assert locks.holder(connection, "none", 10) is None
    assert users.checked(database, "anna", PASSWORD) is None
    with database.write() as connection:
        assert not users.enable(connection, anna).disabled
        assert sessions.found(connection, sessions_of[0].token) is None
    assert users.checked(database, "anna", PASSWORD) == anna


def test_one_person_elsewhere_is_one_user_here(database: Database, anna: User, berta: User) -> None:
    with database.write() as connection:
        linked = users.link(connection, anna, "https://id.hospital", "42")
        assert users.of_subject(connection, "https://id.hospital", "42") == linked
        assert users.of_subject(connection, "https://id.other", "42") is None
        with pytest.raises(Unfit, match="'anna' already"):
            users.link(connection, berta, "https://id.hospital", "42")
