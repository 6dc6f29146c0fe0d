"""The attacks see what is there to be seen, and nothing where there is nothing."""

from datetime import date, timedelta
from random import Random

import pyarrow as pa

from bench.attack_dates import Visit, guess, holidays, open_on, record, recovered
from bench.attack_linkage import linkage
from bench.attack_names import Mention, accuracy, mentions


def _mentions(tell: bool) -> list[Mention]:
    rng = Random(3)
    names = [f"{rng.choice('BCDFG')}{rng.choice(['ander', 'irkson', 'olman'])}{rng.randint(0, 9)}" for _ in range(300)]
    marks = [rng.random() < 0.5 for _ in names]
    return [
        Mention(str(n % 30), name + ("zz" if leaked and tell else ""), "seen by ", " today", leaked)
        for n, (name, leaked) in enumerate(zip(names, marks, strict=True))
    ]


def test_a_mark_on_leaked_names_is_seen_and_none_is_not() -> None:
    assert accuracy(_mentions(True)) > 0.95
    assert 0.35 < accuracy(_mentions(False)) < 0.65


def test_half_of_the_names_leak_and_the_others_are_replaced() -> None:
    found = mentions(12, 3)
    assert 0.3 < sum(m.leaked for m in found) / len(found) < 0.7
    assert len({m.person for m in found}) > 3


def test_federal_holidays() -> None:
    assert {date(2022, 11, 24), date(2022, 5, 30), date(2022, 6, 20), date(2022, 12, 26)} <= holidays(2022)
    assert not open_on(date(2021, 7, 5)) and open_on(date(2021, 7, 6)) and not open_on(date(2021, 7, 10))


def test_a_record_keeps_to_the_calendar() -> None:
    assert all(open_on(visit.day) for _ in range(20) for visit in record(Random(5)))


def test_codes_that_began_and_ended_narrow_the_offset() -> None:
    truth = [Visit(date(2021, 9, 27), "M54.5"), Visit(date(2021, 10, 4), "M54.50")]
    moved = [Visit(visit.day + timedelta(weeks=9), visit.code) for visit in truth]
    assert guess(moved, 52) == [9]
    assert len(guess([Visit(date(2021, 9, 29))], 52)) > 90


def test_recovery_lies_between_chance_and_certainty() -> None:
    share, fitting = recovered(30, 52, 1)
    assert 1 / 104 <= share < 1 and 1 <= fitting <= 104


def test_linkage_counts_groups_and_lone_matches() -> None:
    release = pa.table({"birth_year": [1950, 1950, 1960], "zip3": ["021", "021", "606"], "sex": ["F", "F", "M"]})
    file = pa.table({"birth_year": [1950, 1950, 1960], "zip3": ["021", "021", "606"], "sex": ["F", "F", "M"]})
    found = linkage(release, file, 2)
    assert (found.smallest, found.lone, found.matched, found.holds) == (1, 1 / 3, 1.0, False)
    assert linkage(release.slice(0, 2), file, 2).holds
