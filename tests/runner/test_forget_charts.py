"""A person leaves the coders' page too, in SQLite and in PostgreSQL, and lines of the inbox that no source reads."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from contract.errors import InputError
from review.handover.inbox import Inbox
from review.settings import Settings
from review.state.database import Database
from review.state.tables import charts, decisions
from runner import cli, coders
from runner.config import load
from runner.forgetting import forget as forgetting
from tests.review.handover.rows import chart, decide
from tests.runner import anna
from tests.runner.anna import act, traces
from tests.runner.hospital import Hospital


@pytest.fixture
def two_sources(hospital: Hospital) -> Hospital:
    return anna.two_sources(hospital)


@pytest.fixture(params=["sqlite", "postgresql", "inbox that no source reads"])
def settings(two_sources: Hospital, request: pytest.FixtureRequest) -> Settings:
    """Of the hospital's pipelines.yaml."""
    if request.param == "postgresql":
        two_sources.review = {"database": request.getfixturevalue("empty_postgres")}
    if request.param.startswith("inbox"):
        two_sources.review = {"inbox": "apart"}
    return coders.settings(load(two_sources.configure()))


@pytest.fixture
def database(two_sources: Hospital, settings: Settings) -> Iterator[Database]:
    """Anna's chart and Bert's, with a decision on each handed over and one that waits."""
    made = Database.open(settings)
    for name in ("anna", "bert"):
        chart(made, name[0], two_sources.subject(f"fhir-{name}"), f"stay of {name}")
    for number, name in enumerate("abab", 1):
        if number == 3:
            Inbox(settings.inbox).hand_over(made)
        decide(made, number, chart_id=name, reason=f"so says the chart of {name}")
    yield made
    made.close()


def left(database: Database) -> list[str]:
    with database.read() as connection:
        decided = set(connection.execute(select(decisions.c.chart_id)).scalars())
        assert decided == set(connection.execute(select(charts.c.id)).scalars())
    return sorted(decided)


def test_charts_and_decisions_go_with_the_person(two_sources: Hospital, settings: Settings, database: Database) -> None:
    subject = str(two_sources.subject("fhir-anna"))
    (found,) = act(two_sources, "fhir-anna")
    assert found.charts == 1 and left(database) == ["b"]
    Inbox(settings.inbox).hand_over(database)
    said = [json.loads(line) for path in settings.inbox.glob("*.ndjson") for line in path.open("rb")]
    assert [line["decision_id"] for line in said] == ["d2", "d4"]
    if not settings.database:
        assert traces(two_sources.root, subject, "stay of anna", "the chart of a") == []


def test_the_command_counts_first(two_sources: Hospital, database: Database) -> None:
    words = ["forget", "fhir-anna", "--dry-run", "--config", str(two_sources.configure())]
    said = CliRunner().invoke(cli.app, words)
    assert "Would go: 1 charts of the coders' page" in said.output and left(database) == ["a", "b"]


def test_a_database_that_does_not_answer_stops_it_before_anything_is_changed(two_sources: Hospital) -> None:
    two_sources.review = {"database": "postgresql://nobody@127.0.0.1:1/review"}
    before = two_sources.lake.root.joinpath("current").readlink()
    with pytest.raises(InputError, match="cannot be used"):
        act(two_sources, "fhir-anna")
    assert two_sources.lake.root.joinpath("current").readlink() == before
    assert forgetting.barred(two_sources.lake.root) == []


def test_without_a_page_nothing_is_made(two_sources: Hospital) -> None:
    act(two_sources, "fhir-anna")
    assert not Path(two_sources.lake.root, "phi-coders").exists()
    assert not (two_sources.root / "inbox" / "decisions").exists()
