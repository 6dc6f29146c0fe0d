"""Epic's shape: versions and addenda of notes, results that were corrected, and what is wrong in an extract."""

from pathlib import Path

import pytest

from contract.work import Shard
from simulate.vendors.reshape import reshape
from tests.etl.sources.facts import newest
from tests.etl.sources.spoiling import DOCUMENTS, Night, by_id, notes, spoilt, told


@pytest.fixture(scope="module")
def extract(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    inbox = tmp_path_factory.mktemp("epic") / "in"
    reshape(simulated, inbox, "epic")
    return inbox


@pytest.fixture(scope="module")
def shards(extract: Path, night: Night, tmp_path_factory: pytest.TempPathFactory) -> list[Shard]:
    return night(extract, tmp_path_factory.mktemp("work"), "epic")[1]


def cells(line: str) -> list[str]:
    return [cell.strip('"') for cell in line.split("|")]


def test_the_newest_contact_is_the_note_and_an_addendum_one_of_its_own(shards: list[Shard]) -> None:
    documents = by_id(shards, "DocumentReference")
    amended = next(row for row in documents.values() if row["docStatus"] == "amended")
    addendum = next(row for row in documents.values() if row.get("relatesTo"))
    deleted = next(row for row in documents.values() if row["docStatus"] == "entered-in-error")
    (link,) = addendum["relatesTo"]
    before = link["target"]["reference"].removeprefix("DocumentReference/")
    assert link["code"] == "appends" and documents[before]["docStatus"] == "final"
    versions = [row for shard in shards if DOCUMENTS in shard for row in shard[DOCUMENTS].to_pylist()]
    assert sorted(row["docStatus"] for row in versions if row["id"] == amended["id"]) == ["amended", "final"]
    texts = notes(shards)
    assert texts[addendum["id"]] and texts[before] and texts[addendum["id"]] != texts[before]
    assert deleted["id"] not in texts


def test_a_corrected_result_replaces_and_one_in_error_is_none(shards: list[Shard]) -> None:
    results = [r for r in newest(shards, "Observation") if r["id"].startswith("lab-")]
    corrected = [row for row in results if row["status"] == "corrected"]
    wrong = [row for row in results if row["status"] == "entered-in-error"]
    assert corrected and all(row["valueQuantity"]["value"] != 999 for row in corrected)
    assert wrong and {row["valueString"] for row in wrong} == {"wrong tube"}  # 9999999 is no number
    assert not [row for row in results if (row.get("valueQuantity") or {}).get("value") == 9999999]


def test_a_missing_line_sets_its_contact_aside(
    extract: Path, shards: list[Shard], night: Night, tmp_path: Path
) -> None:
    first = cells((extract / "HNO_NOTE_TEXT.txt").read_text().splitlines()[2])
    assert first[1] == "2"
    inbox = spoilt(extract, tmp_path / "in", "HNO_NOTE_TEXT.txt", lambda lines: [lines[0], lines[1], *lines[3:]])
    found = night(inbox, tmp_path / "work", "epic")[1]
    assert told(found) == {("LINE", "note-line-missing")}
    assert set(by_id(shards, "DocumentReference")) - set(by_id(found, "DocumentReference")) == {first[2]}


def test_what_a_dictionary_lacks_is_kept_under_its_local_code(extract: Path, night: Night, tmp_path: Path) -> None:
    spoilt(extract, tmp_path / "in", "LNC_DB_MAIN.txt", lambda lines: [lines[0], *lines[2:]])
    inbox = spoilt(extract, tmp_path / "in", "CLARITY_COMPONENT.txt", lambda lines: [lines[0], *lines[2:]])
    _, shards = night(inbox, tmp_path / "work", "epic")
    results = [row for row in newest(shards, "Observation") if row["id"].startswith("lab-")]
    bare = [row for row in results if len(row["code"]["coding"]) == 1]
    assert bare and {row["code"]["coding"][0]["code"] for row in bare} == {"1001"}
    assert told(shards) == set() and len(bare) < len(results)


def test_a_local_time_that_never_was(extract: Path, night: Night, tmp_path: Path) -> None:
    def spring(lines: list[str]) -> list[str]:
        row = cells(lines[1])
        return [lines[0], "|".join([*row[:5], "2021-03-14 02:30:00", row[6]]), *lines[2:]]

    _, shards = night(spoilt(extract, tmp_path / "in", "PAT_ENC.txt", spring), tmp_path / "work", "epic")
    assert ("CHECKIN_TIME", "date-skipped") in told(shards)
