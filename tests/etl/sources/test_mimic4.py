"""MIMIC-IV: made rows of every module, the wrong version, a renamed column, a lacking item; and a part of the demo."""

import gzip
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from contract.errors import InputError
from contract.work import Shard, Spooled
from etl.mapping.load import load
from etl.sources.tables import Tables

Night = Callable[..., tuple[Spooled, list[Shard]]]
DEMO = Path(os.environ.get("CHARTLOOM_DATA", "")) / "mimic4_demo"
FILES = {
    "hosp/patients": "subject_id,gender,anchor_age,anchor_year,anchor_year_group,dod\n"
    "1,F,60,2150,2011 - 2013,2155-01-09\n",
    "hosp/admissions": "subject_id,hadm_id,admittime,dischtime,deathtime,admission_type,admission_location,"
    "discharge_location,insurance,language,marital_status,race,edregtime,edouttime\n"
    "1,20,2150-01-01 10:00:00,2150-01-05 12:00:00,,EW EMER.,EMERGENCY ROOM,HOME,Medicare,ENGLISH,SINGLE,WHITE,"
    "2150-01-01 08:00:00,2150-01-01 10:30:00\n"
    "1,21,2155-01-01 10:00:00,2155-01-08 12:00:00,2155-01-08 11:59:00,URGENT,,DIED,Medicare,?,WIDOWED,WHITE,,\n",
    "hosp/transfers": "subject_id,hadm_id,transfer_id,eventtype,careunit,intime,outtime\n"
    "1,20,30,admit,Medicine,2150-01-01 10:00:00,2150-01-02 09:00:00\n"
    "1,20,31,transfer,Coronary Care Unit (CCU),2150-01-02 09:00:00,2150-01-05 12:00:00\n"
    "1,20,32,discharge,,2150-01-05 12:00:00,\n",
    "icu/icustays": "subject_id,hadm_id,stay_id,first_careunit,last_careunit,intime,outtime,los\n"
    "1,20,39,Coronary Care Unit (CCU),Coronary Care Unit (CCU),2150-01-02 09:00:00,2150-01-05 12:00:00,3.1\n",
    "hosp/d_labitems": "itemid,label,fluid,category\n50971,Potassium,Blood,Chemistry\n",
    "hosp/labevents": "labevent_id,subject_id,hadm_id,specimen_id,itemid,charttime,storetime,value,valuenum,valueuom,"
    "ref_range_lower,ref_range_upper,flag,priority,comments\n"
    "1,1,20,7,50971,2150-01-01 10:05:00,2150-01-01 11:00:00,5.9,5.9,mEq/L,3.3,5.1,abnormal,STAT,\n"
    "2,1,20,7,50971,2150-01-01 10:06:00,,<0.10,,mEq/L,,,,,\n"
    "3,1,20,7,59999,2150-01-01 10:07:00,,___,,,,,,,NEG.\n"
    "4,1,20,7,50971,2150-13-01 10:07:00,,1,1,,,,,,\n",
    "icu/d_items": "itemid,label,category\n220739,GCS - Eye Opening,Neurological\n",
    "icu/chartevents": "subject_id,hadm_id,stay_id,caregiver_id,charttime,storetime,itemid,value,valuenum,"
    "valueuom,warning\n"
    "1,20,39,5,2150-01-02 10:00:00,2150-01-02 10:20:00,220739,Spontaneously,4,,0\n",
    "hosp/diagnoses_icd": "subject_id,hadm_id,seq_num,icd_code,icd_version\n"
    "1,20,1,E8791,9\n1,20,2,4139,9\n1,20,3,I2510,10\n",
    "hosp/microbiologyevents": "microevent_id,subject_id,hadm_id,micro_specimen_id,chartdate,charttime,spec_type_desc,"
    "test_seq,storetime,test_itemid,test_name,org_itemid,org_name,isolate_num,ab_itemid,ab_name,dilution_comparison,"
    "dilution_value,interpretation,comments\n"
    "1,1,20,9,2150-01-01 00:00:00,,URINE,1,2150-01-03 00:00:00,90039,URINE CULTURE,80002,ESCHERICHIA COLI,1,90012,"
    "GENTAMICIN,<=        ,1,S,\n"
    "2,1,20,9,2150-01-01 00:00:00,,URINE,1,2150-01-03 00:00:00,90039,URINE CULTURE,80002,ESCHERICHIA COLI,1,90004,"
    "AMPICILLIN,,,R,\n",
    "hosp/pharmacy": "subject_id,hadm_id,pharmacy_id,poe_id,starttime,stoptime,medication,status,entertime\n"
    "1,20,60,1-5,2150-01-01 12:00:00,2150-01-02 12:00:00,Heparin,Discontinued,2150-01-01 11:00:00\n"
    "1,20,61,,2150-01-01 12:00:00,,,Expired,\n",
    "hosp/prescriptions": "subject_id,hadm_id,pharmacy_id,poe_id,starttime,stoptime,drug_type,drug,formulary_drug_cd,"
    "ndc,dose_val_rx,dose_unit_rx,route\n"
    "1,20,60,1-5,2150-01-01 12:00:00,2150-01-02 12:00:00,MAIN,Heparin,HEPA5I,63323026201,5000,UNIT,SC\n"
    "1,20,60,1-5,2150-01-01 12:00:00,2150-01-02 12:00:00,BASE,Bag,BAG,0,1,BAG,SC\n",
    "hosp/emar": "subject_id,hadm_id,emar_id,emar_seq,pharmacy_id,charttime,medication,event_txt,storetime\n"
    "1,20,1-74,74,60,2150-01-01 13:00:00,Heparin,Administered,2150-01-01 13:05:00\n"
    "1,20,1-75,75,60,2150-01-01 21:00:00,,Not Given,2150-01-01 21:05:00\n",
    "hosp/emar_detail": "subject_id,emar_id,emar_seq,parent_field_ordinal,administration_type,dose_due,dose_due_unit,"
    "dose_given,dose_given_unit,route\n"
    "1,1-74,74,,Standard,5000,UNIT,,,SC\n1,1-74,74,1.1,,,,.5,mL,\n",
    "note/discharge": "note_id,subject_id,hadm_id,note_type,note_seq,charttime,storetime,text\n"
    '1-DS-1,1,20,DS,1,2150-01-05 12:00:00,2150-01-06 08:00:00,"Well.\nHome."\n',
    "ed/edstays": "subject_id,hadm_id,stay_id,intime,outtime,disposition\n"
    "1,21,33,2155-01-01 08:00:00,2155-01-01 10:00:00,ADMITTED\n",
    "ed/vitalsign": "subject_id,stay_id,charttime,temperature,heartrate,pain\n"
    "1,33,2155-01-01 08:10:00,98.6,80,unable\n",
}


def deliver(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / f"{name}.csv.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(text.encode()))
    return folder


@pytest.fixture(scope="module")
def made(night: Night, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Resources by type and id; rows in quarantine by number."""
    place = tmp_path_factory.mktemp("mimic")
    _, shards = night(deliver(place / "inbox", FILES), place / "work", "mimic4")
    found: dict[str, dict[str, Any]] = {}
    for shard in shards:
        for name, table in shard.items():
            rows = found.setdefault(name.rsplit("/", 1)[-1], {})
            rows.update({str(row.get("id", len(rows))): row for row in table.to_pylist()})
    return found


def test_a_stay_leads_through_wards(made: dict[str, dict[str, Any]]) -> None:
    stay = made["Encounter"]["20"]
    assert stay["class"]["code"] == "IMP"
    assert [part["location"]["display"] for part in stay["location"]] == ["Medicine", "Coronary Care Unit (CCU)"]
    assert {part["location"]["reference"].split("/")[1] for part in stay["location"]} == set(made["Location"])
    assert made["Encounter"]["icu-39"]["partOf"]["reference"] == "Encounter/20"
    assert {"ed-20", "ed-33"} <= set(made["Encounter"])
    assert "ed-21" not in made["Encounter"]  # the ed module tells of that visit


def test_a_patient_is_born_in_a_year_and_died_to_the_minute(made: dict[str, dict[str, Any]]) -> None:
    patient = made["Patient"]["1"]
    assert (patient["birthDate"], patient["deceasedDateTime"]) == ("2090", "2155-01-08T11:59:00Z")
    assert patient["maritalStatus"]["coding"][0]["code"] == "S"


def test_laboratory(made: dict[str, dict[str, Any]]) -> None:
    first, bound, unknown = (made["Observation"][f"lab-{n}"] for n in (1, 2, 3))
    assert first["issued"] == "2150-01-01T11:00:00Z"
    assert (first["code"]["coding"][0]["code"], first["code"]["text"]) == ("50971", "Potassium")
    assert (first["valueQuantity"]["value"], first["referenceRange"][0]["high"]["value"]) == (5.9, 5.1)
    assert (bound["valueQuantity"]["comparator"], bound["valueQuantity"]["value"]) == ("<", 0.1)
    assert unknown["valueString"] == "NEG."  # the dictionary lacks the item: the row stays, without a name
    assert unknown["code"]["coding"][0]["code"] == "59999"
    assert [(row["column"], row["rule"]) for row in made["quarantine"].values()] == [("charttime", "date-format")]


def test_a_score_keeps_its_words(made: dict[str, dict[str, Any]]) -> None:
    (score,) = [row for row in made["Observation"].values() if row["code"]["text"] == "GCS - Eye Opening"]
    assert (score["valueQuantity"]["value"], score["interpretation"][0]["text"]) == (4.0, "Spontaneously")
    assert score["encounter"]["reference"] == "Encounter/icu-39"


def test_codes_get_their_dots(made: dict[str, dict[str, Any]]) -> None:
    codes = [row["code"]["coding"][0]["code"] for row in made["Condition"].values()]
    assert sorted(codes) == ["413.9", "E879.1", "I25.10"]
    assert {row["recordedDate"] for row in made["Condition"].values()} == {"2150-01-05T12:00:00Z"}


def test_a_culture_has_three_levels(made: dict[str, dict[str, Any]]) -> None:
    observations = made["Observation"]
    assert observations["micro-9-90039-1"]["effectiveDateTime"] == "2150-01-01"
    (grown,) = observations["micro-9-90039-1"]["hasMember"]
    assert observations[grown["reference"].split("/")[1]]["valueCodeableConcept"]["text"] == "ESCHERICHIA COLI"
    found = observations["micro-1"]
    assert found["valueCodeableConcept"]["coding"][0]["code"] == "S"
    assert found["component"][0]["valueQuantity"]["comparator"] == "<="
    assert observations["micro-2"]["valueCodeableConcept"]["coding"][0]["code"] == "R"
    assert found["derivedFrom"] == [grown]


def test_drugs_ordered_and_given(made: dict[str, dict[str, Any]]) -> None:
    orders, given = made["MedicationRequest"], made["MedicationAdministration"]
    assert orders["rx-60"]["authoredOn"] == "2150-01-01T11:00:00Z"
    assert len(orders) == 3
    assert orders["rx-61"]["medicationCodeableConcept"]["coding"][0]["code"] == "unknown"
    dose = given["1-74"]
    assert (dose["dosage"]["dose"]["value"], dose["dosage"]["dose"]["unit"]) == (0.5, "mL")
    assert (dose["request"]["reference"], dose["status"]) == ("MedicationRequest/rx-60", "completed")
    assert given["1-75"]["status"] == "not-done"
    assert given["1-75"]["medicationCodeableConcept"]["text"] == "Heparin"


def test_notes_and_the_emergency_department(made: dict[str, dict[str, Any]]) -> None:
    assert made["DocumentReference"]["1-DS-1"]["context"]["encounter"][0]["reference"] == "Encounter/20"
    codes = [
        row["code"]["coding"][0]["code"]
        for row in made["Observation"].values()
        if row["encounter"] and row["encounter"]["reference"] == "Encounter/ed-33"
    ]
    assert sorted(codes) == ["8310-5", "8867-4", "pain"]


def test_a_site_brings_its_concept_maps(tmp_path: Path) -> None:
    (tmp_path / "lab_concepts.csv").write_text("itemid,system,code,display\n50971,http://loinc.org,2823-3,Potassium\n")
    known = load("mimic4", str(tmp_path))
    assert any("2823-3" in sql.text for sql in known.tables["labevents"].sqls())
    assert known.digest != load("mimic4").digest


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("hosp/patients", "subject_id,gender,anchor_age,anchor_year", "SUBJECT_ID,GENDER,DOB,DOD"),  # MIMIC-III
        ("hosp/patients", "anchor_year,", "anchoryear,"),
        ("hosp/labevents", "itemid", "item"),
    ],
)
def test_another_version_is_refused(tmp_path: Path, night: Night, name: str, old: str, new: str) -> None:
    files = {**FILES, name: FILES[name].replace(old, new, 1)}
    with pytest.raises(InputError, match=name.rsplit("/", 1)[-1]):
        night(deliver(tmp_path / "inbox", files), tmp_path / "work", "mimic4")


@pytest.mark.skipif(not DEMO.is_dir(), reason="CHARTLOOM_DATA names no folder with mimic4_demo")
def test_two_patients_of_the_demo(tmp_path: Path, night: Night) -> None:
    inbox = tmp_path / "inbox"
    for file in sorted(DEMO.glob("*/*.csv.gz")):
        if file.name not in ("d_icd_diagnoses.csv.gz", "d_icd_procedures.csv.gz", "d_hcpcs.csv.gz", "provider.csv.gz"):
            deliver(inbox, {str(file.relative_to(DEMO)).removesuffix(".csv.gz"): "".join(_part(file))})
    spooled, shards = night(inbox, tmp_path / "work", "mimic4")
    assert not len(spooled.quarantine)
    assert not sum(len(shard.get("phi/quarantine", ())) for shard in shards)
    made = {name: len(table) for shard in shards for name, table in shard.items() if "subject_id" in table.column_names}
    assert made["phi/fhir/Patient"] == 2
    assert made["phi/fhir/Observation"] > 1000
    assert len(made) == 7


def _part(file: Path) -> Iterable[str]:
    """Rows of two patients; code tables whole."""
    with gzip.open(file, "rt", encoding="utf-8") as rows:
        head = next(rows)
        yield head
        names = head.strip().split(",")
        whose = names.index("subject_id") if "subject_id" in names else None
        for row in rows:
            if whose is None or row.split(",")[whose] in ("10001725", "10002930"):
                yield row


def test_tables_say_their_source() -> None:
    assert Tables("mimic4", "x").known.zone == "UTC"
