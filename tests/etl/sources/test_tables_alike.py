"""What is one: a key in many rows, a cell written in two ways; and two tables of one name, which are not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.errors import MappingError
from contract.work import Shard, Spooled
from etl.sources.tables import Tables

Night = Callable[..., tuple[Spooled, list[Shard]]]
SYSTEMS = 'systems: {mrn: "https://clinic.example/mrn", ssn: "https://clinic.example/ssn"}\n'
PERSONS = """
file: persons*.csv
person: NR
people: {identifying: {mrn: MRN, ssn: SSN}, replaced_by: NEW}
columns: {NR: id(whole)!, MRN: id, SSN: string, NEW: id}
resources: {Patient: {id: NR}}
"""
WEIGHTS = """
person: NR
columns: {NR: id(whole)!, DAY: date(%Y-%m-%d|%d.%m.%Y)!, WEIGHT: decimal(comma)}
resources:
  Observation:
    by: [NR, DAY]
    id: hash(NR, DAY, WEIGHT)
    status: = final
    code: texted(= weight)
    subject: reference(Patient, NR)
    effectiveDateTime: DAY
"""
DUMP = "INSERT INTO a.t (nr, x) VALUES ('1','one');\nINSERT INTO b.t (nr, x) VALUES ('1','two');\n"
TABLE = "file: '*.sql'\nformat: {kind: sql}\nsource_table: t\nperson: NR\ncolumns: {NR: id!, X: string}\n"


def put(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_all_identifiers_of_a_key_count_in_whatever_order_its_rows_come(tmp_path: Path) -> None:
    clinic = put(tmp_path / "clinic", {"source.yaml": SYSTEMS, "persons.yaml": PERSONS})
    rows = ["1,m1,,", "2,m2,s2,", "1,m1,s1,9", "3,,,", "1,m7,,"]
    said = []
    for number, order in enumerate((rows, rows[::-1])):
        files = {f"persons{place}.csv": f"NR,MRN,SSN,NEW\n{row}\n" for place, row in enumerate(order)}
        inbox = put(tmp_path / f"inbox{number}", files)
        source = Tables(str(clinic), inbox.name, settle_s=0)
        (group,) = source.groups(tmp_path)
        people = source.people(group)
        people.validate(full=True)
        found = {
            row["key"]: (row["replaced_by"], {each["value"] for each in row["identifiers"] or ()})
            for row in people.to_pylist()
        }
        assert len(found) == len(people) == 3
        said.append(found)
    assert said[0] == said[1] == {"1": ("9", {"m1", "s1", "m7"}), "2": (None, {"m2", "s2"}), "3": (None, set())}


def test_cells_written_in_two_ways_are_one_id(tmp_path: Path, night: Night) -> None:
    clinic = put(tmp_path / "clinic", {"source.yaml": SYSTEMS, "persons.yaml": PERSONS, "weights.yaml": WEIGHTS})
    weights = 'NR,DAY,WEIGHT\n7,2020-01-02,"70,5"\n7.0,02.01.2020,"70,50"\n7,03.01.2020,\n'
    inbox = put(tmp_path / "inbox", {"persons.csv": "NR,MRN,SSN,NEW\n7,,,\n", "weights.csv": weights})
    (shard,) = night(inbox, tmp_path / "work", str(clinic))[1]
    rows = shard["phi/fhir/Observation"].to_pylist()
    assert [row["effectiveDateTime"] for row in rows] == ["2020-01-02", "2020-01-03"]
    assert len({row["id"] for row in rows}) == 2


def test_two_tables_of_one_name_in_a_dump_are_not_one(tmp_path: Path, night: Night) -> None:
    clinic = put(tmp_path / "clinic", {"source.yaml": SYSTEMS, "persons.yaml": PERSONS, "t.yaml": TABLE})
    inbox = put(tmp_path / "inbox", {"persons.csv": "NR,MRN,SSN,NEW\n1,,,\n", "all.sql": DUMP})
    with pytest.raises(MappingError, match=r"t\.yaml: 't' may be a\.t, b\.t.*`source_table: a\.t`"):
        night(inbox, tmp_path / "work", str(clinic))


def test_the_digest_knows_that_texts_unlike_may_be_one(tmp_path: Path, night: Night) -> None:
    by = WEIGHTS.replace("by: [NR, DAY]", "by: [DAY]")
    clinic = put(tmp_path / "clinic", {"source.yaml": SYSTEMS, "persons.yaml": PERSONS, "weights.yaml": by})
    weights = "NR,DAY,WEIGHT\n7,2020-01-02,70\n8,02.01.2020,70\n"
    inbox = put(tmp_path / "inbox", {"persons.csv": "NR,MRN,SSN,NEW\n7,,,\n8,,,\n", "weights.csv": weights})
    night(inbox, tmp_path / "work", str(clinic))
    found = Tables(str(clinic), "inbox").digests(tmp_path / "work", 0).to_pylist()
    assert [row["digest"] for row in found] == [None, None]
