"""Real stays of eICU, worked out by hand from their rows; and the tables that its demo lacks, by the published schema.

The made-up day: 1 January of the year plus (stay * 37 mod 350) days. 129391: 167, 178462: 344, 297929: 123.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.work import Shard, Spooled
from tests.etl.sources.real import Row, copied, data, rejected, rows_of

Night = Callable[..., tuple[Spooled, list[Shard]]]
UNITS = ("141764", "141765", "204935", "346380")


@pytest.fixture(scope="module")
def shards(night: Night, tmp_path_factory: pytest.TempPathFactory) -> list[Shard]:
    root = tmp_path_factory.mktemp("eicu")
    copied(data("eicu_demo"), root / "in", lambda row: row.get("patientunitstayid", UNITS[0]) in UNITS)
    return night(root / "in", root / "work", "eicu")[1]


def test_units_of_one_stay_and_person(shards: list[Shard]) -> None:
    people, stays = rows_of(shards, "Patient"), rows_of(shards, "Encounter")
    assert (people["002-1039"]["gender"], people["002-1039"]["birthDate"]) == ("female", "1928")  # 87 in 2015
    assert people["002-1007"]["deceasedDateTime"] == "2014-12-11T23:10:00Z" == stays["stay-178462"]["period"]["end"]
    assert "deceasedDateTime" not in people["002-1039"]
    assert set(stays) == {f"unit-{unit}" for unit in UNITS} | {"stay-129391", "stay-178462", "stay-297929"}
    # admitted 23:36, left 19:20 on the third day; two units in between
    assert stays["stay-129391"]["period"] == {"start": "2015-06-15T23:36:00Z", "end": "2015-06-17T19:20:00Z"}
    assert stays["unit-141765"]["period"] == {"start": "2015-06-15T23:44:00Z", "end": "2015-06-17T13:14:00Z"}
    assert stays["unit-141764"]["period"] == {"start": "2015-06-17T13:14:00Z", "end": "2015-06-17T18:58:00Z"}
    assert {stays[f"unit-{unit}"]["partOf"]["reference"] for unit in UNITS[:2]} == {"Encounter/stay-129391"}
    assert stays["stay-178462"]["hospitalization"]["dischargeDisposition"]["coding"][0]["code"] == "exp"


def test_a_diagnosis_has_both_its_codes(shards: list[Shard]) -> None:
    found = rows_of(shards, "Condition")["diagnosis-7607199"]
    assert [coding["code"] for coding in found["code"]["coding"]] == [
        "I10", "401.9", "cardiovascular|ventricular disorders|hypertension",
    ]  # fmt: skip
    assert found["onsetDateTime"] == "2015-05-01T14:59:00Z"  # admitted 28 April 03:11, and 5,028 minutes
    assert found["encounter"]["reference"] == "Encounter/stay-297929"


def test_orders_and_vital_signs(shards: list[Shard]) -> None:
    warfarin = rows_of(shards, "MedicationRequest")["medication-7278819"]
    assert warfarin["authoredOn"] == "2015-06-16T01:58:00Z"  # 134 minutes
    assert warfarin["dispenseRequest"]["validityPeriod"] == {
        "start": "2015-06-16T23:00:00Z", "end": "2015-06-17T21:23:00Z",
    }  # fmt: skip
    pressures = {
        row["code"]["coding"][0]["code"]: row["valueQuantity"]["value"]
        for row in rows_of(shards, "Observation").values()
        if row["effectiveDateTime"] == "2015-06-17T14:35:00Z"  # 81 minutes in unit stay 141764
    }
    assert pressures == {"76534-7": 171, "76535-4": 90, "76536-2": 116}


def test_boxes_of_one_note_are_one_document(shards: list[Shard]) -> None:
    notes = [
        n for n in rows_of(shards, "DocumentReference").values() if n["subject"]["reference"] == "Patient/002-1039"
    ]
    assert [note["date"] for note in notes] == ["2015-06-15T23:56:00Z"]  # entered at minute 12


def test_nothing_is_set_aside(shards: list[Shard]) -> None:
    assert list(rejected(shards)) == []


def test_tables_that_the_demo_lacks(night: Night, tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    copied(data("eicu_demo"), inbox, lambda row: row.get("patientunitstayid") in UNITS[:1])
    (inbox / "lab.csv").write_text(
        "labid,patientunitstayid,labresultoffset,labtypeid,labname,labresult,labresulttext,labmeasurenamesystem,"
        "labmeasurenameinterface,labresultrevisedoffset\n"
        "1,141764,46,1,creatinine,1.04,1.04,mg/dL,mg/dL,99\n"
        "2,141764,46,1,urinary creatinine,,>400,mg/dL,mg/dL,99\n"
    )
    (inbox / "vitalPeriodic.csv").write_text(
        "vitalperiodicid,patientunitstayid,observationoffset,temperature,sao2,heartrate,respiration,cvp,etco2,"
        "systemicsystolic,systemicdiastolic,systemicmean,pasystolic,padiastolic,pamean,st1,st2,st3,icp\n"
        "7,141764,5,36.9,97,80,,,,,,,,,,0.1,,,\n"
    )
    (inbox / "nurseCharting.csv").write_text(
        "nursingchartid,patientunitstayid,nursingchartoffset,nursingchartentryoffset,nursingchartcelltypecat,"
        "nursingchartcelltypevallabel,nursingchartcelltypevalname,nursingchartvalue\n"
        "9,141764,10,12,Scores,Glasgow coma score,GCS Total,15\n"
        "10,141764,10,12,Other Vital Signs and Infusions,O2 Admin Device,O2 Admin Device,nasal cannula\n"
    )
    _, shards = night(inbox, tmp_path / "work", "eicu")
    found = rows_of(shards, "Observation")
    assert found["lab-1"]["code"]["coding"][0]["code"] == "2160-0"
    assert (found["lab-1"]["effectiveDateTime"], found["lab-1"]["issued"]) == (
        "2015-06-17T14:00:00Z", "2015-06-17T14:53:00Z",
    )  # fmt: skip
    assert found["lab-1"]["valueQuantity"]["code"] == "mg/dL"
    assert (_code(found["lab-2"]), found["lab-2"]["valueString"]) == ("urinary creatinine", ">400")
    monitor = {
        _code(o): o["valueQuantity"]["value"] for o in found.values() if o["effectiveDateTime"].endswith("13:19:00Z")
    }
    assert monitor == {"8310-5": 36.9, "59408-5": 97, "8867-4": 80, "st1": 0.1}
    assert (found["nurse-9"]["valueQuantity"]["value"], found["nurse-10"]["valueString"]) == (15, "nasal cannula")


def _code(row: Row) -> str:
    return str(row["code"]["coding"][0]["code"])
