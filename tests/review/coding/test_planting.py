"""Wrong suggestions: rare, like the others, the same each time, told at finish, and never outside."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from review.charts.chart import Chart, Span, Suggestion
from review.coding import planting
from review.coding.act import Act, Done, Thread
from review.coding.finishing import disclosed
from review.coding.folded import folded
from review.coding.line import Coding
from review.coding.refused import Refused
from review.coding.wrong import wrong
from review.settings import Settings
from review.state import decisions as log
from review.state import users
from review.state.database import Database
from review.state.decisions import Pen
from review.state.tables import charts, decisions, outbox
from review.state.tables import planted as table
from tests.review.coding.made import CM, act, chart, tables

KEY = b"k" * 32
MORE = (Suggestion(CM, "M25.551", "Pain in right hip", 5, 0.5, "review", (Span("n1", 77, 81, "index"),)),)
FULL: tuple[Suggestion, ...] = (*chart().suggestions, *MORE)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "lake", tmp_path / "inbox", planted=1.0)


@pytest.fixture
def writing(database: Database) -> Iterator[Connection]:
    with database.write() as connection:
        yield connection


def made(number: int = 0, **fields: Any) -> Chart:
    return chart(id=f"c{number}", suggestions=fields.pop("suggestions", FULL), **fields)


def shown(connection: Connection, settings: Settings, of: Chart) -> tuple[Suggestion, ...]:
    return planting.planted(connection, KEY, settings, tables(), of)


def test_off_by_default_and_on_blind_charts(writing: Connection, settings: Settings) -> None:
    assert shown(writing, replace(settings, planted=0.0), made()) == ()
    assert shown(writing, settings, made(blind=True)) == ()
    assert shown(writing, settings, made(suggestions=FULL[:2])) == ()


def test_a_share_of_charts(writing: Connection, settings: Settings) -> None:
    few = replace(settings, planted=0.1)
    many = sum(bool(shown(writing, few, made(number))) for number in range(300))
    assert 15 < many < 50


def test_wrong_but_billable_and_like_the_others(writing: Connection, settings: Settings) -> None:
    ways: Counter[str] = Counter()
    for number in range(60):
        (found,) = shown(writing, settings, made(number))
        assert found == shown(writing, settings, made(number))[0]
        assert found.planted and tables().newest(CM).billable(found.code)
        assert found.code not in {each.code for each in FULL}
        assert found.band in ("pre-accept", "review") and found.evidence
        assert any(each.band == found.band and abs(each.score - found.score) <= 0.4 for each in FULL)
        ways.update(way for way, codes in wrong(made(), tables().newest(CM)).items()
                    if found.code in {code for code, _ in codes})  # fmt: skip
    assert set(ways) == {"side", "neighbour", "frequent"}


def test_the_other_side() -> None:
    assert wrong(made(), tables().newest(CM))["side"] == [("M25.552", MORE[0])]


def test_what_may_be_right_is_never_planted() -> None:
    """Hidden suggestions, what a note asks for, what the words say, what does not fit the patient."""
    hidden = (*FULL, Suggestion(CM, "M25.552", "", 9, 0.01, "hidden"))
    assert wrong(made(suggestions=hidden), tables().newest(CM))["side"] == []
    codes = {code for each in wrong(made(), tables().newest(CM)).values() for code, _ in each}
    assert "E78.5" in codes and "I10" not in codes and "Z79.4" not in codes
    said = made(notes=(replace(chart().notes[0], text="hyperlipidemia"),))
    assert "E78.5" not in {code for code, _ in wrong(said, tables().newest(CM))["frequent"]}


class Coder:
    def __init__(self, connection: Connection, settings: Settings, of: Chart) -> None:
        user = users.add(connection, "anna", "Anna", "coder")
        connection.execute(charts.insert().values(id=of.id, subject_id=901, encounter_id="e1"))
        self.connection, self.pen, self.chart = connection, Pen(user, settings, tables(), KEY), of
        (self.planted,) = shown(connection, settings, of)

    def do(self, asked: Act) -> Done:
        version = len(self.acts())
        asked = replace(asked, version=version, decision_id=f"d{version}")
        return log.append(self.connection, self.pen, self.chart, Thread(self.chart.id), asked)

    def acts(self) -> list[Done]:
        return log.of(self.connection, Thread(self.chart.id))

    def coding(self) -> Coding:
        found = shown(self.connection, self.pen.settings, self.chart)
        return folded(self.chart, found, self.acts(), blind=False)

    def handed(self) -> list[Any]:
        joined = outbox.join(decisions, outbox.c.seq == decisions.c.seq)
        return list(self.connection.execute(select(decisions).select_from(joined).order_by(decisions.c.seq)))


@pytest.fixture
def coder(writing: Connection, settings: Settings) -> Coder:
    return Coder(writing, settings, made(3))


def test_accepted_it_is_taken_out_and_told(coder: Coder) -> None:
    code = coder.planted.code
    coder.do(act(f"accept {code}", 0))
    coder.do(act("accept I10", 0))
    coder.do(act("order", 0, system=CM, after={"codes": ["I10", code]}))
    coder.do(act(f"principal {code}", 0))
    coder.do(act("principal I10", 0))
    assert [line.code for line in coder.coding().accepted()] == ["I10", code]
    coder.do(act("finish", 0, after={"leave": True}))
    assert coder.coding().of(CM, code) is None
    assert coder.coding().finished
    assert [(line.code, line.state) for line in disclosed(coder.acts())] == [(code, "accepted")]
    assert coder.connection.execute(select(table.c.likeness)).scalar_one() in ("side", "neighbour", "frequent")


def test_the_night_never_hears_of_it(coder: Coder) -> None:
    code = coder.planted.code
    for asked in (f"accept {code}", "accept I10", f"principal {code}", "undo", f"reject {code}", f"accept {code}"):
        coder.do(act(asked, 0))
    coder.do(act(f"query {code}", 0, after={"question": "What is it?"}))
    coder.do(act(f"note {code}", 0, reason="not sure"))
    coder.do(act("order", 0, system=CM, after={"codes": [code, "I10"]}))
    coder.do(act(f"edit {code}", 0, after={"code": "K35.80"}))
    coder.do(act("undo", 0))
    coder.do(act("edit I10", 0, after={"code": "I11.9"}))
    coder.do(act("finish", 0, after={"leave": True}))
    for row in coder.handed():
        if row.planted:  # an edit: handed over as the code that took its place
            assert row.action == "edit" and row.evidence is None
        else:
            public = [row.code, row.action, *(_public(text) for text in (row.before, row.after))]
            assert code not in str(public)


def _public(text: str | None) -> Any:
    return {name: each for name, each in json.loads(text or "{}").items() if not name.startswith("_")}


def test_a_code_changed_to_the_planted_one_is_a_rejection(coder: Coder) -> None:
    code = coder.planted.code
    done = coder.do(act("edit I10", 0, after={"code": code}))
    assert done.action == "reject"
    assert [line.code for line in coder.coding().accepted()] == [code]


def test_a_planted_principal_is_told_before_the_end(coder: Coder) -> None:
    coder.chart = replace(coder.chart, setting="inpatient")
    coder.do(act("accept I10", 0))
    coder.do(act(f"accept {coder.planted.code}", 0))
    coder.do(act(f"principal {coder.planted.code}", 0))
    done = coder.do(act("finish", 0, after={"leave": True}))
    assert done.action == "remove" and not coder.coding().finished
    assert log.known(coder.connection, coder.pen.user, coder.chart.id, "d3"), "sent again it is answered as it was"
    with pytest.raises(Refused, match="principal"):
        coder.do(act("finish", 0, after={"leave": True}))
    coder.do(act("principal I10", 0))
    assert coder.do(act("finish", 0, after={"leave": True})).action == "finish"


def test_who_adds_it_after_it_was_told_means_it(coder: Coder) -> None:
    coder.do(act("finish", 0, after={"leave": True}))
    coder.do(act("reopen", 0))
    done = coder.do(act(f"add {coder.planted.code}", 0))
    assert not done.planted
    assert coder.handed()[-1].code == coder.planted.code
    coder.do(act("finish", 0, after={"leave": True}))
    assert [line.code for line in coder.coding().accepted()] == [coder.planted.code]


def test_a_new_night_leaves_it_where_it_is(coder: Coder) -> None:
    coder.do(act("accept I10", 0))
    later = replace(coder.chart, suggestions=FULL[:1])
    assert [each.code for each in shown(coder.connection, coder.pen.settings, later)] == [coder.planted.code]
