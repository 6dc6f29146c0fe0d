"""Real persons of an OMOP CDM, worked out by hand from their rows; 5.4's names, Athena's tabs, poor code tables."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.errors import InputError
from contract.work import TALLY, Shard, Spooled
from etl.sources.tables import Tables
from tests.etl.sources.real import copied, data, rejected, rows_of

Night = Callable[..., tuple[Spooled, list[Shard]]]
PERSONS = ("6.0", "123.0", "573.0")


@pytest.fixture(scope="module")
def shards(night: Night, tmp_path_factory: pytest.TempPathFactory) -> list[Shard]:
    root = tmp_path_factory.mktemp("omop")
    copied(data("omop_gibleed"), root / "in", lambda row: row.get("person_id", PERSONS[0]) in PERSONS)
    return night(root / "in", root / "work", "omop")[1]


def test_persons(shards: list[Shard]) -> None:
    people = rows_of(shards, "Patient")
    assert set(people) == {"6", "123", "573"}
    assert (people["123"]["gender"], people["123"]["birthDate"]) == ("male", "1950-04-12")
    assert people["123"]["extension"][0]["extension"][0]["valueCoding"]["code"] == "2106-3"  # 8527: white


def test_a_standard_concept_and_the_sources_own(shards: list[Shard]) -> None:
    otitis = rows_of(shards, "Condition")["2103"]
    assert otitis["code"] == {
        "coding": [{"system": "http://snomed.info/sct", "code": "65363002", "display": "Otitis media"}],
        "text": "Otitis media",
    }  # the source's concept and value are the same code
    assert (otitis["onsetDateTime"], otitis["abatementDateTime"]) == ("1956-01-11", "1956-03-28")
    assert otitis["encounter"]["reference"] == "Encounter/8125"
    celecoxib = rows_of(shards, "MedicationRequest")["1555"]["medicationCodeableConcept"]["coding"]
    assert [(coding["system"].rsplit("/", 1)[1], coding["code"]) for coding in celecoxib] == [
        ("rxnorm", "140587"), ("ndc", "00025152531"),
    ]  # fmt: skip


def test_codes_written_as_decimals(shards: list[Shard]) -> None:
    (procedure,) = [p for p in rows_of(shards, "Procedure").values() if p["id"] == "1157"]
    assert [coding["code"] for coding in procedure["code"]["coding"]] == ["18286008"]


def test_a_vaccine_and_a_stay(shards: list[Shard]) -> None:
    polio = rows_of(shards, "Immunization")["26318"]
    assert (polio["vaccineCode"]["coding"][0]["code"], polio["occurrenceDateTime"]) == ("10", "1960-04-09")
    stay = rows_of(shards, "Encounter")["8166"]
    assert (stay["class"]["code"], stay["period"]) == ("IMP", {"start": "1962-07-15", "end": "1962-07-16"})


def test_as_many_facts_as_rows(shards: list[Shard]) -> None:
    mine = [
        row
        for kind in (
            "Condition",
            "MedicationRequest",
            "Immunization",
            "MedicationAdministration",
            "Procedure",
            "Observation",
        )
        for row in rows_of(shards, kind).values()
        if (row.get("subject") or row["patient"])["reference"] == "Patient/123"
    ]
    assert len(mine) == 31 + 23 + 5 + 10 + 1
    assert list(rejected(shards)) == []


HEADS = {
    "PERSON.csv": "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,person_source_value",
    "CONCEPT.csv": "concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\tstandard_concept"
    "\tconcept_code",
    "MEASUREMENT.csv": "measurement_id,person_id,measurement_concept_id,measurement_date,measurement_datetime,"
    "operator_concept_id,value_as_number,value_as_concept_id,unit_concept_id,measurement_source_value,unit_source_value",
    "VISIT_OCCURRENCE.csv": "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date,"
    "discharged_to_concept_id,discharged_to_source_value",
    "DEATH.csv": "person_id,death_date,death_datetime,cause_concept_id,cause_source_value",
    "NOTE.csv": "note_id,person_id,note_date,note_datetime,note_class_concept_id,note_title,note_text,"
    "language_concept_id",
    "CDM_SOURCE.csv": "cdm_source_name,cdm_version",
}
ROWS = {
    "PERSON.csv": ["1,8532,1950,2,,MRN1", "2,0,,,,MRN2"],
    "CONCEPT.csv": [
        "3016723\tCreatinine serum/plasma\tMeasurement\tLOINC\tLab Test\tS\t2160-0",
        "8840\tmilligram per deciliter\tUnit\tUCUM\tUnit\tS\tmg/dL",
        "4171756\t<\tMeas Value Operator\tSNOMED\tQualifier Value\tS\t276136004",
        '8841\t"Wise" unit, as Athena writes it\tUnit\tUCUM\tUnit\tS\t1',
        "777\tno code\tMeasurement\tLOINC\tLab Test\tS\t",
    ],
    "MEASUREMENT.csv": [
        "1,1,3016723,2020-01-02,2020-01-02 03:04:05,4171756,0.5,0,8840,CREA,mg/dl",
        "2,1,777,2020-01-02,2020-01-02 00:00:00,0,7,0,0,KREA,",
        "3,1,999,2020-01-02,,0,7,0,0,KREB,",
        "4,1,0,2020-01-02,,0,,,0,KREC,",
    ],
    "VISIT_OCCURRENCE.csv": ["5,1,9201,2020-01-01,2020-01-04,4216643,died"],
    "DEATH.csv": ["1,2020-01-04,2020-01-04 11:12:13,0,unknown"],
    "NOTE.csv": ['6,1,2020-01-02,2020-01-02 08:00:00,0,Progress note,"Feels ""well"".\nEats.",4180186'],
    "CDM_SOURCE.csv": ["Hospital,v5.4.0"],
}


def _written(root: Path, **changed: list[str]) -> Path:
    root.mkdir()
    for name, head in HEADS.items():
        rows = changed.get(name.removesuffix(".csv"), ROWS[name])
        (root / name).write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return root


def test_names_of_5_4_and_files_in_capitals(night: Night, tmp_path: Path) -> None:
    spooled, shards = night(_written(tmp_path / "in"), tmp_path / "work", "omop")
    assert len(spooled.quarantine) == len(list(rejected(shards))) == 0
    people = rows_of(shards, "Patient")
    assert (people["1"]["birthDate"], people["1"]["deceasedDateTime"]) == ("1950-02", "2020-01-04T11:12:13Z")
    assert people["2"]["gender"] == "unknown"
    disposition = rows_of(shards, "Encounter")["5"]["hospitalization"]["dischargeDisposition"]
    assert (disposition["coding"][0]["code"], disposition["text"]) == ("exp", "died")
    (creatinine,) = [o for o in rows_of(shards, "Observation").values() if o["code"]["coding"][0]["code"] == "2160-0"]
    assert [coding["code"] for coding in creatinine["code"]["coding"]] == ["2160-0", "CREA"]
    assert creatinine["valueQuantity"] == {
        "value": 0.5, "comparator": "<", "unit": "mg/dl", "system": "http://unitsofmeasure.org", "code": "mg/dL",
    }  # fmt: skip
    assert rows_of(shards, "DocumentReference")["6"]["content"][0]["attachment"]["language"] == "en"


def test_a_concept_without_code_or_row_loses_no_fact(night: Night, tmp_path: Path) -> None:
    _, shards = night(_written(tmp_path / "in"), tmp_path / "work", "omop")
    found = rows_of(shards, "Observation").values()
    assert sorted([(c["system"], c["code"]) for c in o["code"]["coding"]] for o in found) == [
        [("http://loinc.org", "2160-0"), ("urn:omop:source_value", "CREA")],
        [("urn:omop:concept", "777"), ("urn:omop:source_value", "KREA")],
        [("urn:omop:concept", "999"), ("urn:omop:source_value", "KREB")],
        [("urn:omop:source_value", "KREC")],
    ]
    assert sorted(o["valueQuantity"]["value"] for o in found if "valueQuantity" in o) == [0.5, 7, 7]
    said = Tables("omop", "in").read(tmp_path / "work", 0)[TALLY].to_pylist()
    told = {row["table"]: row["rows"] for row in said if row["became"] == "unmatched"}
    assert (told["measurement.standard"], told["measurement.coded"]) == (1, 2)  # no row of 999, no code of 777


def test_no_code_table_at_all(night: Night, tmp_path: Path) -> None:
    inbox = _written(tmp_path / "in")
    (inbox / "CONCEPT.csv").unlink()
    _, shards = night(inbox, tmp_path / "work", "omop")
    assert len(rows_of(shards, "Observation")) == 4


def test_another_version_is_refused(night: Night, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"OMOP CDM 5\.3"):
        night(_written(tmp_path / "in", CDM_SOURCE=["Hospital,v6.0"]), tmp_path / "work", "omop")
