"""Which versions of a resource stand: case by case, and the balance of every case."""

from typing import Any

import pyarrow as pa
import pytest

from etl.versions import Changes, Counts, merge

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("subject_id", pa.int64()),
        ("code", pa.string()),
        ("lastUpdated", pa.timestamp("us")),
        ("source", pa.string()),
        ("source_group", pa.string()),
        ("source_line", pa.int64()),
        ("arrival", pa.int64()),
    ]
)


def rows(*said: dict[str, Any]) -> pa.Table:
    usual = {"id": "x", "subject_id": 1, "source": "s", "source_group": "g1", "arrival": 1}
    return pa.Table.from_pylist([{**usual, **row} for row in said], schema=SCHEMA)


def day(number: int) -> Any:
    return pa.scalar(number * 86_400_000_000, pa.timestamp("us")).as_py()


NEW = {"source_group": "g2", "arrival": 2}
REPLACED = Changes(replaced=frozenset({("s", "g1")}))
CASES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], Changes, list[str], dict[str, int], list[int]]] = {
    # old, new, changes -> codes that stand, what became of the others, subjects touched
    "nothing": ([], [], Changes(), [], {}, []),
    "first sight": ([], [{"code": "1"}], Changes(), ["1"], {}, [1]),
    "untouched": ([{"code": "1"}], [], Changes(), ["1"], {}, []),
    "resend": ([{"code": "1"}], [{"code": "1", **NEW}], Changes(), ["1"], {"duplicates": 1}, []),
    "correction": ([{"code": "1"}], [{"code": "2", **NEW}], Changes(), ["2"], {"superseded": 1}, [1]),
    "newer wins": (
        [{"code": "1", "lastUpdated": day(1)}],
        [{"code": "2", "lastUpdated": day(2), **NEW}],
        Changes(),
        ["2"],
        {"superseded": 1},
        [1],
    ),
    "older loses": (
        [{"code": "1", "lastUpdated": day(2)}],
        [{"code": "2", "lastUpdated": day(1), **NEW}],
        Changes(),
        ["1"],
        {"superseded": 1},
        [],
    ),
    "without date loses": (
        [{"code": "1", "lastUpdated": day(1)}],
        [{"code": "2", **NEW}],
        Changes(),
        ["1"],
        {"superseded": 1},
        [],
    ),
    "three in one night": (
        [],
        [{"code": "1"}, {"code": "3", "arrival": 3}, {"code": "2", "arrival": 2}],
        Changes(),
        ["3"],
        {"superseded": 2},
        [1],
    ),
    "twice in one group: the last": ([], [{"code": "1"}, {"code": "2"}], Changes(), ["2"], {"superseded": 1}, [1]),
    "same id, other source": (
        [{"code": "1"}],
        [{"code": "2", "source": "t", "subject_id": 2}],
        Changes(),
        ["1", "2"],
        {},
        [2],
    ),
    "group withdrawn": (
        [{"code": "1"}, {"id": "y", "code": "2", "source_group": "g0", "subject_id": 2}],
        [],
        REPLACED,
        ["2"],
        {"deleted": 1},
        [1],
    ),
    "group again, the same row": (
        [{"code": "1"}],
        [{"code": "1", "arrival": 2, "source_line": 9}],
        REPLACED,
        ["1"],
        {"duplicates": 1},
        [],
    ),
    "group again, another row": (
        [{"code": "1"}],
        [{"code": "2", "arrival": 2}],
        REPLACED,
        ["2"],
        {"superseded": 1},
        [1],
    ),
    "group again, a row of it twice": (
        [{"code": "1"}],
        [{"code": "1", "arrival": 2}, {"code": "1", "arrival": 2}],
        REPLACED,
        ["1"],
        {"duplicates": 2},
        [],
    ),
    "group again may bring an older version": (
        [{"code": "1", "lastUpdated": day(2)}],
        [{"code": "0", "lastUpdated": day(1), "arrival": 2}],
        REPLACED,
        ["0"],
        {"superseded": 1},
        [1],
    ),
    "tombstone": ([{"code": "1"}], [], Changes(deleted={"Condition": {("s", "x"): 2}}), [], {"deleted": 1}, [1]),
    "tombstone of another type": ([{"code": "1"}], [], Changes(deleted={"Device": {("s", "x"): 2}}), ["1"], {}, []),
    "tombstone of another source": (
        [{"code": "1"}],
        [],
        Changes(deleted={"Condition": {("t", "x"): 2}}),
        ["1"],
        {},
        [],
    ),
    "tombstone of the same night": (
        [],
        [{"code": "1", "arrival": 1}],
        Changes(deleted={"Condition": {("s", "x"): 2}}),
        [],
        {"deleted": 1},
        [],
    ),
    "made again after its tombstone": (
        [{"code": "1"}],
        [{"code": "2", "arrival": 3}],
        Changes(deleted={"Condition": {("s", "x"): 2}}),
        ["2"],
        {"superseded": 1},
        [1],
    ),
    "beside a tombstone of its own delivery": (
        [],
        [{"code": "1", "arrival": 2}],
        Changes(deleted={"Condition": {("s", "x"): 2}}),
        ["1"],
        {},
        [1],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_stands(name: str) -> None:
    old, new, changes, codes, others, touched = CASES[name]
    merged = merge("Condition", rows(*old), rows(*new), changes)
    assert merged.rows["code"].to_pylist() == codes
    assert merged.touched.tolist() == touched
    counts = list(merged.counts.values())
    found = {what: sum(getattr(c, what) for c in counts) for what in ("duplicates", "superseded", "deleted")}
    assert {what: count for what, count in found.items() if count} == others
    assert all(c.before + c.made == c.kept + c.duplicates + c.superseded + c.deleted for c in counts)
    assert sum(c.before for c in counts) == len(old) and sum(c.made for c in counts) == len(new)


def test_resources_of_types_without_columns_are_told_apart_by_type() -> None:
    kinds = pa.array(["Basic", "Flag"])
    old = rows({"code": "1"}, {"code": "2"}).append_column("resourceType", kinds)
    changes = Changes(deleted={"Flag": {("s", "x"): 2}})
    assert merge("Other", old, old.slice(0, 0), changes).rows["code"].to_pylist() == ["1"]


def test_a_row_that_stays_keeps_its_place_and_columns_may_be_absent() -> None:
    old = rows({"id": "a", "code": "1"}, {"id": "b", "code": "2"}).drop_columns(["lastUpdated"])
    merged = merge("Condition", old, rows({"id": "a", "code": "1", **NEW}).drop_columns(["code"]), Changes())
    assert merged.rows["id"].to_pylist() == ["b", "a"] and merged.rows["code"].to_pylist() == ["2", None]


def test_rows_of_the_shared_shard_touch_nobody() -> None:
    shared = rows({"code": "1"}).drop_columns(["subject_id"])
    merged = merge("Location", pa.table({}), shared, Changes())
    assert merged.counts == {"s": Counts(made=1, kept=1)} and not len(merged.touched)
