"""Wide tables by `over`, and when rows were changed or became known."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from contract.work import Shard, Spooled
from etl.timeline.stage import BuildTimeline

Night = Callable[..., tuple[Spooled, list[Shard]]]
MAPPING = {
    "source": """
        zone: Europe/Stockholm
        maps:
          vitals:
            HR: {code: 8867-4, name: "Heart rate (resting), by hand", unit: /min}
            Body Temp: {code: 8310-5, name: Body temperature, unit: ""}
        """,
    "persons": "person: NR\npeople: {identifying: {synthea: NR}}\ncolumns: {NR: id!}\nresources: {Patient: {id: NR}}\n",
    "vitals": """
        person: NR
        columns: {NR: id!, AT: dateTime!, HR: decimal, Body Temp: decimal, CHANGED: dateTime, STORED: dateTime}
        resources:
          Observation:
            over: vitals
            when: $column IS NOT NULL
            id: hash(NR, AT, = $column)
            lastUpdated: CHANGED
            recorded: STORED
            status: = final
            code: concept(loinc, = $code, = $name)
            subject: reference(Patient, NR)
            effectiveDateTime: AT
            valueQuantity: quantity($column, = $unit, = $unit)
        """,
}
FILES = {
    "persons": "NR\n1\n",
    "vitals": "NR,AT,HR,Body Temp,CHANGED,STORED\n"
    "1,2020-07-01 10:00,70,36.5,2020-08-01 12:00,2020-07-01 11:00\n"
    "1,2020-07-02 10:00,71,,,2020-07-02\n1,2020-07-03 10:00,72,,,2020-07-02\n",
}


@pytest.fixture
def shard(tmp_path: Path, night: Night) -> Shard:
    for folder, files, ending in (("clinic", MAPPING, "yaml"), ("inbox", FILES, "csv")):
        (tmp_path / folder).mkdir()
        for name, text in files.items():
            (tmp_path / folder / f"{name}.{ending}").write_text(text, encoding="utf-8")
    return night(tmp_path / "inbox", tmp_path / "work", str(tmp_path / "clinic"))[1][0]


def test_a_wide_row_becomes_a_resource_for_each_entry(shard: Shard) -> None:
    rows = shard["phi/fhir/Observation"].to_pylist()
    found = [
        (
            row["source_line"],
            row["code"]["coding"][0]["code"],
            row["valueQuantity"]["value"],
            row["valueQuantity"]["unit"],
        )
        for row in rows
    ]
    assert sorted(found) == [
        (2, "8310-5", 36.5, None),
        (2, "8867-4", 70.0, "/min"),
        (3, "8867-4", 71.0, "/min"),
        (4, "8867-4", 72.0, "/min"),
    ]
    assert len({row["id"] for row in rows}) == 4
    assert {row["code"]["text"] for row in rows} == {"Heart rate (resting), by hand", "Body temperature"}


def test_times_of_rows_are_moments_in_utc(shard: Shard) -> None:
    rows = {row["source_line"]: row for row in shard["phi/fhir/Observation"].to_pylist()}
    assert [rows[n]["lastUpdated"] for n in (2, 3, 4)] == [datetime(2020, 8, 1, 10), None, None]
    assert [rows[n]["recorded"] for n in (2, 3, 4)] == [
        datetime(2020, 7, 1, 9),
        datetime(2020, 7, 2, 22),  # when the day is over, there
        datetime(2020, 7, 2, 22),
    ]


def test_the_timeline_knows_when_facts_became_known(shard: Shard) -> None:
    tables = {name: rows.append_column("source", [["s"] * len(rows)]) for name, rows in shard.items() if "fhir" in name}
    rows = BuildTimeline().run(tables)["phi/timeline"].to_pylist()
    found = {(row["time"], row["recorded_time"]) for row in rows if row["code"] == "LOINC//8867-4"}
    assert found == {
        (datetime(2020, 7, 1, 8), datetime(2020, 7, 1, 9)),
        (datetime(2020, 7, 2, 8), datetime(2020, 7, 2, 22)),
        (datetime(2020, 7, 3, 8), datetime(2020, 7, 3, 8)),  # never before it happened
    }
