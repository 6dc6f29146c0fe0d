"""The log of decisions, in both databases: once, in order, by whoever may, or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Barrier
from threading import Thread as Running
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from review.charts.chart import Span
from review.coding.act import Act, Done, Thread
from review.coding.folded import folded
from review.coding.refused import Behind, Changed, Locked, NotRecorded, Refused
from review.settings import Settings
from review.state import decisions as log
from review.state import locks, users
from review.state.database import Database
from review.state.decisions import Pen
from review.state.tables import charts, decisions, outbox
from tests.review.coding.made import CM, TEXT, act, chart, tables
from tests.review.conftest import Clock

KEY = b"k" * 32
C1 = Thread("c1")


@dataclass
class Desk:
    database: Database
    pens: dict[str, Pen]

    def do(self, asked: Act, who: str = "anna", thread: Thread = C1, **fields: Any) -> Done:
        with self.database.write() as connection:
            return log.append(connection, self.pens[who], chart(**fields), thread, asked)

    def refused(
        self, kind: type[NotRecorded], asked: Act, who: str = "anna", thread: Thread = C1, **fields: Any
    ) -> NotRecorded:
        """And nothing is recorded."""
        before = self.count(decisions)
        with pytest.raises(kind) as found:
            self.do(asked, who, thread, **fields)
        assert self.count(decisions) == before
        return found.value

    def count(self, table: Any) -> int:
        with self.database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    def column(self, column: Any) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(select(column).order_by(decisions.c.seq)).scalars())

    def acts(self, thread: Thread = C1) -> list[Done]:
        with self.database.read() as connection:
            return log.of(connection, thread)

    def state(self) -> Any:
        with self.database.read() as connection:
            return connection.execute(select(charts)).one()


@pytest.fixture
def desk(database: Database, settings: Settings, clock: Clock) -> Iterator[Desk]:
    assert clock.time
    with database.write() as connection:
        pens = {name: _pen(connection, settings, name, role) for name, role in PEOPLE.items()}
        connection.execute(charts.insert().values(id="c1", subject_id=901, encounter_id="e1"))
    yield Desk(database, pens)


BEYOND = [
    act("accept I10", 0, reason="x" * 2001),
    act("accept I10", 0, decision_id="x" * 46),
    act("accept I10", 0, decision_id="d'; drop table decisions"),
    act("approve I10", 0),
    act("add " + "I" * 17, 0),
    act("query I10", 0, after={"question": ""}),
    act("query I10", 0, after={"question": "x" * 4001}),
    act("add 027034Z", 0),
    act("order", 0, after={"codes": "I10"}),
    act("order", 0, system=CM, after={"codes": [{"code": "I10"}]}),
    act("order", 0, system=CM, after={"codes": ["I10", ["I10"]]}),
    act("poa I10", 0, after={"poa": ["Y"]}),
    act("edit I10", 0, after={"code": {"code": "I11.9"}}),
    act("note", 0),
    act("accept I10", 0, evidence=(Span("n1", 0, 1),) * 51),
]
PEOPLE = {"anna": "coder", "berta": "coder", "tino": "trainee", "rosa": "researcher"}


def _pen(connection: Connection, settings: Settings, name: str, role: str) -> Pen:
    return Pen(users.add(connection, name, name.title(), role), settings, tables(), KEY)


def test_an_act_is_recorded_with_what_was_seen(desk: Desk) -> None:
    done = desk.do(act("accept I10", 0, seconds=3.5, digest=chart().digest))
    assert (done.action, done.code, done.actor, done.round) == ("accept", "I10", "anna", 1)
    assert done.after == {
        "state": "accepted",
        "display": "Essential (primary) hypertension",
        "band": "review",
        "score": 0.8,
    }
    assert done.evidence[0].quote == TEXT[28:40]
    assert [done] == desk.acts()
    assert desk.column(decisions.c.seconds) == [None]  # timing is off
    assert desk.column(decisions.c.note_digest) == [chart().digest]
    assert desk.count(outbox) == 1


def test_seconds_are_kept_where_a_site_wants_them(desk: Desk) -> None:
    desk.pens["anna"] = replace(desk.pens["anna"], settings=replace(desk.pens["anna"].settings, timing=True))
    desk.do(act("accept I10", 0, seconds=3.5))
    desk.do(act("accept J18.9", 1, seconds=float("nan")))
    assert desk.column(decisions.c.seconds) == [3.5, None]


def test_sent_twice_it_counts_once(desk: Desk) -> None:
    first = desk.do(act("accept I10", 0, decision_id="same"))
    again = desk.do(act("reject I10", 7, decision_id="same", digest="of other notes"))
    assert again == first
    assert desk.count(decisions) == 1


def test_the_number_of_another_decision(desk: Desk) -> None:
    desk.do(act("accept I10", 0, decision_id="same"))
    with desk.database.write() as connection:
        locks.release(connection, "c1", desk.pens["anna"].user.id)
    assert "number of another" in str(desk.refused(Refused, act("accept I10", 1, decision_id="same"), "berta"))
    assert "number of another" in str(
        desk.refused(Refused, act("accept I10", 1, decision_id="same"), thread=Thread("c2"), id="c2")
    )


def test_who_is_behind_is_told_what_happened(desk: Desk) -> None:
    desk.do(act("accept I10", 0))
    desk.do(act("reject E11.9", 1))
    found = desk.refused(Behind, act("reject I10", 0, decision_id="late"))
    assert isinstance(found, Behind)
    assert [(each.action, each.code) for each in found.since] == [("accept", "I10"), ("reject", "E11.9")]
    assert "anna" in str(found)
    for version in (-1, 5):
        assert "another list" in str(desk.refused(Behind, act("reject I10", version, decision_id="odd")))


def test_notes_that_have_changed(desk: Desk) -> None:
    desk.refused(Changed, act("accept I10", 0, digest="ffffffffffffffff"))


def test_one_coder_at_a_time(desk: Desk, clock: Clock) -> None:
    desk.do(act("accept I10", 0))
    found = desk.refused(Locked, act("accept J18.9", 1, decision_id="b"), "berta")
    assert "Anna" in str(found)
    clock.pass_by(minutes=11)
    desk.do(act("accept J18.9", 1, decision_id="b"), "berta")
    assert [each.actor for each in desk.acts()] == ["anna", "berta"]


def test_two_at_once_one_is_behind(desk: Desk) -> None:
    """The same coder in two windows."""
    start = Barrier(2)
    told: list[str] = []

    def window(name: str) -> None:
        start.wait()
        try:
            told.append(desk.do(act("accept I10", 0, decision_id=name)).decision_id)
        except Behind:
            told.append("behind")

    windows = [Running(target=window, args=(name,)) for name in ("left", "right")]
    for each in windows:
        each.start()
    for each in windows:
        each.join()
    assert sorted(told)[0] == "behind" and len(desk.acts()) == 1


def test_time_goes_on_where_the_clock_does_not(desk: Desk, clock: Clock) -> None:
    desk.do(act("accept I10", 0))
    clock.pass_by(hours=-3)
    desk.do(act("accept J18.9", 1))
    desk.do(
        act("principal J18.9", 2),
    )
    times = desk.column(decisions.c.time)
    assert times == sorted(set(times))


def test_a_trainee_practises_and_nothing_leaves_the_house(desk: Desk) -> None:
    practice = Thread("c1", trainee=desk.pens["tino"].user.id)
    desk.do(act("accept I10", 0), "tino", practice)
    desk.do(act("finish", 1, after={"leave": True}), "tino", practice)
    assert desk.column(decisions.c.practice) == [True, True]
    assert desk.count(outbox) == 0
    assert desk.state().state == "open"
    assert desk.acts() == []


def test_who_may_not_decide(desk: Desk) -> None:
    for who, trainee in [("tino", None), ("rosa", None), ("anna", 1), ("tino", 1)]:
        desk.refused(Refused, act("accept I10", 0), who, Thread("c1", trainee=trainee))


def test_finish_and_reopen_say_so_of_the_chart(desk: Desk) -> None:
    desk.do(act("accept I10", 0))
    assert desk.state().state == "working"
    desk.do(act("finish", 1, after={"leave": True}))
    row = desk.state()
    assert (row.state, row.finished_by, row.finished) == ("done", desk.pens["anna"].user.id, desk.acts()[-1].time)
    assert desk.acts()[-1].after["left"] == [[CM, "J18.9"], [CM, "E11.9"], ["ICD-10-PCS", "027034Z"]]
    desk.do(act("reopen", 2))
    assert (desk.state().state, desk.state().finished) == ("working", None)


def test_errors_of_the_rules_hold_back_a_finish(desk: Desk) -> None:
    """A suggestion of an older edition, accepted all the same."""
    old = tuple(replace(each, code="M54.5") if each.code == "I10" else each for each in chart().suggestions)
    day: dict[str, Any] = {"suggestions": old}
    desk.do(act("accept M54.5", 0), **day)
    assert "M54.5" in str(desk.refused(Refused, act("finish", 1, after={"leave": True}), **day))
    desk.do(act("edit M54.5", 1, after={"code": "M54.50"}), **day)
    desk.do(act("finish", 2, after={"leave": True}), **day)


def test_marked_words_are_those_of_the_note(desk: Desk) -> None:
    done = desk.do(act("add W19.XXXA", 0, evidence=(Span("n1", 77, 81),)))
    assert (done.evidence[0].quote, done.evidence[0].source) == (TEXT[77:81], "coder")
    for span in (Span("n1", 77, 81, quote="Else"), Span("n2", 0, 3), Span("n1", 5, 5), Span("n1", 0, 9999)):
        desk.refused(Refused, act("evidence W19.XXXA", 1, evidence=(span,), decision_id="e"))
    desk.do(act("evidence W19.XXXA", 1, evidence=(Span("n1", 0, 9),)))
    line = folded(chart(), (), desk.acts(), blind=False).of(CM, "W19.XXXA")
    assert line and [span.quote for span in line.evidence] == [TEXT[77:81], "Pneumonia"]


def test_limits(desk: Desk) -> None:
    for asked in BEYOND:
        desk.refused(Refused, asked, suggestions=chart().suggestions[:3])


def test_texts_lose_what_no_database_keeps(desk: Desk) -> None:
    said = "<script>alert('x')</script> it\x00 is\ud800 \u202e“so”, ñ 漢"
    done = desk.do(act("reject I10", 0, reason=said))
    assert done.reason == "<script>alert('x')</script> it is \u202e“so”, ñ 漢"
    assert desk.acts() == [done]


def test_round_two_is_a_list_of_its_own(desk: Desk) -> None:
    desk.do(act("accept I10", 0))
    with desk.database.write() as connection:
        locks.release(connection, "c1", desk.pens["anna"].user.id)
    second = Thread("c1", 2)
    desk.do(act("reject I10", 0, decision_id="second"), "berta", second)
    assert [each.round for each in desk.acts(second)] == [2]
    assert desk.acts()[0].time < desk.acts(second)[0].time
