"""Settings of the coders' page: what pipelines.yaml says, and what it may not say."""

from pathlib import Path

import pytest

from contract.errors import ConfigError
from runner.coders import settings, without_config
from runner.config import load

DECISIONS = "d: {uses: 'etl.decisions.source:Decisions', with: {path: in/acts}}"


def written(folder: Path, review: str, source: str = DECISIONS) -> Path:
    path = folder / "pipelines.yaml"
    path.write_text(f"lake: lake\n{review}\nnightly: {{sources: {{{source}}}}}\n", encoding="utf-8")
    return path


def test_nothing_said_is_sqlite_in_the_lake_and_the_inbox_of_the_night(tmp_path: Path) -> None:
    found = settings(load(written(tmp_path, "")))
    assert found.lake == tmp_path / "lake" and found.inbox == tmp_path / "in" / "acts"
    assert found.url == f"sqlite:///{tmp_path}/lake/phi-coders/review.db" and not found.timing


def test_what_is_said_counts_and_the_command_line_wins(tmp_path: Path) -> None:
    config = load(written(tmp_path, "review: {database: 'postgresql+psycopg://db/r', tables: codes, planted: 0.02}"))
    found = settings(config, {"database": "sqlite:///x.db"})
    assert (found.database, found.tables, found.planted) == ("sqlite:///x.db", tmp_path / "codes", 0.02)


def test_without_a_source_of_decisions_the_inbox_is_where_ours_is(tmp_path: Path) -> None:
    other = "s: {uses: 'etl.sources.fhir:Fhir', with: {path: inbox}}"
    assert settings(load(written(tmp_path, "", other))).inbox == tmp_path / "inbox" / "decisions"
    assert without_config(tmp_path / "lake").inbox == tmp_path / "inbox" / "decisions"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("review: {databse: x}", "review: unknown name 'databse'; did you mean 'database'?"),
        ("review: {lake: x}", "review: unknown name 'lake'"),
        ("review: {timing: often}", "review.timing is 'often'; expected true or false"),
        ("review: {planted: 2}", "review.planted is 2; expected a share of charts from 0 to 1"),
        ("review: {idle_minutes: 0}", "review.idle_minutes is 0; expected a number above 0"),
        ("review: {country: USA}", "review.country is 'USA'; expected one of "),
        ("review: [a]", "review: expected a mapping"),
    ],
)
def test_what_is_wrong_is_said_with_what_is_right(tmp_path: Path, said: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("[", r"\[").replace("?", r"\?")):
        settings(load(written(tmp_path, said)))
