"""The FHIR bench sees what a stage lets through: one that keeps all, one that drops all, one that moves dates."""

from collections.abc import Mapping

import pyarrow as pa
import pytest

from bench.deid_fhir import measured
from bench.deid_fhir_found import leaves, readings
from bench.gate import LAKE_KEY, secret
from bench.plants.resources import Fuzzed, fuzzed
from contract.work import Shard
from nlp.deid.keys import rekey
from schemas.fhir import resource_types

MADE = fuzzed(150)


class Through:
    """Lets everything through under open ids; `drop` leaves the tables away."""

    reads = ("phi/fhir/*", "phi/timeline", "phi/identities")
    writes = ("fhir/*", "timeline")
    unit = "subject_id"
    version = "1"
    releases = True

    def __init__(self, drop: bool = False) -> None:
        self.drop = drop

    def open(self) -> None: ...

    def run(self, shard: Shard) -> Mapping[str, pa.Table]:
        return {} if self.drop else {name[4:]: self._row(name, rows) for name, rows in shard.items() if "fhir" in name}

    def _row(self, name: str, rows: pa.Table) -> pa.Table:
        kind = name.split("/")[-1]
        subjects = rows["subject_id"].to_pylist()
        ids = [
            rekey(secret(s).salt if s else LAKE_KEY, kind, i)
            for s, i in zip(subjects, rows["id"].to_pylist(), strict=True)
        ]
        rows = rows.set_column(rows.column_names.index("id"), "id", pa.array(ids, pa.string()))
        opened = pa.array([secret(s).open_id if s else None for s in subjects], pa.int64())
        return rows.set_column(rows.column_names.index("subject_id"), "subject_id", opened)


def test_every_type_is_fuzzed_and_every_string_path_planted() -> None:
    assert set(resource_types()) < set(fuzzed(100).records)
    paths = {path for record in fuzzed(1500).records["Observation"] for path, _ in record.plants}
    for part in (
        "code.text",
        "note.text",
        "subject",
        "contained",
        "meta",
        "extension",
        "valueString",
        "performer.display",
    ):
        assert any(part in path for path in paths), part


def test_a_gate_that_is_open_lets_everything_through() -> None:
    values, _, held = measured(MADE, Through())
    assert int(str(values["survivors"])) > 1000
    assert (values["codes_kept"], values["numbers_kept"], held.rows_missing) == (1.0, 1.0, 0)
    assert held.consistent == 1.0


def test_a_gate_that_is_shut_lets_nothing_through() -> None:
    values, found, held = measured(MADE, Through(drop=True))
    assert (values["survivors"], values["codes_kept"], values["numbers_kept"]) == (0, 0.0, 0.0)
    assert found == [] and held.rows_missing == held.rows


def test_the_same_seed_gives_the_same_resources() -> None:
    again: Fuzzed = fuzzed(150)
    assert again.resources == MADE.resources and fuzzed(150, 8).resources != MADE.resources


@pytest.mark.parametrize("text", ["Vandrosky", "VmFuZHJvc2t5IGlzIGhlcmU="])
def test_strings_are_read_as_they_are_and_decoded(text: str) -> None:
    assert any("vandrosky" in reading for reading in readings(text))


def test_json_in_a_string_is_walked() -> None:
    assert dict(leaves({"a": [{"b": '{"c": 1}'}]})) == {"a[0].b.c": 1}
