"""Parts of the language that Synthea does not need: crosswalks, zones, maps in CSV, several files a table, booleans."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.errors import ConfigError, MappingError
from contract.work import Shard, Spooled
from etl.mapping.load import load
from etl.sources.tables import Tables

Night = Callable[..., tuple[Spooled, list[Shard]]]
PERSONS = """
person: NR
people: {identifying: {synthea: NR}, crosswalk: {table: merges, from: OLD, to: NEW}}
columns: {NR: id!, DEAD: boolean, TWINS: integer, RACE: code}
resources:
  Patient:
    id: NR
    deceasedBoolean: DEAD
    multipleBirthInteger: TWINS
    maritalStatus: concept(marital-status, map(RACE, race.code), map(RACE, race.display))
"""
MERGES = "person: OLD\ncolumns: {OLD: id!, NEW: id!}\n"
VISITS = """
file: [visits-*.csv, old_visits.csv]
person: NR
columns: {ID: id!, NR: id!, "END": dateTime, STATUS: code}
resources:
  Encounter:
    id: ID
    status: CASE WHEN "END" IS NULL THEN 'in-progress' ELSE 'finished' END
    class: coding(act-code, = AMB)
    subject: reference(Patient, NR)
    period: period(END, END)
"""


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    folder = tmp_path / "clinic"
    (folder / "maps").mkdir(parents=True)
    files = {"source.yaml": "zone: America/New_York\n", "persons.yaml": PERSONS, "merges.yaml": MERGES}
    files |= {"visits.yaml": VISITS, "maps/race.csv": "raw,code,display\n# as the clinic writes it\nw,W,White\n"}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    files = {"persons.csv": "NR,DEAD,TWINS,RACE\n1,yes,2,w\n2,0,,x\n3,maybe,,\n4,,2.5,\n"}
    files |= {"visits-b.csv": "ID,NR,END\nv2,2,2020-07-01 10:00\nv3,1,2020-01-01 10:00:30\n"}
    files |= {"visits-a.csv": "ID,NR,END\nv1,2,\n", "merges.csv": "OLD,NEW\n2,1\n9,1\n2,4\n"}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_crosswalk_says_who_was_merged_its_last_word_counts(clinic: Path, inbox: Path) -> None:
    source = Tables(str(clinic), "inbox", settle_s=0)
    people = source.people(source.groups(inbox.parent)[0]).to_pylist()
    assert {row["key"]: row["replaced_by"] for row in people} == {"1": None, "2": "4", "3": None, "4": None, "9": "1"}
    assert people[-1]["identifiers"] is None


def test_booleans_integers_and_maps_in_csv(clinic: Path, inbox: Path, tmp_path: Path, night: Night) -> None:
    _, (shard,) = night(inbox, tmp_path / "work", str(clinic))
    rows = shard["phi/fhir/Patient"].to_pylist()
    assert [(row["id"], row["deceasedBoolean"], row["multipleBirthInteger"]) for row in rows] == [
        ("1", True, 2),
        ("2", False, None),
    ]
    assert [row["maritalStatus"] and row["maritalStatus"]["coding"][0]["code"] for row in rows] == ["W", None]
    rejected = shard["phi/quarantine"].to_pylist()
    assert [(row["line"], row["column"], row["rule"], row["raw"]) for row in rejected] == [
        (4, "DEAD", "boolean-format", "3,maybe,,"),
        (5, "TWINS", "number-format", "4,,2.5,"),
    ]


def test_several_files_make_one_table_in_the_persons_order(
    clinic: Path, inbox: Path, tmp_path: Path, night: Night
) -> None:
    spooled, (shard,) = night(inbox, tmp_path / "work", str(clinic))
    rows = shard["phi/fhir/Encounter"].to_pylist()
    assert [(row["id"], row["source_file"], row["source_line"]) for row in rows] == [
        ("v3", "visits-b.csv", 3),
        ("v1", "visits-a.csv", 2),
        ("v2", "visits-b.csv", 2),
    ]
    assert [row["period"] and row["period"]["start"] for row in rows] == [
        "2020-01-01T10:00:30-05:00",
        None,
        "2020-07-01T10:00:00-04:00",
    ]
    assert spooled.rows_in == {"persons": 4, "visits": 3, "merges": 3}


def test_the_zone_of_the_source_beats_the_mappings(clinic: Path, inbox: Path, tmp_path: Path, night: Night) -> None:
    spooled, _ = night(inbox, tmp_path / "work", str(clinic))
    shard = Tables(str(clinic), "inbox", timezone="UTC").read(tmp_path / "work", spooled.batches[0])
    assert shard["phi/fhir/Encounter"]["period"].to_pylist()[0]["start"] == "2020-01-01T10:00:30Z"


def test_unknown_zones_and_deliveries_are_refused(clinic: Path) -> None:
    with pytest.raises(ConfigError, match="Europe/Stockholm"):
        Tables("synthea", "inbox", timezone="Europe/Stokholm")
    with pytest.raises(ConfigError, match="full or delta"):
        Tables("synthea", "inbox", delivery="all")  # type: ignore[arg-type]
    (clinic / "source.yaml").write_text("zone: Europe/Stokholm\n", encoding="utf-8")
    with pytest.raises(MappingError, match="Europe/Stockholm"):
        load(str(clinic))


def test_the_digest_follows_the_mappings_files(clinic: Path) -> None:
    first = Tables(str(clinic), "inbox").digest()
    load.cache_clear()
    assert Tables(str(clinic), "inbox").digest() == first
    (clinic / "visits.yaml").write_text(VISITS + "# changed\n", encoding="utf-8")
    load.cache_clear()
    assert Tables(str(clinic), "inbox").digest() != first
