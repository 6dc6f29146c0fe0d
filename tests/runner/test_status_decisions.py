"""How the lake's status tells what the coders' page has yet to hand over."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from review.handover.inbox import Inbox
from review.settings import Settings
from review.state.database import Database
from runner import cli
from tests.review.handover.rows import chart, decide
from tests.runner.hospital import Hospital, patient


@pytest.fixture
def lake(hospital: Hospital) -> Path:
    hospital.fhir("0", patient("ann"))
    hospital.night()
    return hospital.lake.root


def said(lake: Path, *words: str) -> str:
    return CliRunner().invoke(cli.app, ["status", "--lake", str(lake), *words]).output


def as_json(lake: Path) -> Any:
    return json.loads(said(lake, "--json"))["decisions"]


def test_what_waits_is_told(lake: Path) -> None:
    settings = Settings(lake, lake.parent / "inbox" / "decisions")
    database = Database.open(settings)
    chart(database)
    decide(database, 1)
    Inbox(settings.inbox).hand_over(database)
    decide(database, 2, seconds=-1.0)
    decide(database, 3)
    assert as_json(lake) == {
        "decisions": 2,
        "oldest": "2026-11-20T14:05:00Z",
        "last": "2026-11-20T14:04:00Z",
        "stuck": 0,
    }
    Inbox(settings.inbox).hand_over(database)
    database.close()
    shown = " ".join(said(lake).split())
    assert "decisions of coders: 1 to be handed over, the oldest since 2026-11-20T14:05:00Z" in shown
    assert as_json(lake)["stuck"] == 1


def test_without_a_page_nothing_is_told_and_nothing_made(lake: Path) -> None:
    assert as_json(lake) is None and "handed over" not in said(lake)
    assert not (lake / "phi-coders").exists()


def registry(lake: Path, database: str) -> Path:
    path = lake.parent / "of_page.yaml"
    source = "d: {uses: 'etl.decisions.source:Decisions', with: {path: inbox}}"
    path.write_text(
        f"lake: {lake}\nreview: {{database: '{database}'}}\nnightly: {{sources: {{{source}}}}}\n", encoding="utf-8"
    )
    return path


def test_a_database_that_pipelines_yaml_names_is_asked(lake: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/elsewhere.db"
    database = Database.open(Settings(lake, lake.parent / "inbox" / "decisions", url))
    chart(database)
    decide(database, 1)
    database.close()
    told = json.loads(said(lake, "--json", "--config", str(registry(lake, url))))["decisions"]
    assert told["decisions"] == 1 and as_json(lake) is None


def test_a_server_that_does_not_answer_hides_nothing_else(lake: Path) -> None:
    config = registry(lake, "postgresql+psycopg://reviewer:secret-word@127.0.0.1:1/review")
    shown = " ".join(said(lake, "--config", str(config)).split())
    assert "decisions of coders: unknown" in shown and "disk" in shown and "secret-word" not in shown
