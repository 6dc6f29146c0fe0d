"""A check that finds leaks: rows are withheld, the night that leaks too much is not published, a sheet is drawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pytest

from contract.errors import CheckFailed
from contract.work import MANIFEST, Shard, Verdict, Withheld
from tests.runner.hospital import Hospital, note, patient
from tests.runner.steps import Behind, Release

HERE = "tests.runner.test_withholding"


@dataclass
class Gate(Release):
    """As the real one it says, itself, which notes it withholds."""

    writes: ClassVar[tuple[str, ...]] = (*Release.writes, "phi/notes_withheld")


@dataclass
class Seeks:
    """Withholds released notes that say `word`; draws a sheet of `sample` notes."""

    word: str = "secret"
    most: int = 9
    sample: int = 0
    samples: ClassVar[tuple[str, ...]] = ("notes", "phi/notes")
    reads: ClassVar[tuple[str, ...]] = ("notes", "phi/notes", "phi/identities", "phi/coverage", MANIFEST)

    def partial(self, shard: Shard) -> Shard:
        if MANIFEST in shard:
            return {"whole": pa.table({"tables": [sorted(shard)]})}
        people = dict(zip(*(shard["phi/identities"][n].to_pylist() for n in ("open_id", "subject_id")), strict=True))
        found = [row for row in shard["notes"].to_pylist() if self.word in row["text"]]
        return {"found": pa.table({"id": [r["note_id"] for r in found], "open": [r["subject_id"] for r in found],
                                   "subject": [people[r["subject_id"]] for r in found]})}  # fmt: skip

    def verdict(self, partials: Iterable[Shard]) -> Verdict:
        parts = list(partials)
        whole = [part["whole"]["tables"][0].as_py() for part in parts if "whole" in part]
        assert whole == [[MANIFEST, "phi/coverage"]]
        rows = [row for part in parts if "found" in part for row in part["found"].to_pylist()]
        held = tuple(Withheld("notes", "note_id", r["id"], "deid-leak", r["open"], r["id"], r["subject"]) for r in rows)
        return Verdict(len(rows) <= self.most, (f"{len(rows)} found",), held)

    def sheet(self, drawn: pa.Table, beside: Shard) -> Mapping[str, bytes]:
        return {"sheet.txt": f"{len(drawn)} of {len(beside['phi/notes'])}".encode()}


@pytest.fixture
def leaking(hospital: Hospital) -> Hospital:
    hospital.steps |= {"release": f"{HERE}:Gate", "behind": f"{Behind.__module__}:Behind"}
    hospital.checks = {"seeks": f"{HERE}:Seeks"}
    texts = {"p0": "fine", "p1": "a secret", "p2": "well", "p3": "no secret", "p4": "good"}
    hospital.fhir("one", *(r for k, t in texts.items() for r in (patient(k), note(f"{k}-n", k, t))))
    return hospital


def test_withheld_notes_and_what_follows_from_them_are_not_published(leaking: Hospital) -> None:
    manifest = leaking.night()
    assert sorted(leaking.column("notes", "text")) == ["fine", "good", "well"]
    assert len(leaking.table("findings")) == 3
    assert len(leaking.table("phi/notes")) == 5
    assert manifest["withheld"] == {"findings": 2, "notes": 2}
    assert manifest["tables"]["notes"]["rows"] == 3
    held = leaking.table("phi/notes_withheld").to_pylist()
    assert sorted((row["subject_id"], row["rule"]) for row in held) == sorted(
        (leaking.subject(key), "deid-leak") for key in ("p1", "p3")
    )


def test_they_stay_withheld_while_others_change(leaking: Hospital) -> None:
    leaking.night()
    leaking.fhir("two", note("p0-m", "p0", "new"))
    leaking.night()
    assert sorted(leaking.column("notes", "text")) == ["fine", "good", "new", "well"]
    assert len(leaking.table("phi/notes_withheld")) == 2


def test_last_nights_snapshot_is_left_as_it_was(leaking: Hospital) -> None:
    leaking.checks = {}
    leaking.night()
    before = leaking.snapshot
    leaking.checks = {"seeks": f"{HERE}:Seeks"}
    leaking.fhir("two", note("p1-m", "p1", "new"))
    leaking.night()
    assert len(before.read_many("notes", before.shards("notes"))) == 5
    assert sorted(leaking.column("notes", "text")) == ["fine", "good", "new", "no secret", "well"]


def test_too_many_fail_the_night(leaking: Hospital) -> None:
    leaking.checks = {"seeks": {"uses": f"{HERE}:Seeks", "with": {"most": 1}}}
    with pytest.raises(CheckFailed, match="2 found"):
        leaking.night()
    assert leaking.lake.current() is None


def test_a_sheet_is_drawn_and_closed_to_others(leaking: Hospital) -> None:
    leaking.checks = {"seeks": {"uses": f"{HERE}:Seeks", "with": {"sample": 2}}}
    leaking.night()
    folder = leaking.root / "lake" / "phi-review" / leaking.snapshot.id / "seeks"
    assert (folder / "sheet.txt").read_text().startswith("2 of ")
    assert _modes(folder) == {0o700, 0o600}
    assert not list((leaking.root / "lake" / "snapshots").rglob("sheet*"))


def _modes(folder: Path) -> set[int]:
    places = [folder, *folder.parents[:2], *folder.iterdir()]
    return {place.stat().st_mode & 0o777 for place in places}
