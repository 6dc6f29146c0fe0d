"""Every table there is: declared soundly, found by name, misspellings answered."""

import pyarrow as pa
import pytest

from contract.errors import PlanError
from contract.table import Table
from schemas.fhir import resource_types
from schemas.registry import match, table, tables


@pytest.mark.parametrize("declared", tables().values(), ids=lambda t: t.name)
def test_declared_soundly(declared: Table) -> None:
    names = declared.schema.names
    assert len(names) == len(set(names))
    keyed = [name for name in (*declared.key, *declared.order) if name not in names]
    if not declared.phi:  # past the gate nothing says where a row came from
        assert not {"source_file", "source_group", "origin_id"} & set(names)
    assert not keyed
    assert all(column.about.endswith(".") for column in declared.columns)
    assert declared.about.endswith(".") and declared.version >= 1


def test_no_two_tables_share_a_file() -> None:
    paths = [declared.path("00000000") for declared in tables().values()]
    assert len(paths) == len(set(paths))


def test_patient_tables_are_sharded_and_say_whose_rows_they_hold() -> None:
    for name, declared in tables().items():
        if declared.path("1") != declared.path("2") and name != "phi/quarantine":
            assert "subject_id" in declared.schema.names, name


def test_a_name_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(PlanError, match=r"'phi/note'; close: .*phi/notes"):
        table("phi/note")
    with pytest.raises(PlanError, match=r"'phi/fhir/Patiant'; close: fhir/Patient, phi/fhir/Patient"):
        table("phi/fhir/Patiant")
    with pytest.raises(PlanError, match=r"'phi/xyzzy'\. `chartloom tables` lists"):
        table("phi/xyzzy")


def test_patterns() -> None:
    found = {declared.name for declared in match("phi/fhir/*")}
    assert found == {f"phi/fhir/{kind}" for kind in [*resource_types(), "Other"]}
    assert [declared.name for declared in match("notes")] == ["notes"]


def test_r4_types_know_their_patient_and_their_columns() -> None:
    types = resource_types()
    assert types["Patient"].patient == "id" and types["Condition"].patient == "subject"
    assert types["Practitioner"].patient == "" and "value" in {e.choice for e in types["Observation"].elements}
    value = {e.name: e for e in types["Observation"].elements}["valueQuantity"]
    assert pa.types.is_struct(value.arrow) and value.arrow.field("value").type == pa.float64()
