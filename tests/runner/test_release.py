"""Releases of a small lake: k-anonymous, joined with no other, without small cells, frozen, and ended when revoked."""

import csv
import json
import stat
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from bench.attack_release import linked
from contract.errors import ChartloomError, CheckFailed, ConfigError, InputError
from etl.timeline.valid import problems
from nlp.deid.anonymity.classes import classes
from runner import cli
from runner.config import Config, load
from runner.forgetting import elsewhere
from runner.forgetting.opting import opt
from runner.forgetting.person import Asked
from runner.query import query
from runner.releases import standing
from runner.releases.making import release
from runner.releases.manifest import state
from tests.runner.hospital import MRN, Hospital, Row, condition, patient

PEOPLE = 48
RARE = "233604007"  # two persons have it
OLD = "p47"
PROJECT = {
    "recipient": "Institute of Examples", "approval": "IRB-17", "expires": date(2999, 12, 31),
    "k": 5, "max_suppressed": 0.03, "cohort": "SELECT subject_id FROM timeline",
    "quasi_identifiers": ["birth_year", "zip3", "sex"],
}  # fmt: skip
NAMES = ["Quillfeather", "Brandywhine", "Ostrowick", "Marlinspark", "Thackerby", "Venterosa"]


def _patient(at: int) -> Row:
    return patient(
        f"p{at}", gender=("female", "male")[at % 2],
        birthDate="1901-03-04" if f"p{at}" == OLD else f"{1944 + at % 3}-05-06",
        identifier=[{**MRN, "value": f"77{at:05d}3"}],
        name=[{"family": NAMES[at % 6] + "son" * (at % 2), "given": ["Ysolde"]}],
        address=[{"city": "Quincyville", "state": "MA", "postalCode": f"021{30 + at % 5}",
                  "line": [f"{at + 11} Elmwood Road"]}],
    )  # fmt: skip


def _stay(at: int) -> Row:
    """One person comes more often than all others."""
    return {"resourceType": "Encounter", "id": f"e{at}", "status": "finished", "class": {"code": "IMP"},
            "subject": {"reference": "Patient/p46"}, "period": {"start": f"2020-02-{at + 1:02d}"}}  # fmt: skip


def _illnesses() -> list[Row]:
    common = [condition(f"c{at}", f"p{at}") for at in range(PEOPLE)]
    return [*common, *map(_stay, range(12)), *(condition(f"r{at}", f"p{at}", code=RARE) for at in (3, 4))]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Config:
    hospital = Hospital(tmp_path_factory.mktemp("hospital"))
    gate = {"uses": "nlp.deid.stage:Deidentify", "with": {"layers": ["known", "rules"]}}
    hospital.steps["deid"] = gate
    hospital.fhir("one", *map(_patient, range(PEOPLE)), *_illnesses())
    hospital.night()
    return load(hospital.root / "pipelines.yaml")


def make(config: Config, name: str, **said: Any) -> Mapping[str, Any]:
    folder = config.root / "releases"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(yaml.safe_dump({**PROJECT, **said}), encoding="utf-8")
    return release(config, name)


def tables(config: Config, name: str) -> dict[str, pa.Table]:
    root = config.lake / "releases" / name
    found = {f"fhir/{path.stem}": pq.read_table(path) for path in root.glob("fhir/*.parquet")}
    return {**found, "timeline": pq.read_table(root / "timeline/data/data.parquet")}


@pytest.fixture(scope="module")
def first(lake: Config) -> dict[str, pa.Table]:
    make(lake, "first")
    return tables(lake, "first")


def test_every_class_has_k_persons(lake: Config, first: dict[str, pa.Table]) -> None:
    people, smallest = classes(first, PROJECT["quasi_identifiers"])
    said = standing.every(lake.lake)[0]
    assert smallest >= 5
    assert said["k_reached"] == smallest
    assert len(people) == PEOPLE - 1  # whoever is much older than all others is left out
    assert said["persons_left_out"] == "under 11"


def test_what_is_told_of_birth_and_home_is_generalised(first: dict[str, pa.Table]) -> None:
    rows = first["fhir/Patient"].to_pylist()
    assert all(len(row["birthDate"]) == 4 for row in rows)
    homes = [home for row in rows for home in row["address"]]
    assert all(len(home["postalCode"] or "") <= 3 and not home["city"] and not home["line"] for home in homes)
    births = [row["time"] for row in first["timeline"].to_pylist() if row["code"] == "MEDS_BIRTH"]
    assert births
    assert all((time.month, time.day) == (1, 1) for time in births)


def test_rare_codes_are_nowhere(lake: Config, first: dict[str, pa.Table]) -> None:
    open_codes = "SELECT code FROM timeline"
    assert RARE in str([batch.to_pylist() for batch in query(lake.lake, open_codes)[1]])
    assert not [name for name, rows in first.items() if RARE in str(rows.to_pylist())]
    assert len(first["fhir/Condition"]) == PEOPLE - 1


def test_the_timeline_is_meds(lake: Config, first: dict[str, pa.Table]) -> None:
    assert first["timeline"].num_rows
    assert problems(lake.lake / "releases/first/timeline") == []


def _ids(found: Mapping[str, pa.Table]) -> set[Any]:
    ids = {row["id"] for name, rows in found.items() if name != "timeline" for row in rows.to_pylist()}
    events = found["timeline"].to_pylist()
    return ids | {row["subject_id"] for row in events} | {row["fhir_id"] for row in events} - {None}


def _surrogates(found: Mapping[str, pa.Table]) -> set[str]:
    rows = found["fhir/Patient"].to_pylist()
    return {each["value"] for row in rows for each in row["identifier"]}


def test_two_projects_share_no_id_and_no_surrogate(lake: Config, first: dict[str, pa.Table]) -> None:
    make(lake, "second")
    second = tables(lake, "second")
    assert _ids(first).isdisjoint(_ids(second))
    assert _surrogates(first).isdisjoint(_surrogates(second))
    nightly = {row["subject_id"] for row in pq.read_table(lake.lake / "open/timeline/data").to_pylist()}
    assert _ids(first).isdisjoint(nightly)


def test_no_cell_under_11_is_told(lake: Config, first: dict[str, pa.Table]) -> None:
    assert first
    with (lake.lake / "releases/first/summary.csv").open(encoding="utf-8", newline="") as file:
        counts = [row["persons"] for row in csv.DictReader(file)]
    assert counts
    assert not [count for count in counts if count.isdigit() and 0 < int(count) < 11]


def test_a_release_is_frozen_and_its_crosswalk_closed(lake: Config, first: dict[str, pa.Table]) -> None:
    assert first
    files = [path for path in (lake.lake / "releases/first").rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o444}
    closed = lake.lake / "phi-releases/first"
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in closed.iterdir()} == {0o600}
    assert sorted(path.name for path in closed.iterdir()) == ["crosswalk.parquet", "key"]


def test_the_manifest_names_no_one(lake: Config, first: dict[str, pa.Table]) -> None:
    assert first
    said = (lake.lake / "releases/first/manifest.json").read_text(encoding="utf-8")
    assert {"recipient", "approval", "expires", "policy", "cohort_sha256", "files"} <= json.loads(said).keys()
    assert not [name for name in (*NAMES, "Elmwood", "SELECT") if name in said]
    assert json.loads(said)["k_does_not_cover"] == ["free text", "days between events"]


REFUSED: list[tuple[dict[str, Any], type[ChartloomError], str]] = [
    ({"expires": date(2020, 1, 1)}, ConfigError, "over"),
    ({"cohort": "SELECT subject_id FROM phi.timeline"}, InputError, "never phi"),
    ({"cohort": "SELECT subject_id FROM timeline LIMIT 1"}, InputError, "fewer persons than k"),
    ({"cohort": "SELECT 5::BIGINT AS subject_id"}, InputError, "of nobody"),
    ({"cohort": "SELECT code FROM timeline"}, InputError, "subject_id"),
    ({"tables": ["fhir/Patients"]}, ConfigError, "fhir/Patient"),
    ({"policies": "x"}, ConfigError, "'policy'"),
    ({"policy": "safe_harbour"}, ConfigError, "safe_harbor"),
    ({"policy": "safe_harbor", "tables": ["timeline"]}, ConfigError, "timeline"),
    ({"quasi_identifiers": ["zip"]}, ConfigError, "zip3"),
    ({"quasi_identifiers": ["visits"], "max_suppressed": 0.0}, CheckFailed, "under k = 5"),
    ({"recipient": ""}, ConfigError, "recipient"),
]


@pytest.mark.parametrize(("said", "kind", "word"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_is_refused(lake: Config, said: dict[str, Any], kind: type[ChartloomError], word: str) -> None:
    with pytest.raises(kind, match=word):
        make(lake, "refused", **said)
    assert not list((lake.lake / "releases").glob("*refused*"))
    assert not list((lake.lake / "phi-releases").glob("*refused*"))


def test_a_name_is_given_once(lake: Config, first: dict[str, pa.Table]) -> None:
    assert first
    with pytest.raises(InputError, match="never changes"):
        make(lake, "first")


def test_safe_harbor_has_years_and_no_timeline(lake: Config) -> None:
    make(lake, "harbor", policy="safe_harbor")
    root = lake.lake / "releases/harbor"
    assert not (root / "timeline").exists()
    onsets = pq.read_table(root / "fhir/Condition.parquet")["onsetDateTime"].to_pylist()
    assert {len(day) for day in onsets} == {4}


def test_a_limited_data_set_is_closed_to_others(lake: Config) -> None:
    make(lake, "limited", policy="limited")
    root = lake.lake / "releases/limited"
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    onsets = pq.read_table(root / "fhir/Condition.parquet")["onsetDateTime"].to_pylist()
    assert set(onsets) == {"2020-01-01"}


def test_revoked_files_go_and_the_manifest_stays(lake: Config) -> None:
    make(lake, "ended")
    subject = pq.read_table(lake.lake / "phi-releases/ended/crosswalk.parquet")["subject_id"][0].as_py()
    standing.revoke(lake.lake, "ended")
    assert [path.name for path in (lake.lake / "releases/ended").iterdir()] == ["manifest.json"]
    said = {each["project"]: each for each in standing.every(lake.lake)}["ended"]
    assert said["state"] == "revoked"
    assert said["revoked"]["time"]
    assert "ended" in elsewhere.releases(lake.lake, [subject])
    assert not (lake.lake / "phi-releases/ended/key").exists()
    assert pq.read_schema(lake.lake / "phi-releases/ended/crosswalk.parquet").names == [
        "subject_id", "merged_into", "open_id",
    ]  # fmt: skip
    with pytest.raises(InputError, match="never changes"):
        make(lake, "ended")
    acts = [json.loads(line)["act"] for path in (lake.lake / "phi-audit").iterdir() for line in path.open()]
    assert acts[-1] == "release --revoke"
    assert "release" in acts


def test_a_leak_refuses_the_release(lake: Config, tmp_path: Path) -> None:
    """The recipient's name is planted as a canary."""
    said = yaml.safe_load((lake.root / "pipelines.yaml").read_text(encoding="utf-8"))
    check = {"uses": "nlp.deid.audit.check:LeakAudit", "with": {"canaries": ["Institute of Examples"]}}
    said["nightly"]["checks"] = {"leaks": check}
    path = lake.root / f"{tmp_path.name}.yaml"
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    with pytest.raises(CheckFailed, match="canary"):
        make(load(path), "leaking")
    assert not (lake.lake / "releases/leaking").exists()


def test_states_follow_the_day(lake: Config, first: dict[str, pa.Table]) -> None:
    assert first
    said = json.loads((lake.lake / "releases/first/manifest.json").read_bytes())
    assert state(said, date(2999, 12, 31)) == "active"
    assert state(said, date(3000, 1, 1)) == "expired"


def test_a_population_file_finds_nobody_alone(lake: Config, first: dict[str, pa.Table]) -> None:
    assert first
    rows = [_patient(at) for at in range(PEOPLE)]
    population = {"birth_year": [row["birthDate"][:4] for row in rows], "zip3": ["021"] * PEOPLE,
                  "sex": [row["gender"] for row in rows]}  # fmt: skip
    found = linked(lake.lake / "releases/first", pa.table(population))
    assert found.holds
    assert found.lone == 0


def test_dates_move_by_other_weeks_than_in_the_open_root(lake: Config, first: dict[str, pa.Table]) -> None:
    assert first
    mine = pq.read_table(lake.lake / "phi-releases/first/crosswalk.parquet")
    known = pq.read_table(lake.lake / "phi/identities.parquet")
    weeks = dict(zip(*(known[name].to_pylist() for name in ("key", "offset_weeks")), strict=True))
    assert all(weeks[row["key"]] != row["offset_weeks"] != 0 for row in mine.to_pylist())


def test_drafts_of_a_killed_release_go(lake: Config, first: dict[str, pa.Table]) -> None:
    assert first
    left = [lake.lake / root / ".killed" for root in ("releases", "phi-releases")]
    for folder in left:
        folder.mkdir()
    make(lake, "after")
    assert not any(folder.exists() for folder in left)


def test_the_list_tells_who_has_what(lake: Config, first: dict[str, pa.Table]) -> None:
    assert first
    said = CliRunner().invoke(cli.app, ["release", "--list", "--config", str(lake.path), "--json"])
    mine = {each["project"]: each for each in json.loads(said.stdout)}["first"]
    assert (mine["state"], mine["recipient"], mine["approval"]) == ("active", "Institute of Examples", "IRB-17")


def test_who_opted_out_today_is_in_no_release(lake: Config) -> None:
    """The open root still has them: no night has been since."""
    opt(lake.lake, [Asked("p5")], undo=False)
    try:
        make(lake, "opted")
    finally:
        opt(lake.lake, [Asked("p5")], undo=True)
    known = pq.read_table(lake.lake / "phi-releases/opted/crosswalk.parquet")["key"].to_pylist()
    assert "p5" not in known
    assert "p6" in known
