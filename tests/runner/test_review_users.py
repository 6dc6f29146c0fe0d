"""`chartloom review user` and `chartloom review audit`: who may sign in, and what is told of it."""

import json
import os
import pty
import select
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from contract.errors import CheckFailed, ConfigError, InputError
from review.settings import Settings
from review.state import users
from review.state.database import Database
from review.state.passwords import Unfit
from runner import cli

PASSWORD = "four words of mine"


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lake").mkdir()
    return tmp_path / "lake"


@pytest.fixture
def anna(lake: Path) -> Path:
    assert review("user", "add", "Anna", "--role", "coder", "--shown", "Anna Berg", "--password-stdin").exit_code == 0
    return lake


def review(*words: str, typed: str = PASSWORD + "\n") -> Result:
    return CliRunner().invoke(cli.app, ["review", *words], input=typed)


def opened(lake: Path) -> Database:
    return Database.open(Settings(lake, lake.parent / "inbox"))


def lines(lake: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in review("audit", "--lake", str(lake), "--export").stdout.splitlines()]


def test_who_is_added_may_sign_in(anna: Path) -> None:
    found = users.checked(opened(anna), "anna", PASSWORD)
    assert found and (found.name, found.shown, found.role, found.must_change) == ("anna", "Anna Berg", "coder", False)
    said = review("user", "list").stdout
    assert all(word in said for word in ("anna", "Anna Berg", "coder", "password"))


def test_a_line_of_standard_input_is_the_password_as_it_stands(lake: Path) -> None:
    add = ("user", "add", "carla", "--role", "coder", "--password-stdin", "--must-change")
    assert review(*add, typed="  größere Brücken \r\nand more").exit_code == 0
    found = users.checked(opened(lake), "carla", "  größere Brücken ")
    assert found and found.must_change


@pytest.mark.parametrize(
    ("words", "typed", "kind", "said"),
    [
        (("carla", "--role", "coder", "--password-stdin"), "short\n", Unfit, "12 to 1024"),
        (("carla", "--role", "coder", "--password-stdin"), "", Unfit, "0 characters"),
        (("carla", "--role", "chief", "--password-stdin"), PASSWORD, Unfit, "no role 'chief'"),
        (("Anna", "--role", "coder", "--password-stdin"), PASSWORD, Unfit, "already"),
        (("car la", "--role", "coder", "--password-stdin"), PASSWORD, Unfit, "2 to 64 characters"),
        (("carla", "--role", "coder"), PASSWORD, InputError, "--password-stdin"),
        (("carla", "--role", "coder", "--lake", "nowhere"), PASSWORD, InputError, "no lake"),
    ],
)
@pytest.mark.usefixtures("anna")
def test_what_is_refused_is_told_and_nobody_added(
    words: tuple[str, ...], typed: str, kind: type[Exception], said: str
) -> None:
    answer = review("user", "add", *words, typed=typed)
    assert isinstance(answer.exception, kind) and said in str(answer.exception)
    assert "carla" not in review("user", "list").stdout
    assert not Path("nowhere").exists()


def test_a_terminal_asks_twice_and_shows_nothing(lake: Path) -> None:
    process, terminal = pty.fork()
    if process == 0:
        words = ["review", "user", "add", "anna", "--role", "coder", "--lake", str(lake)]
        os.execv(sys.executable, [sys.executable, "-m", "runner.cli", *words])
    shown = b""
    for awaited, answer in ((b"Password: ", PASSWORD), (b"once more: ", PASSWORD), (b"may sign in", "")):
        while awaited not in shown:
            assert select.select([terminal], [], [], 30)[0], shown
            shown += os.read(terminal, 1000)
        os.write(terminal, f"{answer}\n".encode())
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    os.close(terminal)
    assert PASSWORD.encode() not in shown
    assert users.checked(opened(lake), "anna", PASSWORD)


def test_who_is_disabled_is_out_until_enabled(anna: Path) -> None:
    assert review("user", "disable", "anna").exit_code == 0
    assert users.checked(opened(anna), "anna", PASSWORD) is None
    assert "disabled" in review("user", "list").stdout
    assert review("user", "enable", "anna").exit_code == 0
    assert users.checked(opened(anna), "anna", PASSWORD)


def test_another_password_and_another_role(anna: Path) -> None:
    assert (
        review("user", "password", "anna", "--password-stdin", "--must-change", typed="other words of hers\n").exit_code
        == 0
    )
    assert review("user", "role", "anna", "auditor").exit_code == 0
    found = users.checked(opened(anna), "anna", "other words of hers")
    assert found and found.must_change and found.role == "auditor"
    assert users.checked(opened(anna), "anna", PASSWORD) is None


@pytest.mark.usefixtures("anna")
def test_somebody_unknown_is_told() -> None:
    for words in (("disable", "carla"), ("enable", "carla"), ("role", "carla", "coder"), ("password", "carla")):
        answer = review("user", *words)
        assert isinstance(answer.exception, InputError) and "no user 'carla'" in str(answer.exception)


def test_options_may_stand_before_inner_commands(anna: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert "anna" in review("--lake", str(anna), "user", "list").stdout
    other = f"sqlite:///{tmp_path}/other.db"
    assert "Nobody yet" in review("--lake", str(anna), "--database", other, "user", "list").stdout


def test_somebody_is_linked_to_who_she_is_elsewhere(anna: Path, tmp_path: Path) -> None:
    answer = review("user", "link", "anna", "4711")
    assert isinstance(answer.exception, ConfigError) and "issuer and client" in str(answer.exception)
    yaml = "lake: lake\nreview: {issuer: 'https://id.hospital', client: page}\n"
    yaml += "nightly: {sources: {decisions: {uses: 'etl.decisions.source:Decisions', with: {path: inbox}}}}\n"
    (tmp_path / "pipelines.yaml").write_text(yaml)
    assert review("user", "link", "anna", "4711").exit_code == 0
    with opened(anna).read() as connection:
        assert users.of_subject(connection, "https://id.hospital", "4711") == users.named(connection, "anna")
    assert "identity provider" in review("user", "list").stdout


def test_each_act_is_in_the_audit_under_who_asked(anna: Path) -> None:
    for words in (("role", "anna", "auditor"), ("disable", "anna"), ("enable", "anna")):
        review("user", *words)
    review("user", "password", "anna", "--password-stdin")
    told = lines(anna)
    assert [line["act"] for line in told[:-1]] == [
        "user added", "user role changed", "user disabled", "user enabled", "password reset"]  # fmt: skip
    assert all(str(line["actor"]).startswith("system:") for line in told)
    assert PASSWORD not in str(told) and told[1]["said"] == {"before": "coder", "role": "auditor", "user": "anna"}


@pytest.mark.usefixtures("anna")
def test_the_audit_is_shown_by_person_and_day() -> None:
    assert "user added" in review("audit", "--since", "2020-01-01").stdout
    assert "user added" not in review("audit", "--until", "2020-01-01").stdout
    assert "user added" not in review("audit", "--user", "anna").stdout
    assert "user added" not in review("audit", "--chart", "x").stdout
    assert "user added" not in review("audit", "--limit", "1").stdout
    assert review("audit", "--since", "soon").exit_code == 2


def test_a_broken_audit_ends_with_code_6(anna: Path) -> None:
    assert "whole" in review("audit", "--verify").stdout
    with opened(anna).write() as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET actor = 'carla' WHERE seq = 2"))
    answer = review("audit", "--verify")
    assert isinstance(answer.exception, CheckFailed) and answer.exception.exit_code == 6
    assert "from line 2 on" in str(answer.exception)
