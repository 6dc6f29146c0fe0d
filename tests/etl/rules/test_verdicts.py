"""The checks that can stop a night: the second opinion, and the share of rows in quarantine."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from contract.work import Check, Counting, Delivery, Shard
from etl.rules.sample import SecondOpinion, sample
from etl.rules.thresholds import QuarantineShare
from schemas.night import QUARANTINE


def _encounters(count: int, **more: object) -> list[dict[str, object]]:
    return [{"id": f"e{n}", "status": "finished", "class": {"code": "AMB"}, **more} for n in range(count)]


def test_good_resources_are_not_refused(tables: Callable[..., Shard]) -> None:
    opinion = SecondOpinion()
    verdict = opinion.verdict([opinion.partial(tables({"Encounter": _encounters(3)}))])
    assert verdict.passed and verdict.lines == (
        "fhir.resources (R4B) refuses 0 of 3 sampled resources; at most 10% may be",
    )


def test_refusals_are_counted_by_rule_without_content(tables: Callable[..., Shard]) -> None:
    opinion = SecondOpinion()
    shard = tables({"Encounter": _encounters(3, period={"start": "tulip"})})
    verdict = opinion.verdict([opinion.partial(shard), opinion.partial(shard)])
    assert not verdict.passed
    assert "refuses 6 of 6" in verdict.lines[0]
    assert "Encounter: 6 of 6 refused" in verdict.lines[1] and "period.start" in verdict.lines[1]
    assert "tulip" not in "".join(verdict.lines)


def test_the_sample_is_chance_but_the_same_every_time() -> None:
    ids = pa.chunked_array([[f"{n:05d}" for n in range(1000)]])
    chosen = sample(ids, 50)
    assert chosen == sample(ids, 50) == sorted(set(chosen))
    assert len(chosen) == 50 and 300 < sum(chosen) / 50 < 700
    assert sample(ids.slice(0, 20), 50) == list(range(20))
    assert {ids[n].as_py() for n in chosen if n >= 500} <= {
        ids.slice(500)[n].as_py() for n in sample(ids.slice(500), 50)
    }


def _quarantine(kind: str, rows: int, reasons: int = 1) -> pa.Table:
    said = [
        {"source": "s", "file": "f", "line": n, "target": kind, "rule": f"r{m}", "message": "m"}
        for n in range(rows)
        for m in range(reasons)
    ]
    return pa.Table.from_pylist(said, QUARANTINE.schema)


def _kept(rows: int) -> pa.Table:
    return pa.table({"id": ["x"] * rows})


@pytest.mark.parametrize(
    ("kind", "kept", "rejected", "passed"),
    [
        ("Observation", 950, 50, True),
        ("Observation", 890, 110, False),
        ("Patient", 990, 10, True),
        ("Patient", 970, 30, False),  # stricter
        ("Observation", 10, 30, True),  # too few to judge
    ],
)
def test_shares(kind: str, kept: int, rejected: int, passed: bool) -> None:
    check = QuarantineShare()
    name = kind if kind[0].isupper() else "Observation"
    halves = [{f"phi/fhir/{name}": _kept(kept // 2), QUARANTINE.name: _quarantine(kind, rejected // 2)}] * 2
    verdict = check.verdict([check.partial(half) for half in halves])
    assert verdict.passed is passed
    assert f"{rejected} of {kept + rejected} rows" in verdict.lines[0]


@pytest.mark.parametrize(
    ("table", "rows", "rejected", "passed"),
    [
        ("observations", 950, 90, True),
        ("conditions", 60, 60, False),  # all of a small table, beside a large one
        ("conditions", 40, 40, True),  # too few to judge
        ("patients", 1000, 30, False),  # stricter
    ],
)
def test_raw_tables_are_judged_each_by_itself(table: str, rows: int, rejected: int, passed: bool) -> None:
    check = QuarantineShare()
    others = check.delivered("s", "full", {"claims": 1_000_000})
    mine = check.delivered("s", "full", {table: rows})
    verdict = check.verdict([check.partial({QUARANTINE.name: _quarantine(table, rejected)}), others, mine])
    assert verdict.passed is passed
    assert verdict.lines[0].startswith(f"s, {table}: {rejected} of {rows} rows")


def test_resources_of_no_type_are_held_against_their_source() -> None:
    check = QuarantineShare()
    delivered = check.delivered("s", "delta", {"Condition": 900, "unknown": 100})
    verdict = check.verdict([check.partial({QUARANTINE.name: _quarantine("unknown", 100)}), delivered])
    assert verdict.passed and verdict.lines[0].startswith("s, rows of no known type: 100 of 1000 rows")


@pytest.mark.parametrize(("delivery", "passed"), [("full", False), ("delta", True)])
@pytest.mark.parametrize("rule", ["damaged-file", "truncated-file"])
def test_a_damaged_file_is_told_and_stops_a_full_delivery(rule: str, delivery: Delivery, passed: bool) -> None:
    check = QuarantineShare()
    row = {"source": "s", "file": "f", "line": 9, "target": "conditions", "rule": rule, "message": "m"}
    rejected = check.partial({QUARANTINE.name: pa.Table.from_pylist([row], QUARANTINE.schema)})
    verdict = check.verdict([rejected, check.delivered("s", delivery, {"conditions": 1_000_000})])
    assert verdict.passed is passed and "s: 1 file(s) damaged or cut short" in verdict.lines[-1]


def test_a_row_with_two_reasons_counts_once() -> None:
    check = QuarantineShare()
    shard = {"phi/fhir/Claim": _kept(100), QUARANTINE.name: _quarantine("Claim", 4, reasons=2)}
    assert check.verdict([check.partial(shard)]).lines[0].startswith("Claim: 4 of 104 rows")


def test_nothing_rejected_is_nothing_to_say() -> None:
    check = QuarantineShare()
    assert check.verdict([check.partial({"phi/fhir/Claim": _kept(100)}), check.partial({})]).lines == ()


def test_they_are_checks() -> None:
    assert isinstance(SecondOpinion(), Check) and isinstance(QuarantineShare(), Check)
    assert isinstance(QuarantineShare(), Counting)
