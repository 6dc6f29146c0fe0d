"""Versions of FHIR: R4 is read, others are recognised by what R4 does not have."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract.errors import VersionError
from etl.fhir.knowledge import load
from etl.fhir.versions import other_version
from etl.sources.fhir import Fhir
from tests.etl.fhir.conftest import homes, real, receive, write

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "fhir" / "versions.yaml").read_text(encoding="utf-8"))
PATIENTS = "".join(f'{{"resourceType":"Patient","id":"p{n}"}}\n' for n in range(3))
R5_STAYS = "".join(f'{{"resourceType":"Encounter","id":"e{n}","class":[{{"text":"stay"}}]}}\n' for n in range(9))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_version_is_recognised(case: dict[str, Any]) -> None:
    assert other_version(case["resource"]["resourceType"], case["resource"]) == case["version"]


def test_a_group_of_another_version_is_refused_before_anyone_is_known(tmp_path: Path) -> None:
    write(tmp_path / "inbox", {"Patient.ndjson": PATIENTS, "Encounter.ndjson": R5_STAYS})
    source = Fhir("inbox", settle_s=0)
    (group,) = source.groups(tmp_path)
    with pytest.raises(VersionError, match=r"FHIR R5 found where R4 was expected: 9 of 12 .* in 1 file.*R4 \(4.0.1\)"):
        source.people(group)


def test_a_capability_statement_speaks_for_its_group(tmp_path: Path) -> None:
    statement = '{"resourceType":"CapabilityStatement","fhirVersion":"3.0.2"}'
    write(tmp_path / "inbox", {"Patient.ndjson": PATIENTS, "metadata.json": statement})
    source = Fhir("inbox", settle_s=0)
    with pytest.raises(VersionError, match="STU3"):
        source.people(source.groups(tmp_path)[0])


def test_what_a_look_at_the_start_misses_is_refused_after_the_pass(tmp_path: Path) -> None:
    many = "".join(f'{{"resourceType":"Patient","id":"p{n}"}}\n' for n in range(50))
    late = "".join(f'{{"resourceType":"Encounter","id":"e{n}","admission":{{}}}}\n' for n in range(60))
    write(tmp_path / "inbox", {"all.ndjson": many + late})
    source = Fhir("inbox", settle_s=0)
    (group,) = source.groups(tmp_path)
    people = source.people(group)
    with pytest.raises(VersionError, match="in all its files"):
        source.spool(group, homes(people, 1), tmp_path / "spool")


def test_some_strays_are_quarantined(tmp_path: Path) -> None:
    write(tmp_path / "inbox", {"Patient.ndjson": PATIENTS, "Encounter.ndjson": R5_STAYS[: R5_STAYS.index("\n") + 1]})
    night = receive(tmp_path, "inbox", tmp_path / "spool")
    assert night.quarantine()["rule"].to_pylist() == ["fhir-version"]


def test_no_tell_is_an_element_of_r4() -> None:
    schema = json.loads((real("code_tables") / "fhir_r4_schema" / "fhir.schema.json").read_text(encoding="utf-8"))
    known = schema["definitions"]
    assert not set(load("versions")["types"]) & set(known)
    for kind, tells in load("versions")["fields"].items():
        for tell in tells:
            name, _, shape = tell.partition(" ")
            assert shape or name not in known[kind]["properties"], f"{kind}.{name}"
