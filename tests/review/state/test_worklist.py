"""The worklist: order, filters, pages, what comes next for whom, how the day goes."""

import json
from datetime import date, datetime, timedelta
from time import tzset

import pytest
from sqlalchemy import Connection, insert, select, update

from review.state import clock, locks, upcoming, users, worklist
from review.state.database import Database
from review.state.tables import audit, charts, decisions, finished, rounds
from review.state.users import User
from review.state.worklist import NOBODY, SIZE, Filter
from tests.review.conftest import Clock

DAY = datetime(2026, 11, 1)


def listed(connection: Connection, name: str, **said: object) -> str:
    row = {"id": name, "subject_id": 7, "encounter_id": f"e-{name}", "priority": 0.1, "notes": "d1", "snapshot": "s"}
    connection.execute(insert(charts).values(**(row | said)))
    return name


def acted(connection: Connection, chart: str, user: User, action: str = "accept", **said: object) -> None:
    number = connection.execute(select(decisions.c.seq)).all()
    row = {"decision_id": f"d{len(number)}", "chart_id": chart, "user_id": user.id, "actor": user.name,
           "role": user.role, "round": 1, "thread": "1", "time": clock.now(), "action": action,
           "version": len(number) + 1}  # fmt: skip
    connection.execute(insert(decisions).values(**(row | said)))


@pytest.fixture
def anna(database: Database) -> User:
    with database.write() as connection:
        return users.add(connection, "anna", "Anna B", "coder", "a long password 1")


@pytest.fixture
def ben(database: Database) -> User:
    with database.write() as connection:
        return users.add(connection, "ben", "Ben C", "auditor", "a long password 2")


def ids(connection: Connection, wanted: Filter, number: int = 1) -> list[str]:
    return [row.id for row in worklist.page(connection, wanted, number).rows]


def test_highest_priority_first_whatever_the_state(database: Database) -> None:
    with database.write() as connection:
        for name, priority, state in (
            ("a", 0.1, "open"),
            ("b", 0.5, "reopened"),
            ("c", 0.3, "open"),
            ("d", 0.9, "done"),
        ):
            listed(connection, name, priority=priority, state=state)
        listed(connection, "e", priority=0.8, gone=True)
        assert ids(connection, Filter()) == ["b", "c", "a"]
        assert ids(connection, Filter(states=())) == ["d", "b", "c", "a"]
        assert worklist.page(connection, Filter()).counts == {"open": 2, "reopened": 1, "done": 1}


def test_filters(database: Database, anna: User) -> None:
    with database.write() as connection:
        listed(connection, "a", ward="W <1>", admitted=DAY, discharged=DAY + timedelta(days=3), gain=0.2)
        listed(connection, "b", ward="Ö", admitted=DAY + timedelta(days=5), gain=2.0, assigned=anna.id)
        listed(connection, "c", gain=1.0)
        found = {
            "ward": ids(connection, Filter(ward="W <1>")),
            "hers": ids(connection, Filter(coder=anna.id)),
            "nobody's": ids(connection, Filter(coder=NOBODY)),
            "until": ids(connection, Filter(until=date(2026, 11, 1))),
            "since": ids(connection, Filter(since=date(2026, 11, 4))),
            "behind": ids(connection, Filter(since=date(2026, 11, 5), until=date(2026, 11, 5))),
            "uncertain": ids(connection, Filter(uncertain=1.0)),
        }
        assert worklist.wards(connection) == ["W <1>", "Ö"]
    assert found == {
        "ward": ["a"], "hers": ["b"], "nobody's": ["c", "a"], "until": ["a"], "since": ["b", "a"], "behind": [],
        "uncertain": ["c", "b"],
    }  # fmt: skip


def test_pages_hold_every_chart_once(database: Database) -> None:
    with database.write() as connection:
        for number in range(SIZE + 7):
            listed(connection, f"c{number:03}", priority=number % 5, state="open" if number % 3 else "reopened")
        first, second = ids(connection, Filter()), ids(connection, Filter(), 2)
        assert (len(first), len(second), len({*first, *second})) == (SIZE, 7, SIZE + 7)
        beyond = worklist.page(connection, Filter(), 99)
        assert (beyond.number, beyond.pages, beyond.total) == (2, 2, SIZE + 7)
        assert worklist.page(connection, Filter(ward="none")).rows == ()


def test_a_line_past_the_gate_has_no_ward_and_no_times(database: Database, anna: User) -> None:
    with database.write() as connection:
        listed(connection, "a", ward="W", admitted=DAY, discharged=DAY, finished=DAY, assigned=anna.id)
        locks.take(connection, "a", anna.id, 10)
        (line,) = worklist.page(connection, Filter()).rows
        (opened,) = worklist.page(connection, Filter(), side="open").rows
    assert (line.ward, line.admitted, line.assigned, line.holder) == ("W", DAY, "Anna B", "Anna B")
    assert (opened.ward, opened.admitted, opened.discharged, opened.finished) == ("", None, None, None)


def test_next_is_what_she_began_then_what_she_was_given_then_the_rest(
    database: Database, anna: User, ben: User
) -> None:
    with database.write() as connection:
        listed(connection, "high", priority=0.9)
        listed(connection, "given", priority=0.2, assigned=anna.id)
        listed(connection, "ben's", priority=0.95, assigned=ben.id)
        listed(connection, "begun", priority=0.1, state="working")
        listed(connection, "others", priority=0.99, state="working")
        acted(connection, "begun", anna)
        acted(connection, "others", ben)
        order = []
        for state in ("done", "done", "done"):
            order.append(upcoming.next(connection, anna))
            connection.execute(update(charts).where(charts.c.id == order[-1]).values(state=state))
        assert order == ["begun", "given", "high"]
        assert upcoming.next(connection, anna) is None


def test_next_passes_over_charts_that_others_have_open(database: Database, anna: User, ben: User, clock: Clock) -> None:
    with database.write() as connection:
        listed(connection, "high", priority=0.9)
        listed(connection, "low", priority=0.2)
        locks.take(connection, "high", ben.id, 10)
        assert upcoming.next(connection, anna) == "low"
        assert upcoming.next(connection, anna, after="low") is None
        assert upcoming.next(connection, ben) == "high"
        clock.pass_by(minutes=11)
        assert upcoming.next(connection, anna) == "high"


def test_a_second_review_goes_to_another_coder(database: Database, anna: User, ben: User) -> None:
    with database.write() as connection:
        listed(connection, "twice", state="second")
        listed(connection, "rest", priority=0.9)
        acted(connection, "twice", anna, "finish")
        connection.execute(insert(rounds).values(chart_id="twice", round=2, asked=clock.now()))
        assert upcoming.next(connection, anna) == "rest"
        assert upcoming.next(connection, ben) == "twice"
        locks.take(connection, "twice", anna.id, 10)
        assert upcoming.next(connection, ben) == "rest"


def test_a_trainee_practises_on_what_is_coded_and_a_researcher_on_nothing(database: Database, clock: Clock) -> None:
    with database.write() as connection:
        tom = users.add(connection, "tom", "Tom", "trainee", "a long password 3")
        rita = users.add(connection, "rita", "Rita", "researcher", "a long password 4")
        listed(connection, "open", priority=0.9)
        listed(connection, "done", state="done")
        assert upcoming.next(connection, tom) == "done"
        row = {
            "chart_id": "done",
            "thread": f"practice-{tom.id}",
            "digest": "d1",
            "user_id": tom.id,
            "time": clock.time,
        }
        connection.execute(insert(finished).values(**row))
        assert upcoming.next(connection, tom) == "open"
        assert upcoming.next(connection, rita) is None


def test_today_counts_what_she_did_since_midnight(database: Database, anna: User, ben: User, clock: Clock) -> None:
    with database.write() as connection:
        listed(connection, "a", assigned=anna.id, minutes=4.0)
        listed(connection, "b", assigned=anna.id, minutes=3.0, state="done")
        acted(connection, "b", anna, system="ICD-10-CM", code="I10", time=clock.time - timedelta(days=1))
        for code, user in (("I10", anna), ("E11.9", anna), ("I10", anna), ("I10", ben)):
            acted(connection, "b", user, system="ICD-10-CM", code=code)
        row = {"chart_id": "b", "thread": "1", "digest": "d1", "user_id": anna.id, "time": clock.time}
        connection.execute(insert(finished).values(**row))
        found = upcoming.today(connection, anna)
    assert (found.charts, found.codes, found.left, found.minutes) == (1, 2, 1, 4.0)


def test_today_counts_nothing_that_was_undone(database: Database, anna: User) -> None:
    with database.write() as connection:
        listed(connection, "a")
        for name, code in (("one", "I10"), ("two", "E11.9"), ("three", "N17.9")):
            acted(connection, "a", anna, system="ICD-10-CM", code=code, decision_id=name)
        for action, after in (("undo", {"undone": "three"}), ("undo", {"undone": "two"}), ("redo", {"redone": "two"})):
            acted(connection, "a", anna, action=action, after=json.dumps(after))
        acted(connection, "a", anna, system="ICD-10-CM", code="J18.9", action="remove", planted=True)
        assert upcoming.today(connection, anna).codes == 2


def test_the_day_begins_at_midnight_where_clocks_are_changed(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.time = datetime(2026, 3, 29, 10, 0)  # at noon, eleven hours into the day
    with monkeypatch.context() as here:
        here.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
        tzset()
        begun = upcoming.midnight()
    tzset()
    assert begun == datetime(2026, 3, 28, 23, 0)


def test_what_somebody_had_in_hand_goes_to_others(database: Database, anna: User, ben: User) -> None:
    with database.write() as connection:
        listed(connection, "given", priority=0.9, assigned=anna.id)
        listed(connection, "begun", priority=0.5, state="working")
        acted(connection, "begun", anna)
        assert upcoming.next(connection, ben) is None
        users.disable(connection, anna)
        assert upcoming.next(connection, ben) == "given"
        assert upcoming.next(connection, ben, after="given") == "begun"


def test_charts_are_given_only_to_those_who_decide_and_it_is_audited(database: Database, anna: User, ben: User) -> None:
    with database.write() as connection:
        tom = users.add(connection, "tom", "Tom", "trainee", "a long password 3")
        listed(connection, "a")
        worklist.assign(connection, database.key, ben, "a", anna.id)
        for chart, user in (("a", tom.id), ("a", 999), ("none", anna.id)):
            with pytest.raises(worklist.Unassignable):
                worklist.assign(connection, database.key, ben, chart, user)
        assert worklist.page(connection, Filter()).rows[0].assigned == "Anna B"
        assert worklist.coders(connection) == [(anna.id, "Anna B"), (ben.id, "Ben C")]
        told = connection.execute(select(audit.c.act, audit.c.chart_id).order_by(audit.c.seq)).all()
        assert [tuple(each) for each in told][-1] == ("assigned", "a")
        worklist.assign(connection, database.key, ben, "a", None)
        assert worklist.page(connection, Filter()).rows[0].assigned == ""


def test_soon_are_charts_that_nobody_has(database: Database, anna: User) -> None:
    made: dict[str, dict[str, object]] = {
        "a": {"priority": 0.2},
        "b": {"priority": 0.9, "state": "reopened"},
        "given": {"priority": 1.0, "assigned": anna.id},
        "gone": {"priority": 1.0, "gone": True},
        "done": {"priority": 1.0, "state": "done"},
        "held": {"priority": 1.0},
        "c": {"priority": 0.1},
    }
    with database.write() as connection:
        for name, said in made.items():
            listed(connection, name, **said)
        locks.take(connection, "held", anna.id, 10)
        assert upcoming.soon(connection, 9) == ["b", "a", "c"]
        assert upcoming.soon(connection, 2) == ["b", "a"]
