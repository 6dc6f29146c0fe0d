"""Files of embeddings as a source: every kind of file, every kind of bad row, and good rows beside bad ones."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.errors import ConfigError, InputError
from contract.work import HOMES, LACKING, TALLY, UNKNOWN, Referring
from etl.embeddings.source import Embeddings
from etl.inbox import ABSENT
from tests.etl.embeddings.inbox import COLUMNS, Inbox, csv, image, table, vectors

SIX = [image(number) for number in range(6)]
FIXED = pa.list_(pa.float64(), 3)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def parquet(inbox: Inbox, *rows: dict[str, Any], kind: pa.DataType = pa.list_(pa.float32())) -> None:  # noqa: B008
    held = table(rows).append_column("embedding", pa.array([row["embedding"] for row in rows], kind))
    pq.write_table(held, inbox.folder / "a.parquet", row_group_size=2)


def npz(inbox: Inbox, rows: list[dict[str, Any]], **said: Any) -> None:
    columns = {name: np.array([row[name] for row in rows]) for name in COLUMNS}
    np.savez_compressed(inbox.folder / "a.npz", **{**columns, "embeddings": vectors(rows), **said})


def write(inbox: Inbox, kind: str) -> None:
    if kind in ("list", "fixed"):
        parquet(inbox, *SIX, kind=FIXED if kind == "fixed" else pa.list_(pa.float32()))
    elif kind == "npz":
        npz(inbox, SIX)
    elif kind == "npz beside":
        np.savez(inbox.folder / "a.npz", embedding=np.asfortranarray(vectors(SIX)))
        pq.write_table(table(SIX), inbox.folder / "a.parquet")
    else:
        held = vectors(SIX).astype({"half": np.float16, "swapped": ">f8"}.get(kind, np.float32))
        np.save(inbox.folder / "a.npy", np.asfortranarray(held) if kind == "fortran" else held)
        csv(inbox.folder / "a.csv", SIX)


@pytest.mark.parametrize("kind", ["list", "fixed", "npz", "npz beside", "npy", "fortran", "half", "swapped"])
def test_every_kind_of_file_says_the_same(inbox: Inbox, kind: str) -> None:
    write(inbox, kind)
    found = inbox.spool()
    assert inbox.rules(found) == {} and found.rows_spooled == {"embeddings": 6} and found.batches == [0, 1]
    rows = inbox.read()
    assert [row["embedding"] for row in rows] == [row["embedding"] for row in SIX]
    assert [(row["image_id"], row["origin_id"], row["source_line"]) for row in rows] == [
        (f"i{n}", n % 5, n + 1) for n in range(6)
    ]
    assert {(str(row["time"]), row["body_part"], row["encoder"]) for row in rows} == {
        ("2021-01-08 09:59:00", "CHEST", "net:1")
    }
    tally = inbox.source.read(inbox.root, 0)[TALLY].to_pylist()
    assert {row["became"]: row["rows"] for row in tally} == {"resources": 4, "made": 4}


BAD = {
    "not-finite": [{"embedding": [1.0, float("nan"), 0.0]}, {"embedding": [1.0, float("-inf"), 0.0]}],
    "no-vector": [{"embedding": None}, {"embedding": []}],
    "width": [{"embedding": [1.0, 2.0]}],
    "required": [{"patient_id": ""}, {"study_id": None}, {"image_id": " "}, {"encoder": None}],
    "unknown-patient": [{"patient_id": "zed"}],
    "time-format": [{"time": "the day after"}, {"time": "2021-13-01"}],
    "study-without-image": [{"image_id": None, "embedding": None}],
    "study-of-two": [{"study_id": "x", "patient_id": "a"}, {"study_id": "x", "patient_id": "b"}],
    "image-repeated": [
        {"study_id": "x", "image_id": "y", "patient_id": "a", "embedding": [n, 1.0, 1.0]} for n in (1.0, 2.0)
    ],
}  # fmt: skip


@pytest.mark.parametrize("rule", BAD)
def test_bad_rows_are_told_and_good_ones_stay(inbox: Inbox, rule: str) -> None:
    parquet(inbox, *SIX[:3], *(image(n, **said) for n, said in enumerate(BAD[rule], 20)), *SIX[3:])
    found = inbox.spool()
    assert inbox.rules(found) == {rule: len(BAD[rule])}
    assert [row["image_id"] for row in inbox.read()] == [f"i{n}" for n in range(6)]
    assert found.quarantine["line"].to_pylist() == list(range(4, 4 + len(BAD[rule])))


def test_a_study_of_a_known_and_an_unknown_patient_is_nobodys(inbox: Inbox) -> None:
    parquet(inbox, *SIX, image(7, study_id="x", patient_id="a"), image(8, study_id="x", patient_id="zed"))
    assert inbox.rules() == {"study-of-two": 1, "unknown-patient": 1}


def test_widths_of_encoders_are_their_own_and_one_may_be_demanded(inbox: Inbox) -> None:
    other = [image(n, encoder="net:2", embedding=[1.0, 2.0]) for n in (6, 7)]
    parquet(inbox, *SIX, *other)
    assert inbox.rules() == {}
    assert Inbox(inbox.root, Embeddings("films", "mrn", width=2, settle_s=0)).rules() == {"width": 6}
    parquet(inbox, image(1), image(2, embedding=[1.0]))
    assert inbox.rules() == {"width": 2}, "nobody knows which is right"


def test_the_same_image_twice_is_no_fault_and_of_two_encoders_none(inbox: Inbox) -> None:
    parquet(inbox, *SIX, SIX[0], image(1, encoder="net:2"))
    assert inbox.rules() == {} and len(inbox.read()) == 8


def test_the_source_names_the_encoder_of_rows_that_name_none(inbox: Inbox) -> None:
    parquet(inbox, image(0, encoder=None), image(1))
    named = Inbox(inbox.root, Embeddings("films", "mrn", encoder="net:9", settle_s=0))
    assert named.rules() == {} and [row["encoder"] for row in named.read()] == ["net:9", "net:1"]


def test_a_modality_that_dicom_does_not_have_is_taken_and_told(inbox: Inbox) -> None:
    parquet(inbox, image(0, modality="dx", body_part="chest"), image(1, modality="selfie"), image(2, modality=None))
    found = inbox.spool()
    assert [note.split()[0] for note in found.notes] == ["1"] and inbox.rules(found) == {}
    assert [row["modality"] for row in inbox.read()] == ["DX", "SELFIE", None]


def test_times_without_zone_are_local(inbox: Inbox) -> None:
    parquet(inbox, image(0, time="2021-07-08T09:00"), image(1, time="2021-07-08T09:00+00:00"), image(2, time=None))
    local = Inbox(inbox.root, Embeddings("films", "mrn", timezone="Europe/Stockholm", settle_s=0))
    assert local.rules() == {}
    assert [row["time"] and row["time"].hour for row in local.read()] == [7, 9, None]


def truncated(inbox: Inbox, name: str) -> None:
    path = inbox.folder / name
    path.write_bytes(path.read_bytes()[:-40])


def beside(inbox: Inbox, held: Any, rows: list[dict[str, Any]]) -> None:
    np.save(inbox.folder / "a.npy", held, allow_pickle=True)
    csv(inbox.folder / "a.csv", rows)


def test_a_study_marked_without_image_beside_an_array_is_told(inbox: Inbox) -> None:
    held = vectors([*SIX, image(7)])
    held[6] = np.nan
    beside(inbox, held, [*SIX, image(7, image_id=None)])
    text = (inbox.folder / "a.csv").read_text(encoding="utf-8")
    (inbox.folder / "a.csv").write_text(text, encoding="utf-8-sig")
    assert inbox.rules() == {"study-without-image": 1} and len(inbox.read()) == 6


REFUSED = {
    "table-length": lambda inbox: beside(inbox, vectors(SIX), SIX[:5]),
    "table-length ": lambda inbox: beside(inbox, vectors(SIX[:5]), SIX),
    "unreadable": lambda inbox: (beside(inbox, vectors(SIX), SIX), truncated(inbox, "a.npy")),
    "unreadable ": lambda inbox: (parquet(inbox, *SIX), truncated(inbox, "a.parquet")),
    "unreadable  ": lambda inbox: (npz(inbox, SIX), truncated(inbox, "a.npz")),
    "unreadable   ": lambda inbox: (inbox.folder / "a.npz").write_bytes(b"no archive"),
    "unreadable    ": lambda inbox: (beside(inbox, vectors(SIX), SIX), (inbox.folder / "a.csv").write_text("a,b\n1\n")),
    "pickled": lambda inbox: beside(inbox, np.array([[{}, None]], object), SIX),
    "pickled ": lambda inbox: npz(inbox, SIX, study_id=np.array([row["study_id"] for row in SIX], object)),
    "array-shape": lambda inbox: beside(inbox, np.zeros((6, 2, 3), np.float32), SIX),
    "array-type": lambda inbox: beside(inbox, np.zeros((6, 3), np.int8), SIX),
    "array-type ": lambda inbox: parquet(inbox, *SIX, kind=pa.list_(pa.int32())),
    "no-array": lambda inbox: np.savez(inbox.folder / "a.npz", other=vectors(SIX)),
    "no-column": lambda inbox: np.savez(inbox.folder / "a.npz", embedding=vectors(SIX), study_id=np.array(["s"] * 6)),
    "no-column ": lambda inbox: pq.write_table(table(SIX), inbox.folder / "a.parquet"),
    "column-type": lambda inbox: npz(inbox, SIX, study_id=np.arange(6.0)),
    "two-tables": lambda inbox: (beside(inbox, vectors(SIX), SIX), parquet(inbox, *SIX)),
}  # fmt: skip


@pytest.mark.parametrize("rule", REFUSED)
def test_a_file_that_says_nothing_certain_is_refused_whole_and_the_next_is_read(inbox: Inbox, rule: str) -> None:
    REFUSED[rule](inbox)
    np.save(inbox.folder / "b.npy", vectors(SIX))
    csv(inbox.folder / "b.csv", SIX)
    whole = Inbox(inbox.root, Embeddings("films", "mrn", delivery="full", settle_s=0))
    found = whole.spool()
    assert whole.rules(found) == {rule.strip(): 1} and found.rows_spooled == {"embeddings": 6}
    assert {row["source_file"] for row in whole.read()} == {"b.npy"}


def test_an_array_waits_for_its_table_and_strange_files_are_counted(inbox: Inbox) -> None:
    nowhere = inbox.root / "nowhere"
    assert inbox.source.aside(nowhere) == {ABSENT: 1} and inbox.source.groups(nowhere) == []
    np.save(inbox.folder / "a.npy", vectors(SIX))
    (inbox.folder / "notes.txt").write_text("x")
    assert inbox.groups() == [] and inbox.source.aside(inbox.root) == {LACKING: 1, UNKNOWN: 1}
    csv(inbox.folder / "a.csv", SIX)
    assert [group.name for group in inbox.groups()] == ["films/a.npy"]
    assert Embeddings("films", "mrn", settle_s=600).groups(inbox.root) == []


def test_parameters_teach() -> None:
    assert isinstance(Embeddings("films", "mrn"), Referring)
    for said in ({"system": ""}, {"delivery": "whole"}, {"width": -1}, {"timezone": "Mars/Base"}):
        with pytest.raises(ConfigError, match=next(iter(said))):
            Embeddings(**{"path": "films", "system": "mrn", **said})  # type: ignore[arg-type]


def test_a_lake_that_knows_nobody_by_the_system_says_so(inbox: Inbox) -> None:
    parquet(inbox, *SIX)
    (group,) = inbox.groups()
    with pytest.raises(InputError, match="mend `system`"):
        inbox.source.spool(group, HOMES.empty_table(), inbox.root)


def test_who_is_as_they_were_is_recognised_and_not_read(inbox: Inbox) -> None:
    parquet(inbox, *SIX)
    inbox.spool()
    before = inbox.source.digests(inbox.root, 0).to_pylist()
    assert sorted(row["embeddings"] for row in before) == [1, 1, 2]
    parquet(inbox, *SIX[:5], image(5, embedding=[9.0, 1.0, -0.5]))
    inbox.spool()
    after = {row["origin_id"]: row["digest"] for row in inbox.source.digests(inbox.root, 0).to_pylist()}
    same = [row["origin_id"] for row in before if after[row["origin_id"]] == row["digest"]]
    assert same == [2, 4], "the sixth image is the first person's"
    left = inbox.source.read(inbox.root, 0, np.array(same))
    assert left["phi/embeddings"]["origin_id"].to_pylist() == [0, 0]
