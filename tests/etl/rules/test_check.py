"""Each rule on good and bad rows (tests/cases/rules.yaml), and what quarantine says of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from contract.errors import MappingError
from contract.work import Shard
from etl.rules.check import check
from etl.rules.policy import parse, policy
from etl.rules.rows import leave_out, pick
from schemas.night import QUARANTINE
from schemas.registry import table

FILES = ("rules", "invariants")
CASES = [
    case
    for name in FILES
    for case in yaml.safe_load((Path(__file__).parents[2] / "cases" / f"{name}.yaml").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["about"])[:40])
@pytest.mark.parametrize("shape", ["sparse", "all-columns", "chunks"])
def test_rules(case: dict[str, Any], shape: str, tables: Callable[..., Shard]) -> None:
    shard = {name: _shaped(name, rows, shape) for name, rows in tables(case["rows"]).items()}
    checked = check(shard)
    rejected = [(kind, said[0]) for said in case.get("rejected", []) for kind in [said[1].split(".")[0]]]
    kept = [
        (kind, row["id"]) for kind, rows in case["rows"].items() for row in rows if (kind, row["id"]) not in rejected
    ]
    assert _found(checked.quarantine, shard) == sorted(map(tuple, case.get("rejected", [])))
    assert [(n.split("/")[-1], i) for n, rows in checked.shard.items() for i in rows["id"].to_pylist()] == kept
    warned = [said for said in checked.warnings if case.get("us_core") or not said[1].startswith("us-core")]
    assert sorted(warned) == sorted(map(tuple, case.get("warned", [])))


def _shaped(name: str, rows: pa.Table, shape: str) -> pa.Table:
    if shape == "all-columns":
        return table(name).conform(rows)
    return pa.concat_tables(rows.slice(n, 1) for n in range(len(rows))) if shape == "chunks" else rows


def _found(quarantine: pa.Table, shard: Shard) -> list[tuple[str, str, str]]:
    found = []
    for row in quarantine.to_pylist():
        ids = shard[f"phi/fhir/{row['target']}"]["id"].to_pylist()
        found.append((ids[row["line"] - 1], row["column"], row["rule"]))
    return sorted(found)


def test_quarantine_says_where_and_never_what(tables: Callable[..., Shard]) -> None:
    bad = {"id": "tulip", "status": "zonked", "code": {"text": "a"}, "effectiveDateTime": "soonish", "source_line": 77}
    quarantine = check(tables({"Observation": [bad, {**bad, "id": "rose", "source_line": 78}]})).quarantine
    assert quarantine.schema == QUARANTINE.schema
    first = quarantine.to_pylist()[0]
    assert (first["file"], first["line"], first["target"]) == ("made-up.csv", 77, "Observation")
    assert (first["column"], first["rule"]) == ("Observation.status", "binding")
    assert "also date-format (Observation.effectiveDateTime)" in first["message"]
    assert not any(cell in row["message"] for row in quarantine.to_pylist() for cell in ("tulip", "zonked", "soonish"))
    assert len(quarantine) == 2  # one a row, however much is wrong


def test_the_received_resource_is_kept(tables: Callable[..., Shard]) -> None:
    row = {"id": "x", "status": "no", "code": {"text": "a"}, "resource_json": '{"id":"x"}'}
    assert check(tables({"Observation": [row]})).quarantine["raw"].to_pylist() == ['{"id":"x"}']


def test_a_choice_of_a_type_without_column_is_not_missed(tables: Callable[..., Shard]) -> None:
    """Observation.value[x] may be SampledData, which stands in resource_json only; one-of still holds for the rest."""
    row = {"id": "x", "status": "final", "code": {"text": "a"}, "resource_json": '{"valueSampledData":{}}'}
    assert len(check(tables({"Observation": [row]})).quarantine) == 0


def test_other_tables_pass_untouched() -> None:
    shard = {"phi/notes": pa.table({"note_id": ["a"]}), "phi/fhir/Other": pa.table({"id": ["not an id"]})}
    assert check(shard).shard == shard


def test_actions_of_the_nearest_element_win() -> None:
    assert policy().action("binding", "Encounter.status") == "quarantine"
    assert policy().action("binding", "Patient.telecom.system") == "warn"
    assert policy().action("required", "Claim.insurance.coverage") == "warn"


def test_unknown_rules_and_actions_are_refused() -> None:
    with pytest.raises(MappingError, match="no rule is called 'colour'"):
        parse("actions: {required: warn}\nelements: {Patient: {colour: warn}}")
    with pytest.raises(MappingError, match="expected quarantine, warn or ignore"):
        parse("actions: {required: explode}\nelements: {}")


@pytest.mark.parametrize("bad", [[0], [3, 4], [9], list(range(10)), []])
def test_good_rows_are_kept_in_order_however_many_are_bad(bad: list[int]) -> None:
    rows = pa.table({"n": range(10)})
    wanted = [n for n in range(10) if n not in bad]
    for few in (200, 0):  # in slices, and copied
        assert leave_out(rows, bad, few=few)["n"].to_pylist() == wanted
        assert pick(rows, bad, few=few)["n"].to_pylist() == bad
