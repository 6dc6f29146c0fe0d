"""Real stays of the PhysioNet Challenge 2012, worked out by hand from their files; and its other sets' file names."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from contract.work import Shard, Spooled
from etl.timeline.stage import BuildTimeline
from tests.etl.sources.real import data, rejected, rows_of

Night = Callable[..., tuple[Spooled, list[Shard]]]
RECORDS = ("132539", "132551", "136022")  # left alive; died in hospital; its outcome contradicts itself
ADMITTED = datetime(2012, 1, 1)


@pytest.fixture(scope="module")
def shards(night: Night, tmp_path_factory: pytest.TempPathFactory) -> list[Shard]:
    source, root = data("physionet2012_set_a"), tmp_path_factory.mktemp("challenge")
    (root / "in" / "set-a").mkdir(parents=True)
    for record in RECORDS:
        shutil.copy(source / "set-a" / f"{record}.txt", root / "in" / "set-a")
    lines = (source / "Outcomes-a.txt").read_text().splitlines(keepends=True)
    kept = [line for line in lines if line.startswith(("RecordID", *RECORDS))]
    (root / "in" / "Outcomes-a.txt").write_text("".join(kept))
    return night(root / "in", root / "work", "physionet2012")[1]


def test_who_the_persons_are(shards: list[Shard]) -> None:
    people = rows_of(shards, "Patient")
    assert set(people) == set(RECORDS)
    assert [people[r]["birthDate"] for r in RECORDS] == ["1958", "1934", "1938"]  # 2012 less 54, 78, 74
    assert [people[r]["gender"] for r in RECORDS] == ["female"] * 3
    assert [people[r].get("deceasedDateTime") for r in RECORDS] == [None, "2012-01-07", None]


def test_stays_last_as_long_as_the_outcomes_say(shards: list[Shard]) -> None:
    stays = rows_of(shards, "Encounter")
    assert {stay["period"]["start"] for stay in stays.values()} == {"2012-01-01T00:00:00Z"}
    assert [stays[r]["period"].get("end") for r in RECORDS] == ["2012-01-06", "2012-01-07", None]  # 5 and 6 days
    assert [stays[r]["type"][0]["text"] for r in RECORDS] == ["Surgical ICU", "Medical ICU", "Medical ICU"]
    died = stays["132551"]["hospitalization"]["dischargeDisposition"]["coding"][0]["code"]
    assert (died, "hospitalization" in stays["132539"]) == ("exp", False)


def test_every_value_that_is_known_is_an_observation(shards: list[Shard]) -> None:
    observations = rows_of(shards, "Observation")
    count = {r: sum(o["subject"]["reference"] == f"Patient/{r}" for o in observations.values()) for r in RECORDS}
    # rows of the file less number, age, gender, kind of unit, less -1 (height and weight), and the two scores
    assert count == {"132539": 256 - 4 - 2 + 2, "132551": 651 - 4 - 0 + 2, "136022": 19 - 4 - 2}
    (last,) = [
        o for o in observations.values()
        if o["subject"]["reference"] == "Patient/132551" and o["effectiveDateTime"] == "2012-01-02T22:40:00Z"
        and o["code"]["coding"][0]["code"] == "8310-5"
    ]  # fmt: skip
    assert last["valueQuantity"] == {"value": 36.7, "unit": "Cel", "system": "http://unitsofmeasure.org", "code": "Cel"}
    assert observations["sofa-132551"]["valueQuantity"]["value"] == 8


def test_an_outcome_that_contradicts_itself_is_set_aside(shards: list[Shard]) -> None:
    assert list(rejected(shards)) == [("SURVIVAL", "death-contradicted")]


def test_minutes_since_admission_are_exact_on_the_timeline(shards: list[Shard]) -> None:
    tables = [{n: t for n, t in shard.items() if n.startswith("phi/fhir/")} for shard in shards]
    stamped = {n: t.append_column("source", pa.repeat("c", len(t))) for shard in tables for n, t in shard.items()}
    events = BuildTimeline().run(stamped)["phi/timeline"].to_pylist()
    raw = (data("physionet2012_set_a") / "set-a" / "132539.txt").read_text().splitlines()[1:]
    told = [(row.split(",")[0], float(row.split(",")[2])) for row in raw if row.split(",")[1] == "HR"]
    found = [
        (event["time"] - ADMITTED, event["numeric_value"])
        for event in events
        if event["code"] == "LOINC//8867-4" and event["encounter_id"] == "132539"
    ]
    assert found == [(timedelta(hours=int(at[:2]), minutes=int(at[3:])), value) for at, value in told]
    ends = {event["encounter_id"]: event["time"] for event in events if event["code"].startswith("HOSPITAL_DISCHARGE")}
    assert ends == {"132539": ADMITTED + timedelta(days=5), "132551": ADMITTED + timedelta(days=6)}
    assert [event["time"] for event in events if event["code"] == "MEDS_DEATH"] == [ADMITTED + timedelta(days=6)]


def test_other_sets_and_no_outcomes(night: Night, tmp_path: Path) -> None:
    (tmp_path / "in" / "set-b").mkdir(parents=True)
    (tmp_path / "in" / "set-b" / "142675.txt").write_text(
        "Time,Parameter,Value\n00:00,RecordID,142675\n00:00,Age,70\n00:00,Gender,1\n00:00,ICUType,2\n"
        "48:00,HR,81\n47:60,HR,80\n10:00,Zinc,1\n11:00,HR,high\n"
    )
    _, shards = night(tmp_path / "in", tmp_path / "work", "physionet2012")
    assert rows_of(shards, "Patient")["142675"]["gender"] == "male"
    (heart,) = rows_of(shards, "Observation").values()
    assert (heart["effectiveDateTime"], heart["valueQuantity"]["value"]) == ("2012-01-03T00:00:00Z", 81)
    assert sorted(rejected(shards)) == [
        ("Parameter", "unknown-parameter"), ("Time", "time-format"), ("Value", "number-format"),
    ]  # fmt: skip
