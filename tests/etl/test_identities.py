"""Who is who: random ids, merges by identifier and by link, and back again."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest

from contract.work import PEOPLE
from etl.identities import TOO_COMMON, Sighting, homes, moved, update
from schemas.people import IDENTITIES


def said(source: str, *people: str | Mapping[str, Any]) -> Sighting:
    """A person is its key, or key, ids ("system|value ...") and into."""
    full: Sequence[Mapping[str, Any]] = [{"key": p} if isinstance(p, str) else p for p in people]
    rows = [{"key": p["key"], "identifiers": _ids(p.get("ids", "")), "replaced_by": p.get("into")} for p in full]
    return Sighting(source, pa.Table.from_pylist(rows, schema=PEOPLE))


def _ids(text: str) -> list[dict[str, str]]:
    return [dict(zip(("system", "value"), one.split("|"), strict=True)) for one in text.split()]


def after(*nights: Sequence[Sighting], seed: int | None = 7) -> pa.Table:
    known = IDENTITIES.empty()
    for sightings in nights:
        known = update(known, sightings, seed)
    return known


def subjects(known: pa.Table) -> dict[str, int]:
    """source/key -> place of the row whose subject it is."""
    own = known["subject_id"].to_pylist()
    rows = known.select(["source", "key", "merged_into", "subject_id"]).to_pylist()
    return {f"{r['source']}/{r['key']}": own.index(r["merged_into"] or r["subject_id"]) for r in rows}


def test_new_persons_get_ids_of_their_own_in_order_of_sight() -> None:
    known = after([said("a", "p", "q"), said("b", "p")])
    assert known.schema.equals(IDENTITIES.schema)
    assert known["ordinal"].to_pylist() == [0, 1, 2] and subjects(known) == {"a/p": 0, "a/q": 1, "b/p": 2}
    for column in ("subject_id", "open_id", "salt"):
        assert len(set(known[column].to_pylist())) == 3
    assert not set(known["subject_id"].to_pylist()) & set(known["open_id"].to_pylist())
    assert all(1 <= abs(weeks) <= 52 for weeks in known["offset_weeks"].to_pylist())


def test_what_is_known_stays() -> None:
    first = after([said("a", "p", "q")], seed=None)
    assert update(first, []).equals(first)
    second = update(first, [said("a", "q", "r")])
    assert second.slice(0, 2).equals(first) and second["ordinal"].to_pylist() == [0, 1, 2]


def test_ids_are_random_and_a_seed_makes_them_a_function_of_source_and_key() -> None:
    people = [said("a", "p", "q")]
    assert set(after(people, seed=None)["subject_id"].to_pylist()).isdisjoint(
        after(people, seed=None)["subject_id"].to_pylist()
    )
    turned = after([said("a", "q")], [said("a", "p")])
    assert sorted(turned["subject_id"].to_pylist()) == sorted(after(people)["subject_id"].to_pylist())
    assert set(after(people, seed=8)["subject_id"].to_pylist()).isdisjoint(after(people)["subject_id"].to_pylist())


def test_splits_have_their_shares() -> None:
    splits = after([said("a", *map(str, range(4000)))])["split"].to_pylist()
    shares = [splits.count(name) / 4000 for name in ("train", "tuning", "held_out")]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.03)


CASES: dict[str, tuple[list[list[Sighting]], dict[str, int]]] = {
    "shared identifier, two sources": (
        [[said("a", {"key": "p", "ids": "mrn|1"}), said("b", {"key": "x", "ids": "mrn|1"})]],
        {"a/p": 0, "b/x": 0},
    ),
    "the same value of another system": (
        [[said("a", {"key": "p", "ids": "mrn|1"}), said("b", {"key": "x", "ids": "ssn|1"})]],
        {"a/p": 0, "b/x": 1},
    ),
    "a chain": (
        [[said("a", {"key": "p", "ids": "m|1"}, {"key": "q", "ids": "m|2"}, {"key": "r", "ids": "m|2 m|1"})]],
        {"a/p": 0, "a/q": 0, "a/r": 0},
    ),
    "replaced by": ([[said("a", {"key": "p", "into": "q"}, "q")]], {"a/p": 0, "a/q": 0}),
    "replaced by somebody unknown": ([[said("a", {"key": "p", "into": "z"})]], {"a/p": 0}),
    "replaced by a key of another source": ([[said("a", {"key": "p", "into": "x"}), said("b", "x")]],
                                            {"a/p": 0, "b/x": 1}),
    "replaced by itself": ([[said("a", {"key": "p", "into": "p"})]], {"a/p": 0}),
    "in a ring": ([[said("a", {"key": "p", "into": "q"}, {"key": "q", "into": "p"})]], {"a/p": 0, "a/q": 0}),
    "merged the second night": ([[said("a", "p", "q")], [said("a", {"key": "q", "into": "p"})]], {"a/p": 0, "a/q": 0}),
    "unmerged": (
        [[said("a", "p", {"key": "q", "into": "p"})], [said("a", "q")]],
        {"a/p": 0, "a/q": 1},
    ),
    "an identifier taken back": (
        [[said("a", {"key": "p", "ids": "m|1"}, {"key": "q", "ids": "m|1"})], [said("a", "q")]],
        {"a/p": 0, "a/q": 1},
    ),
    "not spoken of tonight: as before": (
        [[said("a", "p", {"key": "q", "into": "p"})], [said("a", "p")]],
        {"a/p": 0, "a/q": 0},
    ),
    "said twice in a night: the last word": (
        [[said("a", "p", {"key": "q", "into": "p"}), said("a", "q")]],
        {"a/p": 0, "a/q": 1},
    ),
    "a value that is empty or has no system": (
        [[Sighting("a", pa.Table.from_pylist(
            [{"key": k, "identifiers": [{"system": None, "value": "1"}, {"system": "m", "value": None}]}
             for k in "pq"], schema=PEOPLE))]],
        {"a/p": 0, "a/q": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_who_is_one_person(name: str) -> None:
    nights, expected = CASES[name]
    assert subjects(after(*nights)) == expected


def test_a_night_with_many_deliveries_sees_persons_in_the_order_of_many_nights() -> None:
    deliveries = [[said("a", "p", "q")], [said("a", {"key": "q", "ids": "m|1"}, "p", {"key": "r", "ids": "m|1"})]]
    at_once = after([sighting for night in deliveries for sighting in night])
    assert at_once.equals(after(*deliveries)) and subjects(at_once) == {"a/p": 0, "a/q": 1, "a/r": 1}


def test_whom_a_complete_delivery_does_not_name_stands_alone_under_the_same_id() -> None:
    first = after([said("a", "p", {"key": "q", "into": "p"}), said("b", {"key": "x", "ids": "m|1"})])
    now = update(first, [Sighting("a", said("a", "p").people, complete=True)], 7)
    assert subjects(now) == {"a/p": 0, "a/q": 1, "b/x": 2}
    assert now["subject_id"].equals(first["subject_id"]) and now["identifiers"].to_pylist()[2]


def test_an_identifier_of_many_is_a_placeholder() -> None:
    some = [{"key": str(n), "ids": "ssn|999-99-9999"} for n in range(TOO_COMMON)]
    assert set(subjects(after([said("a", *some)])).values()) == {0}
    assert len(set(subjects(after([said("a", *some, {"key": "one more", "ids": "ssn|999-99-9999"})])).values())) == 9


def test_homes_follow_the_subject() -> None:
    known = after([said("a", "p", {"key": "q", "into": "p"}), said("b", "x")])
    ids = known["subject_id"].to_pylist()
    assert homes(known, "a").to_pylist() == [
        {"key": "p", "origin_id": ids[0], "subject_id": ids[0], "ordinal": 0},
        {"key": "q", "origin_id": ids[1], "subject_id": ids[0], "ordinal": 0},
    ]
    assert homes(known, "b")["ordinal"].to_pylist() == [2] and not len(homes(known, "c"))


def test_moved_tells_merges_and_unmerges() -> None:
    apart = after([said("a", "p", "q")])
    together = update(apart, [said("a", {"key": "q", "into": "p"})], 7)
    p, q = apart["subject_id"].to_pylist()
    assert moved(apart, together).to_pylist() == [{"origin_id": q, "from_subject": q, "to_subject": p}]
    assert moved(together, update(together, [said("a", "q")], 7)).to_pylist() == [
        {"origin_id": q, "from_subject": p, "to_subject": q}
    ]
    assert not len(moved(apart, update(apart, [said("a", "r")], 7)))
