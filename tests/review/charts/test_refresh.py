"""The worklist of the night in table charts: new, changed, reopened, gone and back; twice is once."""

from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Row, insert, select, update

from review.charts.desk import Desk
from review.state import clock
from review.state.database import Database
from review.state.tables import audit, charts, decisions
from tests.review import lakes

IdOf = Callable[[str], str]


def rows(database: Database) -> dict[str, Row[tuple[object, ...]]]:
    with database.read() as connection:
        return {row.encounter_id: row for row in connection.execute(select(charts))}


def states(database: Database) -> dict[str, str]:
    return {name: row.state for name, row in rows(database).items()}


def finish(database: Database, chart_id: str, digest: str, action: str = "finish", **said: object) -> None:
    with database.write() as connection:
        number = len(connection.execute(select(decisions.c.seq)).all()) + 1
        row = {"decision_id": f"d{number}", "chart_id": chart_id, "user_id": 1, "actor": "anna", "role": "coder",
               "thread": "1", "time": clock.now(), "action": action, "note_digest": digest,
               "version": number}  # fmt: skip
        connection.execute(insert(decisions).values(**(row | said)))
        state = "done" if action == "finish" else "reopened"
        if not said.get("practice"):
            connection.execute(update(charts).where(charts.c.id == chart_id).values(state=state))


def test_every_chart_of_the_night_with_what_the_worklist_asks_for(desk: Desk, database: Database) -> None:
    found = rows(database)
    assert len(found) == 9 and len({row.id for row in found.values()}) == 9
    stay, letter = found["stay-1"], found["letter <1>/é"]
    assert (stay.ward, stay.setting, stay.suggestions) == ('Cardiology <3 & "Step-down"', "inpatient", 5)
    assert str(stay.admitted) == "2026-10-03 09:30:00" and str(stay.discharged) == "2026-10-09 15:00:00"
    assert (letter.ward, letter.setting, letter.admitted) == ("", "unknown", None)
    assert found["blind-1"].blind and found["stay-1"].gain > 0 and found["stay-1"].notes
    assert states(database)["done-1"] == "done" and states(database)["again-1"] == "reopened"
    assert desk.refresh().counts == {} and not desk.stale


def test_ids_are_random_and_say_nothing_of_the_encounter(desk: Desk, database: Database, lake: Path) -> None:
    first = {name: row.id for name, row in rows(database).items()}
    assert all(len(each) >= 20 and each.isalnum() for each in first.values())
    lakes.publish_next(lake)
    desk.refresh()
    assert {name: row.id for name, row in rows(database).items() if name in first} == first


def test_a_night_with_late_documents(desk: Desk, database: Database, lake: Path, id_of: IdOf) -> None:
    before = rows(database)
    finish(database, before["stay-1"].id, before["stay-1"].notes)
    finish(database, before["quiet-1"].id, before["quiet-1"].notes)
    lakes.publish_next(lake)
    assert desk.stale
    told = desk.refresh()
    assert told.counts == {"new": 1, "changed": 3, "reopened": 2, "gone": 1}
    after = rows(database)
    assert after["stay-1"].state == "reopened", "a late document came"
    assert after["quiet-1"].state == "done", "the night has not read that it is finished"
    assert after["done-1"].state == "reopened" and after["new-1"].state == "open"
    assert after["blind-1"].gone and not after["stay-1"].gone
    assert after["stay-1"].notes != before["stay-1"].notes
    with database.read() as connection:
        lines = connection.execute(select(audit.c.actor, audit.c.chart_id).where(audit.c.act == "reopened")).all()
    assert {tuple(line) for line in lines} == {("chartloom", id_of("stay-1")), ("chartloom", id_of("done-1"))}
    assert desk.refresh().counts == {}


def test_what_vanished_comes_back_as_it_was(desk: Desk, database: Database, lake: Path) -> None:
    before = rows(database)["blind-1"]
    finish(database, before.id, before.notes)
    lakes.publish_next(lake)
    desk.refresh()
    lakes.publish(lake, night="20261122T230000Z")
    told = desk.refresh()
    after = rows(database)["blind-1"]
    assert told.counts["back"] == 1 and (after.id, after.state, after.gone) == (before.id, "done", False)


def test_acts_of_coders_count_more_than_what_the_night_has_heard(desk: Desk, database: Database, lake: Path) -> None:
    found = rows(database)
    finish(database, found["done-1"].id, found["done-1"].notes, "reopen")
    finish(database, found["long-1"].id, found["long-1"].notes, practice=True)
    finish(database, found["undated-1"].id, "other notes than the night's")
    with database.write() as connection:
        connection.execute(update(charts).where(charts.c.id == found["letter <1>/é"].id).values(state="working"))
    lakes.publish(lake, night=lakes.SECOND)
    desk.refresh()
    assert states(database) == {
        "stay-1": "open", 'out/1 "x" <i>': "open", "quiet-1": "open", "long-1": "open", "blind-1": "open",
        "done-1": "reopened", "again-1": "reopened", "letter <1>/é": "working", "undated-1": "reopened",
    }  # fmt: skip


@pytest.mark.parametrize("state", ["second", "differs"])
def test_a_chart_that_waits_for_others_opens_again_too(desk: Desk, database: Database, lake: Path, state: str) -> None:
    stay = rows(database)["stay-1"]
    finish(database, stay.id, stay.notes)
    with database.write() as connection:
        connection.execute(update(charts).where(charts.c.id == stay.id).values(state=state))
    desk.refresh()
    assert states(database)["stay-1"] == state
    lakes.publish_next(lake)
    desk.refresh()
    assert states(database)["stay-1"] == "reopened"


def test_several_at_once_bring_each_chart_once(lake: Path, database: Database) -> None:
    desks = [Desk(lake, database) for _ in range(4)]
    threads = [Thread(target=desk.refresh) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(database)) == 9


def test_a_night_without_worklist_takes_nothing_away(desk: Desk, database: Database, lake: Path) -> None:
    hospital = lakes.said()
    for name in ("notes", "codes", "findings", "pathology", "timeline"):
        hospital[name] = []
    lakes.publish(lake, hospital, lakes.SECOND)
    assert desk.refresh().counts == {}
    assert not any(row.gone for row in rows(database).values())
