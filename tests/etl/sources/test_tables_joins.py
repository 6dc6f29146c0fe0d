"""Rows of several tables beside each other: joins, named expressions, and what they leave in the accounts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contract.work import TALLY, Shard, Spooled
from etl.mapping.load import load
from etl.sources.tables import Tables

Night = Callable[..., tuple[Spooled, list[Shard]]]
MAPPING = {
    "source": "zone: Europe/Stockholm\n",
    "persons": """
        person: NR
        people: {identifying: {synthea: NR}}
        columns: {NR: id!}
        resources: {Patient: {id: NR}}
        """,
    "stays": """
        person: NR
        columns: {STAY: integer!, NR: id!, START: "dateTime(%d.%m.%Y %H:%M)"}
        """,
    "concepts": "columns: {CONCEPT: id!, CODE: code!}",
    "items": """
        columns: {ITEM: id(whole)!, LABEL: string, CONCEPT: id}
        joins: {concept: {table: concepts, on: CONCEPT}}
        """,
    "events": """
        person: NR
        columns: {NR: id!, STAY: integer, ITEM: id(whole)!, MINUTES: decimal, VALUE: decimal(comma)}
        joins:
          stay: {table: stays, on: STAY}
          item: {table: items, on: {ITEM: ITEM}}
        let:
          AT: after(stay.START, MINUTES)
          NAME: upper(item.LABEL)
        resources:
          Observation:
            id: hash(NR, AT, ITEM, = measured)
            status: = final
            code: concept(loinc, item.concept.CODE, NAME)
            subject: reference(Patient, NR)
            effectiveDateTime: AT
            valueQuantity: quantity(VALUE, = mm, = mm)
        """,
}
FILES = {
    "persons": "NR\n1\n2\n",
    "stays": "STAY,NR,START\n10,1,01.07.2020 10:00\n20,2,01.01.2020 10:00\n20,2,01.01.2021 10:00\n"
    "30,2,32.01.2020 10:00\n",
    "concepts": "CONCEPT,CODE\nc1,8480-6\n",
    "items": "ITEM,LABEL,CONCEPT\n5,systolic,c1\n6.0,sitting,c9\n5,later,c1\n",
    "events": "NR,STAY,ITEM,MINUTES,VALUE\n"
    '2,20,5,-90,"120,5"\n2,30,6,0,1\n1,10,5.0,60,7\n1,20,7,60,8\n1,,6,,9\n2,20,5,1.5.2,1\n',
}


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    write(tmp_path / "clinic", MAPPING, "yaml")
    write(tmp_path / "inbox", FILES, "csv")
    return tmp_path


def write(folder: Path, files: dict[str, str], ending: str) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.{ending}").write_text(text, encoding="utf-8")
    load.cache_clear()


def made(shards: list[Shard], kind: str) -> list[dict[str, Any]]:
    return [row for s in shards if f"phi/fhir/{kind}" in s for row in s[f"phi/fhir/{kind}"].to_pylist()]


def observations(night: Night, clinic: Path, batches: int = 1) -> list[dict[str, Any]]:
    return made(night(clinic / "inbox", clinic / "work", str(clinic / "clinic"), batches)[1], "Observation")


def brief(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (
            row["subject"]["reference"][-1],
            row.get("effectiveDateTime"),
            row.get("code") and (row["code"]["text"], row["code"]["coding"] and row["code"]["coding"][0]["code"]),
            row["valueQuantity"]["value"],
        )
        for row in rows
    ]


EXPECTED = [
    ("1", "2020-07-01T11:00:00+02:00", ("SYSTOLIC", "8480-6"), 7.0),
    ("1", None, None, 8.0),  # the stay is another person's, the item is in no table
    ("1", None, ("SITTING", None), 9.0),
    ("2", "2020-01-01T08:30:00+01:00", ("SYSTOLIC", "8480-6"), 120.5),  # the first of two stays, as of two items
    ("2", None, ("SITTING", None), 1.0),  # the stay's row is bad
]


@pytest.mark.parametrize("batches", [1, 2])
def test_joined_columns_stand_beside_the_rows(clinic: Path, night: Night, batches: int) -> None:
    assert brief(observations(night, clinic, batches)) == EXPECTED


def test_good_rows_without_match_are_counted(clinic: Path, night: Night) -> None:
    night(clinic / "inbox", clinic / "work", str(clinic / "clinic"))
    said = Tables(str(clinic / "clinic"), "inbox").read(clinic / "work", 0)[TALLY].to_pylist()
    told = {row["table"]: row["rows"] for row in said if row["became"] == "unmatched"}
    assert told == {"events.stay": 2, "events.item": 1}  # a row without a key asks for none
    assert {row["became"]: row["rows"] for row in said if row["table"] == "events"} == {
        "resources": 5,
        "rejected": 1,
        "nothing": 0,
    }


def test_a_required_match_that_is_not_there(clinic: Path, night: Night) -> None:
    more = MAPPING["events"].replace("on: {ITEM: ITEM}", "on: {ITEM: ITEM}, required: true")
    write(clinic / "clinic", {"events": more}, "yaml")
    _, shards = night(clinic / "inbox", clinic / "work", str(clinic / "clinic"))
    told = [(r["line"], r["column"], r["rule"]) for s in shards for r in s["phi/quarantine"].to_pylist()]
    assert sorted(told) == [(5, "ITEM", "no-match"), (5, "START", "date-format"), (7, "MINUTES", "number-format")]


def test_many_matches_are_one_row_each(clinic: Path, night: Night) -> None:
    stays = """
        person: NR
        columns: {STAY: integer!, NR: id!, START: ignored}
        joins: {event: {table: events, on: STAY, many: true}}
        resources:
          Encounter:
            by: [STAY]
            id: "'stay-' || STAY"
            status: = finished
            class: coding(act-code, = IMP)
            subject: reference(Patient, NR)
            type: {each: event.NAME, text: event.NAME}
        """
    events = MAPPING["events"].replace("stay: {table: stays, on: STAY}", "").replace("effectiveDateTime: AT", "")
    events = events.replace("after(stay.START, MINUTES)", "upper(VALUE::VARCHAR)")
    write(clinic / "clinic", {"stays": stays, "events": events}, "yaml")
    extra = "2,20,6,3,4\n2,20,6,3,5\n2,,6,3,5\n"
    write(clinic / "inbox", {"events": FILES["events"] + extra, "stays": FILES["stays"] + "40,1,\n"}, "csv")
    _, shards = night(clinic / "inbox", clinic / "work", str(clinic / "clinic"))
    rows = made(shards, "Encounter")
    assert [(row["id"], row["source_line"], [t["text"] for t in row["type"] or ()]) for row in rows] == [
        ("stay-10", 2, ["SYSTOLIC"]),
        ("stay-40", 6, []),
        ("stay-20", 3, ["SYSTOLIC", "SITTING"]),
        ("stay-30", 5, ["SITTING"]),
    ]


def test_an_id_that_is_computed_must_be_one(clinic: Path, night: Night) -> None:
    persons = MAPPING["persons"].replace("{id: NR}", "{id: \"'p' || NR || CASE WHEN NR = '2' THEN '_' ELSE '' END\"}")
    write(clinic / "clinic", {"persons": persons}, "yaml")
    _, shards = night(clinic / "inbox", clinic / "work", str(clinic / "clinic"))
    assert [row["id"] for row in made(shards, "Patient")] == ["p1"]
    told = [(r["file"], r["line"], r["column"], r["rule"]) for s in shards for r in s["phi/quarantine"].to_pylist()]
    assert ("persons.csv", 3, "NR", "id-format") in told


def digests(clinic: Path, night: Night) -> dict[int, int]:
    night(clinic / "inbox", clinic / "work", str(clinic / "clinic"))
    found = Tables(str(clinic / "clinic"), "inbox").digests(clinic / "work", 0)
    return dict(zip(found["origin_id"].to_pylist(), found["digest"].to_pylist(), strict=True))


@pytest.mark.parametrize(
    ("table", "old", "new", "changed"),
    [
        ("items", "systolic", "diastolic", {1, 2}),
        ("items", "5,later,c1\n", "", {1, 2}),
        ("concepts", "8480-6", "8462-4", {1, 2}),
        ("stays", "10,1,01.07", "10,1,02.07", {1}),
        ("stays", "20,2,01.01.2020 10:00\n20,2,01.01.2021", "20,2,01.01.2021 10:00\n20,2,01.01.2020", {2}),
        ("events", "2,20,5,-90", "2,20,5,-91", {2}),
        ("events", "1,10,5.0,60,7\n1,20,7,60,8\n", "1,20,7,60,8\n1,10,5.0,60,7\n", set()),
    ],
)
def test_the_digest_of_a_person_follows_joined_rows(
    table: str, old: str, new: str, changed: set[int], clinic: Path, night: Night
) -> None:
    before = digests(clinic, night)
    assert old in FILES[table]
    write(clinic / "inbox", {table: FILES[table].replace(old, new)}, "csv")
    after = digests(clinic, night)
    assert {origin for origin in before if before[origin] != after[origin]} == changed
    assert None not in after.values()


def test_who_is_skipped_makes_no_difference_to_others(clinic: Path, night: Night) -> None:
    observations(night, clinic)
    shard = Tables(str(clinic / "clinic"), "inbox").read(clinic / "work", 0, skip=np.array([1]))
    assert brief(shard["phi/fhir/Observation"].to_pylist()) == EXPECTED[3:]


def test_a_code_table_that_changes_is_read_again(clinic: Path, night: Night) -> None:
    observations(night, clinic)
    write(clinic / "inbox", {"items": FILES["items"].replace("systolic", "diastolic")}, "csv")
    assert brief(observations(night, clinic))[0][2] == ("DIASTOLIC", "8480-6")


def test_a_delivery_without_the_code_table(clinic: Path, night: Night) -> None:
    (clinic / "inbox" / "items.csv").unlink()
    (clinic / "inbox" / "stays.csv").unlink()
    assert {row[1:3] for row in brief(observations(night, clinic))} == {(None, None)}
