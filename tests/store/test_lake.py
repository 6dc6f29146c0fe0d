"""The lake on disk: published whole or not at all, pruned, locked, private; files that are the same are linked."""

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from contract.errors import LockError, StoreError
from schemas.registry import table
from store import parquet
from store.lake import Draft, Lake
from store.snapshot import Snapshot

NOTES = table("phi/notes")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path / "lake")
    made.create()
    return made


def notes(*texts: str) -> pa.Table:
    return NOTES.conform(pa.table({"note_id": list(texts), "subject_id": [1] * len(texts), "text": list(texts)}))


def publish(lake: Lake, name: str, **shards: pa.Table) -> Snapshot:
    draft = Draft(lake.current(), lake.work)
    draft.add([parquet.write(NOTES, rows, shard, lake.work) for shard, rows in shards.items()])
    return lake.publish(draft, name)


def inodes(snapshot: Snapshot) -> dict[str, int]:
    return {path.stem: path.stat().st_ino for path in snapshot.paths("phi/notes")}


def test_a_snapshot_is_read_by_table_and_shard(lake: Lake) -> None:
    assert lake.current() is None
    found = publish(lake, "1", a=notes("x"), b=notes("y", "z"))
    assert lake.current() is not None and found.tables() == ["phi/notes"] and found.shards("phi/notes") == ["a", "b"]
    assert found.read("phi/notes", "b")["text"].to_pylist() == ["y", "z"]
    assert found.read_many("phi/notes", ["b", "nowhere", "a"])["text"].to_pylist() == ["y", "z", "x"]
    assert found.read("phi/notes", "nowhere").equals(NOTES.empty()) and found.bytes_of("a") > 0 == found.bytes_of("q")


def test_what_stays_the_same_is_linked_and_what_was_dropped_is_gone(lake: Lake) -> None:
    first = publish(lake, "1", a=notes("x"), b=notes("y"))
    second = publish(lake, "2", a=notes("x"), b=notes("changed"), c=notes("new"))
    assert inodes(second)["a"] == inodes(first)["a"] and inodes(second)["b"] != inodes(first)["b"]
    draft = Draft(lake.current(), lake.work)
    draft.drop("phi/notes", "a")
    assert lake.publish(draft, "3").shards("phi/notes") == ["b", "c"]
    assert first.read("phi/notes", "b")["text"].to_pylist() == ["y"], "a snapshot never changes"


def test_the_last_snapshot_stands_until_the_pointer_moves(lake: Lake) -> None:
    publish(lake, "1", a=notes("x"))
    draft = Draft(lake.current(), lake.work)
    draft.add([parquet.write(NOTES, notes("y"), "a", lake.work)])
    draft.link_into(lake.root / "snapshots" / ".2")
    (lake.root / "snapshots" / ".2").rename(lake.root / "snapshots" / "2")
    current = lake.current()
    assert current is not None and current.id == "1" and current.read("phi/notes", "a")["text"].to_pylist() == ["x"]
    assert (lake.root / "phi" / "notes" / "a.parquet").exists(), "lake/phi follows the pointer"
    assert lake.publish(draft, "2").read("phi/notes", "a")["text"].to_pylist() == ["y"]


def test_a_file_that_is_gone_is_told(lake: Lake) -> None:
    draft = Draft(None, lake.work)
    draft.add([parquet.write(NOTES, notes("x"), "a", lake.work)])
    draft.written = lake.root / "elsewhere"
    with pytest.raises(OSError):
        lake.publish(draft, "1")
    assert lake.current() is None


def test_prune_keeps_the_newest_and_drops_halves(lake: Lake) -> None:
    for name in "1234":
        publish(lake, name, a=notes(name))
    for half in (".5", "9"):
        (lake.root / "snapshots" / half).mkdir()
    assert lake.prune(2) == [".5", "9", "1", "2"]
    assert sorted(p.name for p in (lake.root / "snapshots").iterdir()) == ["3", "4"]
    assert lake.prune(1) == ["3"] and lake.prune(1) == []
    current = lake.current()
    assert current is not None and current.read("phi/notes", "a")["text"].to_pylist() == ["4"]


def test_going_back_keeps_what_was_published_after(lake: Lake) -> None:
    for name in "1234":
        publish(lake, name, a=notes(name))
    lake._point(lake.root / "snapshots" / "2")
    (lake.root / "snapshots" / "4" / "unpublished").touch()  # whole, but no pointer ever stood on it
    assert lake.prune(9) == ["4"] and lake.prune(1) == ["1"]
    assert sorted(p.name for p in (lake.root / "snapshots").iterdir()) == ["2", "3"]
    publish(lake, "5", a=notes("5"))
    assert lake.prune(2) == ["2"]


def test_a_night_killed_as_the_pointer_moved_is_published(lake: Lake) -> None:
    publish(lake, "1", a=notes("x"))
    (publish(lake, "2", a=notes("y")).folder / "unpublished").touch()
    assert lake.prune(2) == [] and not (lake.root / "current" / "unpublished").exists()


def test_one_run_at_a_time(lake: Lake) -> None:
    with lake.lock(), pytest.raises(LockError), lake.lock():
        pass
    with lake.lock():
        pass


def test_a_damaged_snapshot_is_told(lake: Lake) -> None:
    (publish(lake, "1", a=notes("x")).folder / "index.parquet").unlink()
    with pytest.raises(StoreError, match="snapshot 1 is damaged: its index is missing"):
        lake.current()


def test_space_is_asked_for_before(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.require_space(0)
    usage: Any = type("Usage", (), {"free": 5 << 20})
    monkeypatch.setattr("store.lake.shutil.disk_usage", lambda _: usage)
    with pytest.raises(StoreError, match="5 MB free and tonight needs about 9 MB"):
        lake.require_space(9 << 20)


def test_phi_is_closed_at_every_level(lake: Lake) -> None:
    before = os.umask(0)
    try:
        draft = Draft(None, lake.work)
        patient = table("phi/fhir/Patient")
        rows = pa.table({"id": ["p"], "source": ["s"], "arrival": [1]})
        draft.add([parquet.write(patient, rows, "a", lake.work)])
        draft.add([parquet.write(table("fhir/Patient"), rows.select(["id"]), "a", lake.work)])
        draft.documents = {"phi/deep/in/x.json": b"{}", "manifest.json": b"{}"}
        folder = lake.publish(draft, "1").folder
    finally:
        os.umask(before)
    modes = {path.relative_to(folder).as_posix(): path.stat().st_mode & 0o777 for path in folder.rglob("*")}
    assert {mode for name, mode in modes.items() if name.startswith("phi") and "." in name} == {0o600}
    assert {mode for name, mode in modes.items() if name.startswith("phi") and "." not in name} == {0o700}
    assert folder.stat().st_mode & 0o777 == modes["open"] == modes["open/fhir/Patient"] == 0o755
    assert lake.work.stat().st_mode & 0o777 == 0o700
    assert modes["open/fhir/Patient/a.parquet"] == 0o644 and modes["manifest.json"] == 0o644
