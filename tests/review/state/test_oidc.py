"""Signing in elsewhere: who is let in, and every token that is not what it must be."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from contract.errors import ConfigError
from review.settings import Settings
from review.state import audit, oidc, provider, sessions, users
from review.state.database import Database
from review.state.oidc import Arrived
from review.state.signing import Refused
from review.state.users import User
from tests.review.state.identity import CLIENT, SECRET, Identity, key, serving

HERE = "https://page.hospital/signed-in"


@pytest.fixture
def identity() -> Iterator[Identity]:
    with serving() as made:
        yield made


@pytest.fixture
def elsewhere(settings: Settings, identity: Identity, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(provider.SECRET, SECRET)
    return replace(settings, issuer=identity.address, client=CLIENT)


@pytest.fixture
def linked(database: Database, anna: User, identity: Identity) -> User:
    with database.write() as connection:
        return users.link(connection, anna, identity.address, "4711")


def whole(database: Database, settings: Settings, identity: Identity, **query: str) -> Arrived:
    leaving = oidc.leave(database, settings, HERE, "/worklist?page=2")
    back = dict(parse_qsl(urlsplit(identity.authorize(leaving.address)).query))
    return oidc.arrive(database, settings, HERE, leaving.cookie, back | query)


def told(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as connection:
        return [(line.actor, line.act, line.said) for line in audit.lines(connection)]


def test_who_is_linked_signs_in(database: Database, elsewhere: Settings, identity: Identity, linked: User) -> None:
    arrived = whole(database, elsewhere, identity)
    assert (arrived.session.user, arrived.back) == (linked, "/worklist?page=2")
    with database.read() as connection:
        assert sessions.found(connection, arrived.session.token)
    assert {"openid"} <= set(identity.asked["scope"].split())
    assert told(database) == [("anna", "signed in", "")]


@pytest.mark.usefixtures("linked")
def test_the_secret_may_stand_in_a_file(
    database: Database, elsewhere: Settings, identity: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(provider.SECRET, "another")
    (tmp_path / "secret").write_text(SECRET + "\n")
    settings = replace(elsewhere, client_secret=tmp_path / "secret")
    assert whole(database, settings, identity).session.user
    with pytest.raises(ConfigError, match="CHARTLOOM_CLIENT_SECRET"):
        provider.of(replace(elsewhere, client_secret=tmp_path / "nowhere"))


SAID = "id_token_signing_alg_values_supported"
SPOILED: dict[str, dict[str, Any]] = {
    "nonce of another sign-in": {"over": {"nonce": "another"}},
    "no nonce": {"over": {"nonce": None}},
    "for another client": {"over": {"aud": "another"}},
    "for two, and not said for whom": {"over": {"aud": [CLIENT, "another"]}},
    "authorized for another": {"over": {"aud": [CLIENT, "another"], "azp": "another"}},
    "of another issuer": {"over": {"iss": "https://elsewhere"}},
    "expired": {"over": {"exp": int(time.time()) - 3600}},
    "never ends": {"over": {"exp": None}},
    "from the future": {"over": {"nbf": int(time.time()) + 3600}},
    "of nobody": {"over": {"sub": None}},
    "of a number": {"over": {"sub": 4711}},
    "of a blank": {"over": {"sub": ""}},
    "of another access token": {"over": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "not signed": {"sign": "none"},
    "not signed, and the provider says it may": {"sign": "none", "metadata": {SAID: ["none"]}},
    "signed with the public key": {"sign": "HS256"},
    "signed so, and the provider says it may": {"sign": "HS256", "metadata": {SAID: ["HS256"]}},
    "signed by another": {"published": key("one", 1)},
    "signed by a key that is not published": {"published": key("two")},
    "no such issuer": {"metadata": {"issuer": "https://elsewhere"}},
    "a token endpoint in clear": {"metadata": {"token_endpoint": "http://elsewhere/token"}},
}  # fmt: skip


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", SPOILED)
@pytest.mark.usefixtures("linked")
def test_what_is_spoiled_lets_nobody_in(database: Database, elsewhere: Settings, identity: Identity, how: str) -> None:
    for name, value in SPOILED[how].items():
        setattr(identity, name, value)
    with pytest.raises(Refused):
        whole(database, elsewhere, identity)
    assert [(actor, act) for actor, act, _ in told(database)] == [("nobody", "sign-in refused")]
    assert "4711" not in str(told(database))


def test_a_new_key_of_the_provider_is_fetched(
    database: Database, elsewhere: Settings, identity: Identity, linked: User
) -> None:
    assert whole(database, elsewhere, identity).session.user == linked
    identity.key = key("two")
    assert whole(database, elsewhere, identity).session.user == linked


@pytest.mark.usefixtures("linked")
def test_a_way_back_serves_once_and_only_where_it_began(
    database: Database, elsewhere: Settings, identity: Identity
) -> None:
    leaving = oidc.leave(database, elsewhere, HERE, "/")
    other = oidc.leave(database, elsewhere, HERE, "/")
    back = dict(parse_qsl(urlsplit(identity.authorize(leaving.address)).query))
    for cookie, query in ((other.cookie, back), ("", back), (leaving.cookie, {"code": "the code"})):
        with pytest.raises(Refused, match="begin again"):
            oidc.arrive(database, elsewhere, HERE, cookie, query)
    assert oidc.arrive(database, elsewhere, HERE, leaving.cookie, back).session.user
    with pytest.raises(Refused, match="begin again"):
        oidc.arrive(database, elsewhere, HERE, leaving.cookie, back)


@pytest.mark.usefixtures("linked")
def test_other_answers_of_the_provider(database: Database, elsewhere: Settings, identity: Identity) -> None:
    for query in ({"code": "another code"}, {"iss": "https://elsewhere"}):
        with pytest.raises(Refused, match="did not let you in"):
            whole(database, elsewhere, identity, **query)
    leaving = oidc.leave(database, elsewhere, HERE, "/")
    state = dict(parse_qsl(urlsplit(leaving.address).query))["state"]
    with pytest.raises(Refused, match="did not let you in"):
        oidc.arrive(database, elsewhere, HERE, leaving.cookie, {"error": "access_denied", "state": state})


@pytest.mark.usefixtures("anna")
def test_nobody_gets_an_account_by_it(database: Database, elsewhere: Settings, identity: Identity) -> None:
    with pytest.raises(Refused, match="no account here"):
        whole(database, elsewhere, identity)
    with database.read() as connection:
        assert len(users.every(connection)) == 1


def test_a_claim_may_name_the_user_who_is_then_linked(
    database: Database, elsewhere: Settings, identity: Identity, anna: User
) -> None:
    named = replace(elsewhere, issuer_claim="preferred_username")
    user = whole(database, named, identity).session.user
    assert user and user.id == anna.id and user.subject == f"{identity.address}|4711"
    identity.subject = "4712"  # another person, who is given the name later
    with pytest.raises(Refused, match="no account here"):
        whole(database, named, identity)
    assert ("anna", "user linked", '{"by": "preferred_username"}') in told(database)


def test_an_address_counts_once_it_is_verified(database: Database, elsewhere: Settings, identity: Identity) -> None:
    with database.write() as connection:
        users.add(connection, "anna@hospital", "Anna", "coder")
    named = replace(elsewhere, issuer_claim="email")
    for verified in (None, False, "true"):
        identity.over = {"email_verified": verified}
        with pytest.raises(Refused, match="no account here"):
            whole(database, named, identity)
    identity.over = {"email_verified": True}
    assert whole(database, named, identity).session.user


def test_who_is_disabled_stays_out(database: Database, elsewhere: Settings, identity: Identity, linked: User) -> None:
    with database.write() as connection:
        users.disable(connection, linked)
    with pytest.raises(Refused):
        whole(database, elsewhere, identity)


def test_a_provider_that_is_silent_is_told(database: Database, settings: Settings) -> None:
    with pytest.raises(Refused, match="does not answer"):
        oidc.leave(database, replace(settings, issuer="http://127.0.0.1:9", client=CLIENT), HERE, "/")
    with pytest.raises(Refused, match="with a password"):
        oidc.leave(database, settings, HERE, "/")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"client": ""}, "client is missing"),
        ({"issuer": "http://id.hospital"}, "expected an address such as https"),
        ({"issuer": "id.hospital"}, "expected an address such as https"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, wrong: dict[str, str], said: str) -> None:
    right = Settings(tmp_path, tmp_path, issuer="https://id.hospital", client=CLIENT)
    assert provider.of(right)
    with pytest.raises(ConfigError, match=said):
        provider.of(replace(right, **wrong))  # type: ignore[arg-type]
