"""The table `runs`: every published night is in it, once, and says what its manifest says."""

import csv
import io
from typing import Any

from typer.testing import CliRunner

from runner import cli
from tests.runner.hospital import Hospital, note, patient, person, weight


def asked(hospital: Hospital, sql: str) -> list[dict[str, str]]:
    said = CliRunner().invoke(cli.app, ["query", "--lake", str(hospital.lake.root), "--format", "csv", sql])
    assert said.exit_code == 0, said.output
    return list(csv.DictReader(io.StringIO(said.stdout)))


def two_nights(hospital: Hospital) -> list[dict[str, Any]]:
    hospital.csv("2026-01", person("p1"), weight("p1", "2020-01-01", 70))
    hospital.fhir("2026-01", patient("f1"), note("n", "f1", "She was seen."))
    first = hospital.night()
    hospital.csv("2026-02", weight("p1", "2020-01-02", 71))
    return [first, hospital.night()]


def test_a_query_of_the_open_root_finds_every_published_night(hospital: Hospital) -> None:
    nights = two_nights(hospital)
    hospital.night()  # nothing new: nothing is published
    whole = asked(hospital, "select * from runs where step = 'nightly' order by run_id")
    assert [(row["run_id"], row["rows_in"]) for row in whole] == [
        (said["run_id"], str(sum(sum(s["rows_in"].values()) for s in said["sources"].values()))) for said in nights
    ]
    assert all(float(row["seconds"]) > 0 and float(row["peak_mb"]) > 0 for row in whole)


def test_tables_are_counted_under_who_wrote_them(hospital: Hospital) -> None:
    _, said = two_nights(hospital)
    rows = asked(hospital, f"select * from runs where run_id = '{said['run_id']}' and \"table\" is not null")
    written = {(row["step"], row["table"]): row for row in rows}
    assert len(written) == len(rows)
    assert {("csv", "phi/fhir/Observation"), ("notes", "phi/notes"), ("codes", "phi/timeline_codes")} <= written.keys()
    for (_, table), row in written.items():
        held = said["tables"].get(table, {"rows": 0, "digest": ""})
        assert (row["rows_out"], row["digest"]) == (str(held["rows"]), held["digest"]), table
    assert written["csv", "phi/fhir/Observation"]["rows_in"] == "1"


def test_times_stand_once_so_that_they_can_be_added(hospital: Hospital) -> None:
    _, said = two_nights(hospital)
    rows = asked(hospital, f"select * from runs where run_id = '{said['run_id']}' and \"table\" is null")
    times = {row["step"]: row for row in rows}
    assert times.keys() == {"nightly", *said["steps"], *(part for part in said["parts"] if part != "publish")}
    assert times["timeline"]["units_run"] == str(said["steps"]["timeline"]["units_run"]) == "1"
    assert said["tables"]["runs"]["rows"] == len(asked(hospital, "select * from runs"))
