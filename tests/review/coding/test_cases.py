"""Acts in, lists out, through the log and back: the page and whoever reads the log mean the same."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from nlp.deid.acts import outcome
from nlp.icd.billing.items import items
from review.charts.chart import Chart
from review.coding.act import Thread
from review.coding.folded import folded
from review.coding.line import Coding, Line
from review.coding.refused import Refused
from review.settings import Settings
from review.state import decisions as log
from review.state import users
from review.state.database import Database
from review.state.decisions import Pen
from review.state.tables import charts
from tests.review.coding.made import CM, act, chart, tables

CASES: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases" / "lists.yaml").read_text())
SAYS = ("code", "poa", "codes", "leave", "question", "options")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """SQLite alone: what PostgreSQL does with decisions is tested beside their table."""
    return Settings(tmp_path / "lake", tmp_path / "inbox")


@pytest.mark.parametrize("name", CASES)
def test_cases(name: str, database: Database, settings: Settings) -> None:
    case = CASES[name]
    made = chart(**case.get("chart", {}))
    thread = Thread(made.id)
    with database.write() as connection:
        user = users.add(connection, "anna", "Anna", "coder")
        connection.execute(charts.insert().values(id=made.id, subject_id=901, encounter_id="e1"))
        pen = Pen(user, settings, tables(), b"k" * 32)
        for said in case["acts"]:
            _do(connection, pen, made, said)
        held = log.of(connection, thread)
        rows = [dict(row) for row in connection.execute(log.decisions.select()).mappings()]
    coding = folded(made, (), held, blind=made.blind)
    assert [_shown(line) for line in coding.accepted()] == case.get("claim", [])
    assert coding.finished == case.get("finished", False)
    if "list" in case:
        assert [f"{line.code} {line.state}" for line in coding.lines] == case["list"]
    if coding.finished:
        assert _learned(rows) == {
            line.code: line.state == "accepted" for line in coding.lines if line.state != "suggested"
        }
        assert _exported(made, rows) == [f"{line.rank} {_shown(line, principal=False)}" for line in coding.accepted()]


def _do(connection: Any, pen: Pen, made: Chart, said: Any) -> None:
    words, fields = (said, {}) if isinstance(said, str) else next(iter(said.items()))
    version = len(log.of(connection, Thread(made.id)))
    more = {name: fields[name] for name in ("reason", "system") if name in fields}
    asked = act(words, version, after={name: fields[name] for name in SAYS if name in fields}, **more)
    if "refused" not in fields:
        log.append(connection, pen, made, Thread(made.id), asked)
        return
    with pytest.raises(Refused, match=fields["refused"]):
        log.append(connection, pen, made, Thread(made.id), asked)


def _shown(line: Line, *, principal: bool = True) -> str:
    marks = [line.principal and principal and "principal", line.admitting and "admitting", line.poa]
    return " ".join([line.code, *(mark for mark in marks if mark)])


def _exported(made: Chart, rows: list[dict[str, Any]]) -> list[str]:
    """As billing reads the log the next morning."""
    stay = {"subject_id": 901, "encounter_id": "e1"}
    told = [{**row, **stay, "evidence": json.loads(row["evidence"] or "[]")} for row in rows]
    codes = [{"subject_id": 901, "encounter_id": "e1", "artifact": "", "flags": [], "evidence": [], **_row(each)}
             for each in made.suggestions]  # fmt: skip
    found = sorted(items(codes, told, suggested=False), key=lambda item: item.procedure)
    return [" ".join(filter(None, (str(each.sequence), each.code, each.admitting and "admitting", each.poa)))  # type: ignore[arg-type]
            for each in found if each.status == "accepted"]  # fmt: skip


def _learned(rows: list[dict[str, Any]]) -> dict[str, bool | None]:
    """As labels are made of the log; what was added by mistake is one that was taken back."""
    acts = [{**row, "subject_id": 901, "encounter_id": "e1", "evidence": None} for row in rows]
    return {said.code: said.verdict for said in outcome(acts)}


def _row(said: Any) -> dict[str, Any]:
    return {name: getattr(said, name) for name in ("system", "code", "display", "rank", "score", "band")}


def test_a_coding_finds_its_lines() -> None:
    coding = folded(chart(), (), [], blind=False)
    assert isinstance(coding, Coding)
    found = coding.of(CM, "I10")
    assert found and found.band == "review"
    assert coding.of(CM, "R05.9") is None
