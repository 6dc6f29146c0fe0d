"""What pipelines.yaml no longer names: steps and summaries take their tables along, sources are asked about."""

import shutil

import pytest

from contract.errors import ConfigError
from runner.account import verdict
from tests.runner.hospital import Hospital, condition, illness, note, patient, person

HERE = "tests.runner.steps:"


def two_sources(hospital: Hospital) -> Hospital:
    hospital.csv(
        "1", person("p1"), person("p2"), illness("p1", "2020-01-01", "1"), illness("nobody", "2020-01-01", "1")
    )
    hospital.fhir("1", patient("a"), condition("c1", "a"), note("d1", "a", "Well."))
    return hospital


def without_csv(hospital: Hospital) -> None:
    shutil.rmtree(hospital.root / "inbox" / "csv")


def test_a_step_that_is_removed_takes_its_table_along(hospital: Hospital) -> None:
    hospital.steps["measure"] = f"{HERE}Measure"
    two_sources(hospital).night()
    assert len(hospital.table("phi/findings")) == 1
    del hospital.steps["measure"]
    said = hospital.night()
    assert said["status"] == "published" and said["dropped"] == {"phi/findings": 1}
    assert "Dropped, for nothing in the plan writes it: phi/findings (1 row)." in verdict(said)
    assert "phi/findings" not in hospital.snapshot.tables() and "phi/findings" not in said["tables"]
    assert hospital.night()["status"] == "unchanged"
    hospital.steps["measure"] = f"{HERE}Measure"
    assert not hospital.night()["dropped"] and len(hospital.table("phi/findings")) == 1


def test_who_read_a_table_that_is_dropped_runs_without_it(hospital: Hospital) -> None:
    hospital.steps = {"notes": "etl.notes:ExtractNotes", "deid": f"{HERE}Release", "behind": f"{HERE}Behind"}
    hospital.summaries = {"count": f"{HERE}NoteCount"}
    two_sources(hospital).night()
    assert len(hospital.table("findings")) == 1 and hospital.column("phi/coverage", "events") == [1]
    del hospital.steps["notes"]
    said = hospital.night()
    assert "phi/notes" in said["dropped"] and not len(hospital.table("notes"))
    assert not len(hospital.table("findings")) and not len(hospital.table("phi/coverage"))


def test_a_summary_that_is_removed_takes_its_parts_along(hospital: Hospital) -> None:
    two_sources(hospital).night()
    hospital.summaries = {"coverage": hospital.summaries["coverage"]}
    assert "phi/timeline_codes" in hospital.night()["dropped"]
    assert not [
        n for n in hospital.snapshot.tables() if n == "phi/timeline_codes" or n.startswith("phi/partials/codes")
    ]


def test_a_step_under_another_name_keeps_its_table(hospital: Hospital) -> None:
    two_sources(hospital).night()
    hospital.steps = {"texts" if name == "notes" else name: uses for name, uses in hospital.steps.items()}
    assert not hospital.night()["dropped"] and hospital.column("phi/notes", "text") == ["Well."]


@pytest.mark.parametrize("delivery", ["delta", "full"])
def test_a_source_that_is_removed_stops_the_night_until_it_is_retired(delivery: str, hospital: Hospital) -> None:
    hospital.delivery, hospital.numbers["max_loss"] = delivery, 0.1
    two_sources(hospital).night()
    known = hospital.column("phi/identities", "key")
    without_csv(hospital)
    with pytest.raises(ConfigError, match=r"rows of source csv, .* `retired: \[csv\]` into nightly"):
        hospital.night()
    assert len(list((hospital.lake.root / "runs").iterdir())) == 1
    said = hospital.night(retired=["csv"])
    assert said["status"] == "published" and said["retired"] == ["csv"]
    assert all(line["holds"] for line in said["balance"])
    assert said["sources"]["csv"]["resources"]["Patient"]["deleted"] == 2
    assert "Withdrawn, for it is retired: all rows of csv." in verdict(said)
    assert hospital.ids("Patient") == ["a"] and "SNOMED//1" not in hospital.codes()
    assert not len(hospital.table("phi/quarantine")) and hospital.column("phi/identities", "key") == known
    assert not [name for name in hospital.snapshot.tables() if name == "phi/recognised/csv"]
    assert hospital.night(retired=["csv"])["status"] == "unchanged" == hospital.night()["status"]


def test_what_a_retired_source_said_of_persons_holds_no_more(hospital: Hospital) -> None:
    hospital.fhir("1", patient("a", mrn="1"), patient("b", mrn="2"))
    hospital.fhir("1", patient("x", links={"y": "replaces"}, mrn="1"), patient("y", mrn="2"), source="fhir2")
    hospital.night()
    assert hospital.subject("a") == hospital.subject("b")
    shutil.rmtree(hospital.root / "inbox" / "fhir2")
    hospital.night(retired=["fhir2"])
    assert hospital.subject("a") != hospital.subject("b") and hospital.ids("Patient") == ["a", "b"]


def test_a_source_that_comes_back_brings_its_persons_under_their_ids(hospital: Hospital) -> None:
    two_sources(hospital).night()
    subject = hospital.subject("p1", "csv")
    without_csv(hospital)
    hospital.night(retired=["csv"])
    hospital.csv("1", person("p1"))
    hospital.night()
    assert hospital.subject("p1", "csv") == subject and hospital.ids("Patient") == ["a", "p1"]
