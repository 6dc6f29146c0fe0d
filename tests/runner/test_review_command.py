"""`chartloom review`: what it says before it serves."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from runner import cli


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In which no night has been published; and nothing is served."""
    monkeypatch.setattr("review.web.serve.serve", lambda *_: None)
    (tmp_path / "a lake").mkdir()
    return tmp_path / "a lake"


def review(*words: object) -> Result:
    return CliRunner().invoke(cli.app, ["review", "--port", "0", *(str(word) for word in words)])


def test_who_comes_first_is_told_what_is_missing(lake: Path) -> None:
    said = review("--lake", lake).stdout
    assert f"chartloom review user add NAME --role coder --lake '{lake}'" in said
    assert "No night has been published" in said
    (lake / "current").mkdir()
    assert "No night" not in review("--lake", lake).stdout


def test_a_password_of_the_database_is_not_repeated(lake: Path) -> None:
    said = review("--lake", lake, "--database", f"sqlite:///{lake}/other.db").stdout
    assert "user add" in said and "other.db" not in said


def test_without_a_browser_it_is_served_all_the_same(lake: Path) -> None:
    said = review("--lake", lake, "--open")
    assert said.exit_code == 0 and "There is no browser here" in said.stdout
