"""What a finished list leads to: done, a second coder, somebody who settles."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from review.judging import after, lists, rounds
from review.settings import Settings
from review.state import audit
from review.state.database import Database
from review.state.tables import charts
from tests.review.judging.coded import ANNA, BERTA, JUDITH, TINO, act, chart, chart_row, finish, line, people

KEY = b"k" * 32
ALL, NONE = 1.0, 0.0


@pytest.fixture
def writing(database: Database) -> Iterator[Connection]:
    with database.write() as connection:
        people(connection)
        chart_row(connection, "c")
        yield connection


def drawing(share: float = ALL) -> Settings:
    return Settings(Path("lake"), Path("inbox"), second_review=share)


def state(connection: Connection) -> str:
    return str(connection.execute(select(charts.c.state).where(charts.c.id == "c")).scalar_one())


def both(connection: Connection, first: list[str], second: list[str]) -> str:
    act(connection, "c", ANNA)
    after.finished(connection, KEY, drawing(), finish(ANNA, chart("c"), map(line, first)))
    assert rounds.take(connection, "c", rounds.SECOND, BERTA)
    act(connection, "c", BERTA, round=2)
    return after.finished(connection, KEY, drawing(), finish(BERTA, chart("c"), map(line, second), 2, minutes=9))


def test_a_chart_that_is_not_drawn_is_done(writing: Connection) -> None:
    assert after.finished(writing, KEY, drawing(NONE), finish(ANNA, chart("c"), [line("I10")])) == "done"
    assert rounds.standing(writing, "c") == 1


def test_a_coder_may_ask_for_a_second_even_where_none_is_drawn(writing: Connection) -> None:
    after.finished(writing, KEY, drawing(NONE), finish(ANNA, chart("c"), [line("I10")]))
    assert rounds.ask(writing, "c", rounds.SECOND)
    assert state(writing) == "second"
    assert rounds.standing(writing, "c") is None


def test_the_second_coder_is_never_the_first(writing: Connection) -> None:
    act(writing, "c", ANNA)
    after.finished(writing, KEY, drawing(), finish(ANNA, chart("c"), [line("I10")]))
    assert state(writing) == "second"
    assert rounds.waiting(writing, ANNA) == []
    assert [row.chart_id for row in rounds.waiting(writing, BERTA)] == ["c"]
    assert not rounds.take(writing, "c", rounds.SECOND, ANNA)
    assert rounds.place(writing, "c", ANNA, "coder") == rounds.Place(rounds.Thread("c", 1))  # hers, still to be mended
    assert rounds.place(writing, "c", BERTA, "coder") == rounds.Place(rounds.Thread("c", 2))
    assert rounds.take(writing, "c", rounds.SECOND, BERTA)
    assert rounds.place(writing, "c", ANNA, "coder").thread.round == 1
    assert rounds.place(writing, "c", ANNA, "coder").reads


def test_who_comes_late_reads_that_it_is_taken(writing: Connection) -> None:
    act(writing, "c", ANNA)
    after.finished(writing, KEY, drawing(), finish(ANNA, chart("c"), [line("I10")]))
    assert rounds.take(writing, "c", rounds.SECOND, BERTA)
    assert not rounds.take(writing, "c", rounds.SECOND, JUDITH)
    assert rounds.place(writing, "c", JUDITH, "auditor").reads
    assert not rounds.may_reopen(writing, "c")
    assert rounds.give(writing, "c", JUDITH)  # Berta does not come back
    assert rounds.place(writing, "c", JUDITH, "auditor") == rounds.Place(rounds.Thread("c", 2))
    assert rounds.place(writing, "c", BERTA, "coder").reads
    with pytest.raises(rounds.Coded):
        rounds.give(writing, "c", ANNA)


def test_a_late_document_opens_the_first_list_and_leaves_the_second_to_who_codes_it(writing: Connection) -> None:
    act(writing, "c", ANNA)
    after.finished(writing, KEY, drawing(), finish(ANNA, chart("c"), [line("I10")]))
    assert rounds.take(writing, "c", rounds.SECOND, BERTA)
    writing.execute(charts.update().values(state="reopened"))  # as a new night does
    assert rounds.place(writing, "c", ANNA, "coder") == rounds.Place(rounds.Thread("c", 1))
    assert rounds.place(writing, "c", BERTA, "coder") == rounds.Place(rounds.Thread("c", 2))
    late = finish(ANNA, chart("c", digest="later"), [line("I10"), line("N17.9")], minutes=30)
    assert after.finished(writing, KEY, drawing(), late) == "second"
    act(writing, "c", BERTA, round=2)
    second = finish(BERTA, chart("c", digest="later"), [line("I10"), line("N17.9")], 2, minutes=40)
    assert after.finished(writing, KEY, drawing(), second) == "done"


def test_who_finishes_second_while_the_first_list_is_open_waits_for_it(writing: Connection) -> None:
    act(writing, "c", ANNA)
    after.finished(writing, KEY, drawing(), finish(ANNA, chart("c"), [line("I10")]))
    assert rounds.take(writing, "c", rounds.SECOND, BERTA)
    act(writing, "c", BERTA, round=2)
    writing.execute(charts.update().values(state="working"))  # a late document came, and Anna is at it
    second = finish(BERTA, chart("c", digest="later"), [line("I10"), line("N17.9")], 2, minutes=10)
    assert after.finished(writing, KEY, drawing(), second) == "working"
    late = finish(ANNA, chart("c", digest="later"), [line("I10")], minutes=30)
    assert after.finished(writing, KEY, drawing(), late) == "differs"


def test_a_chart_that_nobody_codes_twice_is_given_as_any_other(writing: Connection) -> None:
    assert not rounds.give(writing, "c", ANNA)


def test_same_lists_are_done(writing: Connection) -> None:
    assert both(writing, ["I10", "E11.9"], ["E11.9", "I10"]) == "done"
    assert [line.said for line in audit.lines(writing)] == [
        '{"round": 1, "state": "second"}',
        '{"round": 2, "state": "done"}',
    ]
    assert state(writing) == "done"
    assert rounds.standing(writing, "c") == 1


def test_different_lists_are_settled_by_somebody_who_coded_neither(writing: Connection) -> None:
    assert both(writing, ["I10"], ["I10", "E11.9"]) == "differs"
    assert rounds.standing(writing, "c") is None
    for coder in (ANNA, BERTA):
        assert rounds.place(writing, "c", coder, "auditor").reads
        assert not rounds.take(writing, "c", rounds.SETTLING, coder)
    assert rounds.place(writing, "c", JUDITH, "coder").reads  # without the right to judge
    assert rounds.place(writing, "c", JUDITH, "auditor") == rounds.Place(rounds.Thread("c", 3))
    assert rounds.take(writing, "c", rounds.SETTLING, JUDITH)
    lines = [line("I10"), line("E11.9", "rejected")]
    assert after.finished(writing, KEY, drawing(), finish(JUDITH, chart("c"), lines, 3, minutes=20)) == "done"
    assert rounds.standing(writing, "c") == 3
    assert rounds.place(writing, "c", ANNA, "coder").thread.round == 3  # opened again, she goes on from what is settled


def test_a_chart_opened_again_is_not_coded_twice_again(writing: Connection) -> None:
    both(writing, ["I10"], ["I10"])
    again = finish(ANNA, chart("c", digest="later"), [line("I10"), line("N17.9")], minutes=60)
    assert after.finished(writing, KEY, drawing(), again) == "done"
    assert [each.digest for each in lists.read(writing, "c")] == ["d", "d", "later"]


def test_what_a_trainee_finishes_changes_nothing_of_the_chart(writing: Connection) -> None:
    assert after.finished(writing, KEY, drawing(), finish(TINO, chart("c"), [line("I10")])) == ""
    assert state(writing) == "open"
    assert [each.thread for each in lists.read(writing, "c")] == ["practice-4"]


def test_of_many_charts_the_share_is_drawn() -> None:
    some = drawing(0.1)
    drawn = [rounds.wants_second(some, KEY, f"chart {n}", blind=False) for n in range(4000)]
    assert 320 < sum(drawn) < 480
    assert drawn == [rounds.wants_second(some, KEY, f"chart {n}", blind=False) for n in range(4000)]
    blind = Settings(Path("lake"), Path("inbox"), second_review=0.1, second_review_blind=1.0)
    assert rounds.wants_second(blind, KEY, "chart 1", blind=True)
