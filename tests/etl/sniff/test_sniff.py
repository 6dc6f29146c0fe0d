"""What `chartloom sniff` makes of exports: made-up ones with known answers, and real ones, whose mapping must load."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from contract.errors import InputError
from etl.mapping.load import load
from etl.sniff.draft import Draft, Drafts
from etl.sniff.look import look
from etl.sniff.sniff import sniff
from etl.sniff.write import write

DATA = Path(os.environ.get("CHARTLOOM_DATA", "/nowhere"))
VISITS = "visit_id|pat_id|start_time|end_time\n" + "".join(
    f"{i}|A_{i % 7}|2020-01-{i:02} 10:00|2020-01-{i:02} 11:00\n" for i in range(1, 29)
)
PERSONS = "pat_id|birth_date|sex\n" + "".join(f"A_{i}|19{i}0-01-0{i + 1}|{'FM'[i % 2]}\n" for i in range(7))


def export(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def drafted(folder: Path) -> dict[str, Draft]:
    _, drafts = sniff(folder, "clinic")
    return {draft.table.name: draft for draft in drafts.tables}


def test_rows_find_their_person_through_the_table_of_visits(tmp_path: Path) -> None:
    labs = "visit_id,result_time,loinc,result,unit\n" + "".join(
        f"{i},2020-01-{i:02} 10:30,2345-7,{90 + i},mg/dL\n" for i in range(1, 29)
    )
    found = drafted(export(tmp_path, visits_dot_psv=VISITS, persons_dot_psv=PERSONS, labs_dot_csv=labs))
    assert found["labs"].said["person"] == {"column": "visit_id", "table": "visits", "key": "visit_id"}
    assert found["visits"].table.kind == "encounter" and found["persons"].table.kind == "patient"
    observation = found["labs"].said["resources"]["Observation"]
    assert observation["code"] == "concept(loinc, loinc)"
    assert observation["encounter"] == "reference(Encounter, visit_id)"
    assert observation["valueQuantity"] == {"value": "result", "unit": "unit"}
    assert found["persons"].columns["pat_id"] == "key!"


def test_wide_tables_name_each_measure(tmp_path: Path) -> None:
    vitals = "pat_id|taken_time|heart_rate|sbp|spo2\n" + "".join(
        f"A_{i % 7}|2020-01-{i:02} 10:30|{60 + i}|1{i:02}|97\n" for i in range(1, 29)
    )
    found = drafted(export(tmp_path, persons_dot_psv=PERSONS, vitals_dot_psv=vitals))
    over = found["vitals"].said["resources"]["Observation"]["over"]
    assert {column: said["code"] for column, said in over.items()} == {
        "heart_rate": "8867-4",
        "sbp": "8480-6",
        "spo2": "59408-5",
    }


def test_many_files_of_one_shape_are_one_table(tmp_path: Path) -> None:
    days = {f"stays__p{i:03}_dot_psv": "HR|SBP|RR|ICULOS\n80|120|14|1\n81|121|15|2\n" for i in range(1, 9)}
    found = drafted(export(tmp_path, **days))["stays"]
    assert found.table.found.pattern == "stays/p*.psv" and found.table.found.files == 8
    assert found.said["person"] == "FILE"
    assert found.said["let"]["AT"] == "after('2000-01-01T00:00:00Z', ICULOS, 'hours')"


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["03.01.2020", "28.02.2021", "31.12.2020"], "date(%d.%m.%Y)"),
        (["20200103", "20210228", "20201231"], "date(%Y%m%d)"),
        (["01/31/2020 10:15", "12/01/2020 09:00", "02/28/2021 23:59"], "dateTime(%m/%d/%Y %H:%M)"),
        (["2020-01-31 10:15:00", "2020-12-01 09:00:00", "2021-02-28 23:59:59"], "dateTime"),
        (["1,5", "2,75", "3,0"], "decimal(comma)"),
        (["1.0", "2.0", "3.0"], "decimal"),
        (["1.5", "2", "-3e2"], "decimal"),
    ],
)
def test_types(tmp_path: Path, cells: list[str], wanted: str) -> None:
    rows = "".join(f"A_{i % 7};{cells[i % 3]}\n" for i in range(21))
    found = drafted(export(tmp_path, persons_dot_psv=PERSONS, lab_results_dot_csv=f"pat_id;result\n{rows}"))
    draft = found["lab_results"]
    assert (draft.columns["result"] + "; " + draft.notes["result"]).replace("ignored; ", "").split(";")[0] == wanted


def test_days_that_may_be_months_are_a_doubt(tmp_path: Path) -> None:
    rows = "".join(f"A_{i % 7},0{1 + i % 7}/0{1 + i % 5}/2020,E11.9\n" for i in range(30))
    found = drafted(export(tmp_path, persons_dot_psv=PERSONS, diagnoses_dot_csv=f"pat_id,dx_date,icd10\n{rows}"))
    assert any("which is it?" in doubt for doubt in found["diagnoses"].doubts)


def test_no_cell_that_may_be_somebodys_gets_into_a_mapping(tmp_path: Path) -> None:
    persons = "pat_id,last_name,sex,phone\n" + "".join(
        f"A_{i},Quettelby{i},{'FM'[i % 2]},555-0100{i}\n" for i in range(40)
    )
    export(tmp_path / "in", persons_dot_csv=persons)
    _, drafts = sniff(tmp_path / "in", "clinic")
    text = "".join(path.read_text("utf-8") for path in write(drafts, tmp_path / "out"))
    assert "Quettelby" not in text and "555-0100" not in text and "A_1" not in text
    assert "2 different: F, M" in text


def test_words_of_a_few_persons_are_not_named_however_often_they_stand_there(tmp_path: Path) -> None:
    """Rows of few persons repeat what is theirs alone."""
    rows = "".join(
        f"88001{i % 4},Quettelby{i % 4},123-45-678{i % 4},2020-01-{1 + i % 28:02} 10:00,{i},{'AB'[i % 2]}\n"
        for i in range(60)
    )
    export(tmp_path / "in", events_dot_csv=f"MRN,SURNAME,SSN,TAKEN_TIME,RESULT,CODE\n{rows}")
    _, drafts = sniff(tmp_path / "in", "clinic")
    text = "".join(path.read_text("utf-8") for path in write(drafts, tmp_path / "out"))
    assert not [word for word in ("88001", "Quettelby", "123-45") if word in text]


def test_years_of_two_digits_are_of_the_last_hundred(tmp_path: Path) -> None:
    days = "".join(f"p{n},{n:02}/{20 + n}/45\n" for n in range(1, 10))
    _, drafts = sniff(export(tmp_path / "in", patient_dot_csv=f"patient_id,birth_date\n{days}"), "clinic")
    write(drafts, tmp_path / "out")
    assert "%m/%d/%y" in (tmp_path / "out" / "patient.yaml").read_text("utf-8")
    first, last = load(str(tmp_path / "out")).years
    assert last - first == 99


def test_numbers_are_no_snomed_without_their_check_digit(tmp_path: Path) -> None:
    codes = ["22298006", "44054006", "38341003", "73211009"]
    for name, shift in (("procedures", 0), ("treatments", 1)):
        rows = "".join(f"A_{i % 7},{int(codes[i % 4]) + shift},2020-01-{1 + i % 28:02}\n" for i in range(40))
        export(tmp_path, **{f"{name}_dot_csv": f"pat_id,code,performed_date\n{rows}"})
    found = drafted(export(tmp_path, persons_dot_psv=PERSONS))
    concepts = [found[name].said["resources"]["Procedure"]["code"] for name in ("procedures", "treatments")]
    assert concepts == ["concept(snomed, code)", "concept(clinic-code, code)"]


def test_a_mapping_in_place_is_not_written_over(tmp_path: Path) -> None:
    export(tmp_path, source_dot_yaml="mine")
    with pytest.raises(InputError, match="not empty"):
        write(Drafts("clinic"), tmp_path)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing lies there"):
        look(tmp_path)


def test_other_files_are_told_with_what_reads_them(tmp_path: Path) -> None:
    export(tmp_path, a_dot_hl7="MSH|^~\\&|", b_dot_ndjson="{}", README_dot_txt="hello")
    assert set(look(tmp_path).others.values()) == {1} and len(look(tmp_path).others) == 3


NOTES = "NOTE_ID,pat_id,chart_time,TEXT\n" + "".join(
    f'{i},A_{i % 7},2187-01-{i:02} 10:00:00,"line one\nline ""two"", {i}{" and so on" * 12}"\n' for i in range(1, 29)
)


def test_notes_over_several_lines_and_moved_years(tmp_path: Path) -> None:
    _, drafts = sniff(export(tmp_path, persons_dot_psv=PERSONS, notes_dot_csv=NOTES), "clinic")
    assert drafts.last == 2300 and any("dates reach the year 2187" in doubt for doubt in drafts.doubts)
    notes = next(draft for draft in drafts.tables if draft.table.name == "notes")
    assert notes.table.found.rows.num_rows == 28


def test_parts_are_one_table_and_tables_of_one_name_are_two(tmp_path: Path) -> None:
    for folder in ("pulse", "drugs"):
        for part in range(2):
            path = tmp_path / folder / "parquet" / f"part-{part}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.table({f"{folder}_id": [1, 2], "patientid": [part, part]}), path)
    export(tmp_path, a__lab_dot_csv="pat_id,v\n1,2\n", b__lab_dot_csv="pat_id,w\n1,2\n")
    found = look(tmp_path).tables
    assert [(table.name, table.pattern, table.files) for table in found] == [
        ("a_lab", "a/lab.csv", 1),
        ("b_lab", "b/lab.csv", 1),
        ("drugs", "drugs/parquet/part-*.parquet", 2),
        ("pulse", "pulse/parquet/part-*.parquet", 2),
    ]


def test_dates_of_a_delivery_are_no_part_of_names(tmp_path: Path) -> None:
    files = {
        "2023-03__labs_20230325_dot_csv": "pat_id,x\n1,2\n",
        "2023-03__persons_2023-03-25_1012_dot_csv": "pat_id\n1\n",
    }
    found = look(export(tmp_path, **files)).tables
    assert [(table.name, table.pattern) for table in found] == [("labs", "labs_*.csv"), ("persons", "persons_*.csv")]


def test_what_leaves_no_doubt_elsewhere_settles_day_and_month(tmp_path: Path) -> None:
    rows = "".join(f"A_{i % 7},0{1 + i % 7}/0{1 + i % 5}/2020,12/{i + 1}/2020,E11.9\n" for i in range(30))
    table = "pat_id,dx_date,noted_date,icd10\n" + rows
    draft = drafted(export(tmp_path, persons_dot_psv=PERSONS, diagnoses_dot_csv=table))["diagnoses"]
    assert draft.table.profiles["dx_date"].type == draft.table.profiles["noted_date"].type == "date(%m/%d/%Y)"
    assert not any("which is it?" in doubt for doubt in draft.doubts)


def test_a_day_and_its_hour_in_two_columns_are_one_time(tmp_path: Path) -> None:
    rows = "".join(f"A_{i % 7}|2020-01-{i:02}|10:{i:02}|{60 + i}|98.{i % 9}|1{i:02}|-\n" for i in range(1, 29))
    table = "pat_id|measure_date|measure_time|heart_rate|temperature|sbp|dbp\n" + rows.replace("98.3|", "-|", 1)
    draft = drafted(export(tmp_path, persons_dot_psv=PERSONS, vitals_dot_psv=table))["vitals"]
    observation = draft.said["resources"]["Observation"]
    assert observation["effectiveDateTime"] == "coalesce(clock(measure_date, measure_time), measure_date)"
    assert observation["over"]["temperature"]["unit"] == "[degF]"  # half of them are beyond 98
    assert "sbp" not in observation["id"] and draft.table.profiles["dbp"].empty == ("-",)


def test_words_of_another_language(tmp_path: Path) -> None:
    patienten = "Patientennummer;Geburtsdatum;Geschlecht\n" + "".join(f"{i};01.02.19{50 + i};m\n" for i in range(9))
    werte = "Patientennummer;Entnahme;Analyt;Wert;Einheit\n" + "".join(
        f"{i % 9};{1 + i % 28:02}.01.2023 07:30;HB;1{i % 3},{i % 7};g/dl\n" for i in range(40)
    )
    found = drafted(export(tmp_path, patienten_dot_csv=patienten, befunde_dot_csv=werte))
    observation = found["befunde"].said["resources"]["Observation"]
    assert observation["effectiveDateTime"] == "Entnahme" and observation["valueQuantity"]["unit"] == "Einheit"
    assert found["patienten"].said["resources"]["Patient"]["birthDate"] == "Geburtsdatum"


REAL = {
    "synthea_nguyen_csv_fhir/csv": ("patients", "encounters", "conditions", "medications", "procedures"),
    "omop_gibleed": (
        "person",
        "visit_occurrence",
        "condition_occurrence",
        "drug_exposure",
        "procedure_occurrence",
        "concept",
    ),
}


@pytest.mark.skipif(not DATA.is_dir(), reason="CHARTLOOM_DATA is not set: sniff is not tried on real exports")
@pytest.mark.parametrize("name", REAL)
def test_what_is_written_of_a_real_export_loads(tmp_path: Path, name: str) -> None:
    for table in REAL[name]:
        rows = (DATA / name / f"{table}.csv").read_text("utf-8").splitlines(keepends=True)
        export(tmp_path / "in", **{f"{table}_dot_csv": "".join(rows[:2000])})
    _, drafts = sniff(tmp_path / "in", "real")
    write(drafts, tmp_path / "mapping")
    types = load(str(tmp_path / "mapping")).types
    assert {"Patient", "Encounter", "Condition", "MedicationRequest", "Procedure"} <= set(types)
    for path in (tmp_path / "mapping").glob("*.yaml"):
        assert yaml.safe_load(path.read_text("utf-8"))
