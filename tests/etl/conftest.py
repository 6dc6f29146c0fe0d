"""FHIR tables out of a few lines: what a case does not say is null, and its column is absent."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest

from contract.work import Shard
from schemas.registry import table

Cases = Mapping[str, Sequence[Mapping[str, Any]]]


def _rows(kind: str, said: Sequence[Mapping[str, Any]]) -> pa.Table:
    declared = table(f"phi/{kind}" if kind[0].islower() else f"phi/fhir/{kind}")
    usual = {"subject_id": 1, "source": "made-up", "arrival": 0, "source_file": "made-up.csv"}
    full = [{**usual, "id": f"{kind.lower()}-{n}", "source_line": n, **row} for n, row in enumerate(said, 1)]
    names = {name for row in full for name in row}
    columns = [column for column in declared.columns if column.name in names]
    unknown = (
        names - {c.name for c in declared.columns} - ({"id", *usual, "source_line"} if kind[0].islower() else set())
    )
    assert not unknown, f"{kind} has no column {unknown}"
    return pa.table({c.name: pa.array([row.get(c.name) for row in full], c.type) for c in columns})


@pytest.fixture(scope="session")
def tables() -> Callable[[Cases], Shard]:
    def build(cases: Cases) -> Shard:
        return {f"phi/{k}" if k[0].islower() else f"phi/fhir/{k}": _rows(k, said) for k, said in cases.items()}

    return build
