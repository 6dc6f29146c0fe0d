"""A person out of files of embeddings: others' rows stay, pairs of files stay in step, also when it is broken off."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from contract.errors import InputError
from contract.work import Leaving
from tests.etl.embeddings.inbox import Inbox, csv, image
from tests.etl.embeddings.test_source import SIX, beside, npz, parquet, vectors, write

ANN = Leaving(frozenset({"a"}), words=frozenset({"b"}))
LEFT = [f"i{n}" for n in range(1, 5)]  # rows 0 and 5 are hers


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def forget(inbox: Inbox) -> list[tuple[str, int]]:
    return [(purged.path.name, purged.rows) for purged in inbox.source.forget(inbox.root, ANN)]


@pytest.mark.parametrize("kind", ["list", "fixed", "npz", "npz beside", "npy", "fortran", "half", "swapped"])
def test_her_rows_leave_every_kind_of_file_and_others_stay(inbox: Inbox, kind: str) -> None:
    write(inbox, kind)
    before = {path.name: path.stat().st_mtime_ns for path in inbox.folder.iterdir()}
    files = forget(inbox)
    assert {name for name, _ in files} == set(before) and {rows for _, rows in files} == {2}
    assert inbox.rules() == {} and [row["image_id"] for row in inbox.read()] == LEFT
    assert [row["embedding"] for row in inbox.read()] == [row["embedding"] for row in SIX[1:5]]
    assert {path.name: path.stat().st_mtime_ns for path in inbox.folder.iterdir()} == before
    assert forget(inbox) == []


def test_a_file_of_hers_alone_goes(inbox: Inbox) -> None:
    beside(inbox, vectors(SIX[:1]), SIX[:1])
    assert forget(inbox) == [("a.npy", 1), ("a.csv", 1)] and list(inbox.folder.iterdir()) == []


def test_broken_off_between_two_files_it_goes_on(inbox: Inbox) -> None:
    beside(inbox, vectors(SIX[1:5]), SIX)
    assert forget(inbox) == [("a.csv", 2)]
    assert inbox.rules() == {} and [row["image_id"] for row in inbox.read()] == LEFT


def test_what_cannot_be_told_or_read_is_a_persons_to_mend(inbox: Inbox) -> None:
    beside(inbox, vectors(SIX[:3]), SIX)
    with pytest.raises(InputError, match="3 rows of vectors and 6 rows"):
        forget(inbox)
    (inbox.folder / "a.npy").write_bytes(b"nothing")
    with pytest.raises(InputError, match="--resume"):
        forget(inbox)


def test_files_without_her_are_left_alone(inbox: Inbox) -> None:
    parquet(inbox, *SIX[1:5])
    npz(inbox, [image(1)], more=np.arange(7))
    (inbox.folder / "a.npz").rename(inbox.folder / "b.npz")
    csv(inbox.folder / "c.csv", SIX[1:5])
    bytes_ = {path: path.read_bytes() for path in inbox.folder.iterdir()}
    assert forget(inbox) == [] and {path: path.read_bytes() for path in inbox.folder.iterdir()} == bytes_


def test_types_and_other_columns_of_a_parquet_file_stay(inbox: Inbox) -> None:
    write(inbox, "fixed")
    before = pq.read_schema(inbox.folder / "a.parquet")
    forget(inbox)
    assert pq.read_schema(inbox.folder / "a.parquet") == before
