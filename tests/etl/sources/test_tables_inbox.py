"""What an inbox may look like: groups, files still being written, drift of schemas, other delimiters, wrong files."""

import gzip
import os
import time
from pathlib import Path

import pyarrow as pa
import pytest

from contract.errors import InputError, MappingError
from contract.work import PEOPLE, UNKNOWN, WRITING, Group
from etl.sources.tables import Tables

PATIENTS = "Id,BIRTHDATE,GENDER\np1,1950-02-28,F\n"
CONDITIONS = "START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION\n2020-01-01,,p1,,1,Cold\n"
HOMES = pa.table(
    {
        "key": ["p1"],
        **{name: pa.array([1], pa.int64()) for name in ("origin_id", "subject_id", "ordinal")},
        "batch": pa.array([4], pa.int32()),
    }
)


def put(folder: Path, name: str, text: str, age: float = 3600) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    os.utime(path, (time.time() - age, time.time() - age))


def names(groups: list[Group]) -> list[str]:
    return [group.name for group in groups]


def test_the_folder_itself_or_its_sub_folders_in_order(tmp_path: Path) -> None:
    put(tmp_path / "a" / "2026-02", "patients.csv", PATIENTS)
    put(tmp_path / "a" / "2026-01", "conditions.csv.gz", CONDITIONS)
    put(tmp_path / "a" / ".old", "patients.csv", PATIENTS)
    put(tmp_path / "a" / "empty", "readme.txt", "x")
    assert names(Tables("synthea", "a", delivery="delta").groups(tmp_path)) == ["2026-01", "2026-02"]
    assert names(Tables("synthea", "a").groups(tmp_path)) == ["2026-02"]
    put(tmp_path / "a", "PATIENTS.CSV", PATIENTS)
    assert names(Tables("synthea", "a").groups(tmp_path)) == ["a"]


@pytest.mark.parametrize("unfinished", ["conditions.csv.part", "~conditions.csv", "conditions.csv.tmp"])
def test_a_group_still_being_written_waits(unfinished: str, tmp_path: Path) -> None:
    put(tmp_path / "a", "patients.csv", PATIENTS)
    assert names(Tables("synthea", "a").groups(tmp_path)) == ["a"]
    assert Tables("synthea", "a").aside(tmp_path) == {}
    put(tmp_path / "a", unfinished, "START")
    assert Tables("synthea", "a").groups(tmp_path) == [] and Tables("synthea", "a").aside(tmp_path) == {WRITING: 1}


def test_an_older_full_delivery_is_no_news_and_a_newer_one_that_begins_is(tmp_path: Path) -> None:
    for group in ("1", "2"):
        put(tmp_path / "a" / group, "patients.csv", PATIENTS)
    put(tmp_path / "a" / "1", "shoes.csv", "x")
    put(tmp_path / "a", "readme.txt", "x")
    assert Tables("synthea", "a").aside(tmp_path) == {UNKNOWN: 1}
    put(tmp_path / "a" / "3", "upload.part", "x")
    assert Tables("synthea", "a").aside(tmp_path) == {UNKNOWN: 1, WRITING: 1}


def test_a_file_written_just_now_waits_too(tmp_path: Path) -> None:
    put(tmp_path / "a", "patients.csv", PATIENTS, age=5)
    assert Tables("synthea", "a").groups(tmp_path) == []
    assert names(Tables("synthea", "a", settle_s=0).groups(tmp_path)) == ["a"]


def test_an_empty_inbox_teaches(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        Tables("synthea", "a").groups(tmp_path)
    put(tmp_path / "a", "data.xlsx", "x")
    with pytest.raises(InputError, match=r"none of 1 file.*patients\.csv"):
        Tables("synthea", "a").groups(tmp_path)


def test_a_delta_without_patients_names_nobody_and_is_read(tmp_path: Path) -> None:
    put(tmp_path / "a", "conditions.csv", CONDITIONS)
    source = Tables("synthea", "a", delivery="delta")
    (group,) = source.groups(tmp_path)
    assert source.people(group).equals(PEOPLE.empty_table())
    spooled = source.spool(group, HOMES, tmp_path / "w")
    assert (spooled.rows_in, spooled.rows_spooled) == ({"conditions": 1}, {"conditions": 1})
    assert list(spooled.batches) == [4]
    assert source.read(tmp_path / "w", 4)["phi/fhir/Condition"]["subject_id"].to_pylist() == [1]


def test_a_full_delivery_needs_its_patients(tmp_path: Path) -> None:
    put(tmp_path / "a", "conditions.csv", CONDITIONS)
    with pytest.raises(InputError, match=r"group a is a full delivery without patients\.csv"):
        Tables("synthea", "a").groups(tmp_path)


def test_columns_that_were_added_or_are_absent_are_told(tmp_path: Path) -> None:
    put(tmp_path / "a", "conditions.csv", "SHOE_SIZE,START,PATIENT,CODE\n41,2020-01-01,p1,1\n")
    put(tmp_path / "a", "shoes.csv", "x")
    source = Tables("synthea", "a", delivery="delta")
    assert source.aside(tmp_path) == {UNKNOWN: 1}
    spooled = source.spool(source.groups(tmp_path)[0], HOMES, tmp_path / "w")
    assert spooled.notes == (
        "conditions: column(s) not in the mapping: SHOE_SIZE",
        "conditions: optional column(s) absent: STOP, ENCOUNTER, SYSTEM, DESCRIPTION",
    )
    assert len(source.read(tmp_path / "w", 4)["phi/fhir/Condition"]) == 1


def test_a_missing_column_names_file_found_and_expected(tmp_path: Path) -> None:
    put(tmp_path / "a", "conditions.csv", "START,PATIENT,KODE\n2020-01-01,p1,1\n")
    source = Tables("synthea", "a", delivery="delta")
    with pytest.raises(
        MappingError, match=r"conditions\.csv.*CODE missing; found START, PATIENT, KODE; expected START"
    ):
        source.spool(source.groups(tmp_path)[0], HOMES, tmp_path / "w")


def test_a_file_without_header_shows_nothing_of_its_first_row(tmp_path: Path) -> None:
    put(tmp_path / "a", "conditions.csv", "2020-01-01,,Smith,,1,Cold\n")
    source = Tables("synthea", "a", delivery="delta")
    with pytest.raises(MappingError, match="header missing") as raised:
        source.spool(source.groups(tmp_path)[0], HOMES, tmp_path / "w")
    assert "Smith" not in str(raised.value)


def test_a_column_without_a_plain_name_is_told_by_number(tmp_path: Path) -> None:
    put(tmp_path / "a", "conditions.csv", "Smith; Ann 1950-02-28,START,PATIENT,CODE\nx,2020-01-01,p1,1\n")
    source = Tables("synthea", "a", delivery="delta")
    spooled = source.spool(source.groups(tmp_path)[0], HOMES, tmp_path / "w")
    assert spooled.notes[0] == "conditions: column(s) not in the mapping: 1 without a plain name"


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_another_delimiter_is_seen_and_told(mark: str, tmp_path: Path) -> None:
    put(tmp_path / "a", "conditions.csv", CONDITIONS.replace(",", mark))
    source = Tables("synthea", "a", delivery="delta")
    spooled = source.spool(source.groups(tmp_path)[0], HOMES, tmp_path / "w")
    assert "not comma" in spooled.notes[-1]
    assert source.read(tmp_path / "w", 4)["phi/fhir/Condition"]["onsetDateTime"].to_pylist() == ["2020-01-01"]


def test_wide_text_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "a", "conditions.csv", "")
    (tmp_path / "a" / "conditions.csv").write_bytes(CONDITIONS.encode("utf-16"))
    source = Tables("synthea", "a", delivery="delta", settle_s=0)
    with pytest.raises(InputError, match="iconv"):
        source.spool(source.groups(tmp_path)[0], HOMES, tmp_path / "w")


def test_an_empty_file_is_a_table_of_no_rows(tmp_path: Path) -> None:
    put(tmp_path / "a", "conditions.csv", "")
    source = Tables("synthea", "a", delivery="delta")
    spooled = source.spool(source.groups(tmp_path)[0], HOMES, tmp_path / "w")
    assert (dict(spooled.rows_in), list(spooled.batches)) == ({"conditions": 0}, [])


@pytest.mark.parametrize("text", ["", "Id,BIRTHDATE,GENDER\n"], ids=["no bytes", "a header alone"])
def test_a_full_delivery_of_nobody_teaches(text: str, tmp_path: Path) -> None:
    put(tmp_path / "a", "patients.csv", text)
    put(tmp_path / "a", "conditions.csv", CONDITIONS)
    full, delta = Tables("synthea", "a"), Tables("synthea", "a", delivery="delta")
    with pytest.raises(InputError, match=r"no person in patients\.csv"):
        full.people(full.groups(tmp_path)[0])
    (group,) = delta.groups(tmp_path)
    assert len(delta.people(group)) == 0
    spooled = delta.spool(group, HOMES.slice(0, 0), tmp_path / "w")
    assert (spooled.rows_in["conditions"], spooled.rows_spooled["conditions"], len(spooled.quarantine)) == (1, 0, 1)
