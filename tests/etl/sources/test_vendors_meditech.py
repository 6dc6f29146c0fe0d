"""Meditech's shape: RTF, notes that replace others, dates and hours in two columns, a clock for each table."""

from pathlib import Path

import pytest

from contract.work import Shard
from simulate.vendors.reshape import reshape
from tests.etl.sources.facts import newest
from tests.etl.sources.spoiling import Night, by_id, notes, spoilt, told


@pytest.fixture(scope="module")
def extract(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    inbox = tmp_path_factory.mktemp("meditech") / "in"
    reshape(simulated, inbox, "meditech")
    return inbox


@pytest.fixture(scope="module")
def shards(extract: Path, night: Night, tmp_path_factory: pytest.TempPathFactory) -> list[Shard]:
    return night(extract, tmp_path_factory.mktemp("work"), "meditech")[1]


def test_each_version_is_a_document_that_names_what_it_replaces(shards: list[Shard]) -> None:
    documents, texts = by_id(shards, "DocumentReference"), notes(shards)
    links = {
        (link["code"], link["target"]["reference"].removeprefix("DocumentReference/"), row["id"])
        for row in documents.values()
        for link in row.get("relatesTo") or []
    }
    assert {code for code, *_ in links} == {"replaces", "appends"}
    for code, before, after in links:
        assert documents[before]["status"] == ("superseded" if code == "replaces" else "current")
        assert documents[after]["status"] == "current"
        assert texts[after].startswith(texts[before]) == (code == "replaces")
    wrong = {row["id"] for row in documents.values() if row["status"] == "entered-in-error"}
    assert wrong and not wrong & set(texts)
    assert not [text for text in texts.values() if "\\par" in text]


def test_results_that_were_corrected_or_taken_back(shards: list[Shard]) -> None:
    results = [row for row in newest(shards, "Observation") if row["id"].startswith("R")]
    corrected = [row for row in results if row["status"] == "corrected"]
    assert corrected and all(row["valueQuantity"]["value"] != 999 for row in corrected)
    assert [row for row in results if row["status"] == "entered-in-error"]
    assert {row["effectiveDateTime"][-6:] for row in results} == {"-06:00", "-07:00"}  # of the laboratory, in Denver


def test_hours_that_are_none(extract: Path, night: Night, tmp_path: Path) -> None:
    def wrong(lines: list[str]) -> list[str]:
        names = lines[0].replace('"', "").split("\t")
        rows = [line.split("\t") for line in lines]
        rows[1][names.index("AdmitDate")], rows[1][names.index("AdmitTime")] = "14/03/2021", "0230"
        rows[2][names.index("AdmitTime")] = "2575"
        rows[3][names.index("AdmitDate")] = "03/14/2021"
        return ["\t".join(row) for row in rows]

    inbox = spoilt(extract, tmp_path / "in", "adm/AdmVisits.txt", wrong)
    found = night(inbox, tmp_path / "work", "meditech")[1]
    assert told(found) == {("ADMITTED", "date-skipped"), ("ADMITTED", "date-format")}


def test_a_note_cut_short_and_a_dictionary_that_lacks_a_code(
    extract: Path, shards: list[Shard], night: Night, tmp_path: Path
) -> None:
    def cut(lines: list[str]) -> list[str]:
        (at, *_) = [at for at, line in enumerate(lines) if "{\\rtf" in line]
        return [*lines[:at], lines[at].replace("{\\rtf1", "tf1"), *lines[at + 1 :]]

    spoilt(extract, tmp_path / "in", "dict/DictTest.txt", lambda lines: [lines[0], *lines[2:]])
    inbox = spoilt(extract, tmp_path / "in", "pcm/PcmNotes.txt", cut)
    found = night(inbox, tmp_path / "work", "meditech")[1]
    assert told(found) == {("NoteText", "codec")}
    assert len(by_id(shards, "DocumentReference")) - len(by_id(found, "DocumentReference")) == 1
    bare = [row for row in newest(found, "Observation") if len(row["code"]["coding"]) == 1]
    assert len({row["code"]["coding"][0]["code"] for row in bare}) == 1
