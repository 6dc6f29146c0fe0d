"""Cerner's shape: versions of events, addenda beside their document, and blobs that are cut short."""

from pathlib import Path

import pytest

from contract.work import Shard
from simulate.vendors.reshape import reshape
from tests.etl.sources.facts import newest
from tests.etl.sources.spoiling import Night, by_id, notes, spoilt, told


@pytest.fixture(scope="module")
def extract(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    inbox = tmp_path_factory.mktemp("cerner") / "in"
    reshape(simulated, inbox, "cerner")
    return inbox


@pytest.fixture(scope="module")
def shards(extract: Path, night: Night, tmp_path_factory: pytest.TempPathFactory) -> list[Shard]:
    return night(extract, tmp_path_factory.mktemp("work"), "cerner")[1]


def test_the_version_that_became_valid_last_holds(shards: list[Shard]) -> None:
    results = newest(shards, "Observation")
    corrected = [row for row in results if row["status"] == "corrected"]
    wrong = [row for row in results if row["status"] == "entered-in-error"]
    assert corrected and all((row["valueQuantity"] or {}).get("value") != 999 for row in corrected)
    assert wrong
    named = {each["reference"] for row in newest(shards, "DiagnosticReport") for each in row["result"]}
    assert named == {f"Observation/{row['id']}" for row in results if row["status"] != "entered-in-error"}


def test_documents_their_addenda_and_mistakes(shards: list[Shard]) -> None:
    documents, texts = by_id(shards, "DocumentReference"), notes(shards)
    assert [row for row in documents.values() if row["docStatus"] == "amended"]
    addendum = next(row for row in documents.values() if row.get("relatesTo"))
    (link,) = addendum["relatesTo"]
    before = link["target"]["reference"].removeprefix("DocumentReference/")
    assert link["code"] == "appends" and texts[before] and texts[addendum["id"]]
    mistakes = {row["id"] for row in documents.values() if row["docStatus"] == "entered-in-error"}
    assert mistakes and not mistakes & set(texts)


def _rows(lines: list[str]) -> list[int]:
    return [at for at, line in enumerate(lines) if line.startswith("(4")]


def test_blobs_cut_short_and_what_the_dictionary_lacks(
    extract: Path, shards: list[Shard], night: Night, tmp_path: Path
) -> None:
    """Of two blobs one has a short piece, the other one piece less; a code without entry stays as it is."""
    lost = set()

    def cut(lines: list[str]) -> list[str]:
        first, *_ = _rows(lines)
        more = next(at for at in _rows(lines) if at > 30 and ", 2, 81," in lines[at])  # a second piece
        lost.update(lines[at][1:9] for at in (first, more))
        head, end = lines[first].rsplit("'", 1)
        return [*lines[:first], f"{head[:-10]}'{end}", *lines[first + 1 : more], *lines[more + 1 :]]

    for table in ("code_value", "code_value_outbound"):
        spoilt(extract, tmp_path / "in", f"v500_{table}.sql", lambda said: [x for x in said if x[:6] != "(2001,"])
    inbox = spoilt(extract, tmp_path / "in", "v500_ce_blob.sql", cut)
    found = night(inbox, tmp_path / "work", "cerner")[1]
    assert told(found) and told(found) <= {("BLOB_CONTENTS", "blob-cut"), ("COMPRESSED", "codec")}
    assert set(by_id(shards, "DocumentReference")) - set(by_id(found, "DocumentReference")) == lost and len(lost) == 2
    bare = [row for row in newest(found, "Observation") if len(row["code"]["coding"]) == 1]
    assert bare and {row["code"]["coding"][0]["code"] for row in bare} == {"2001"}
