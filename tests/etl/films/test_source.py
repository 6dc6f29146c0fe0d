"""Films as a source: rows, refusals with their reason, each file encoded once, a person who leaves."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from contract.errors import ConfigError
from contract.work import HOMES, TALLY, Forgetting, Leaving, Recognising, Referring, Spooled, Weighing
from etl.films.encode import read
from etl.films.film import unquoted
from etl.films.source import KEPT, Films
from models.vision import open_encoder
from tests.etl.films.made import RAMP, dicom, png

PEOPLE = {"MRN-1": 11, "MRN-2": 22}
HOME = pa.Table.from_pylist(
    [{"key": key, "origin_id": at, "subject_id": at, "ordinal": at, "batch": 0} for key, at in PEOPLE.items()], HOMES
)


@pytest.fixture
def films(checkpoint: Path) -> Films:
    return Films("films", str(checkpoint), "urn:mrn", settle_s=0)


def spooled(films: Films, root: Path) -> tuple[Spooled, list[dict[str, Any]]]:
    """Of all groups together, the last one's account."""
    rows: list[dict[str, Any]] = []
    for at, group in enumerate(films.groups(root)):
        folder = root / f"spool-{at}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        found = films.spool(group, HOME, folder)
        shard = films.read(folder, 0)
        rows += shard["phi/embeddings"].to_pylist() if "phi/embeddings" in shard else []
        made = {row["became"]: row["rows"] for row in shard[TALLY].to_pylist()}
        assert found.rows_in["films"] == found.rows_spooled["films"] + len(found.quarantine)
        assert made.get("resources", 0) == found.rows_spooled["films"]
    return found, rows


def rules(found: Spooled) -> dict[str, str]:
    return {
        row["file"] + (f":{row['line']}" if row["line"] else ""): row["rule"] for row in found.quarantine.to_pylist()
    }


def test_it_is_what_a_night_asks_of_a_source(films: Films) -> None:
    assert all(isinstance(films, kind) for kind in (Referring, Recognising, Forgetting, Weighing))
    assert films.refers == "urn:mrn" and "tiny@" in films.digest()
    for wrong in ({"frame": "last"}, {"study": "PatientName"}, {"columns": {"patient": "x"}}, {"system": ""}):
        with pytest.raises(ConfigError):
            replace(films, **wrong)


def test_dicom_files_become_rows(films: Films, tmp_path: Path, checkpoint: Path) -> None:
    path = dicom(tmp_path / "films" / "one" / "1.2.3.4", WindowCenter=500, WindowWidth=400)
    dicom(tmp_path / "films" / "two" / "b.dcm", RAMP[::-1], PatientID="MRN-2", StudyInstanceUID="9",
          SOPInstanceUID="9.1", AcquisitionDateTime="20260304050607+0100")  # fmt: skip
    found, rows = spooled(films, tmp_path)
    assert [row["subject_id"] for row in rows] == [11, 22]
    first, second = rows
    told = [first[name] for name in ("study_id", "image_id", "modality", "body_part", "view")]
    assert told == ["1.2.3", "1.2.3.4", "DX", "CHEST", "PA"]
    assert str(second["time"]) == "2026-03-04 04:06:07" and first["encoder"].startswith("tiny@")
    assert np.array_equal(np.float32(first["embedding"]), open_encoder(checkpoint).encode([read(path)])[0])
    assert not np.allclose(first["embedding"], second["embedding"])
    assert not len(found.quarantine) and "encoded by tiny@" in found.notes[-1]


def test_pictures_need_a_study_table(films: Films, tmp_path: Path) -> None:
    """Laid out as IU X-ray does: projections have uid, filename and projection, and no patient."""
    folder = tmp_path / "films"
    for name in ("a.png", "b.png", "stray.png"):
        png(folder / "images" / name, (RAMP // 4 + len(name)).astype(np.uint8))
    listed = ["uid,filename,projection", "MRN-1,images/a.png,Frontal", 'MRN-1,"images/b.png",Lateral',
              "MRN-2,images/gone.png,Frontal", "MRN-1,../../etc/passwd,Frontal", "MRN-1,,Frontal",
              "MRN-9,images/a.png,F"]  # fmt: skip
    (folder / "projections.csv").write_text("\n".join(listed) + "\n", encoding="utf-8")
    columns = {"file": "filename", "patient_id": "uid", "study_id": "uid", "view": "projection"}
    found, rows = spooled(replace(films, columns=columns), tmp_path)
    assert [(row["image_id"], row["view"], row["study_id"]) for row in rows] == [
        ("a", "Frontal", "MRN-1"),
        ("b", "Lateral", "MRN-1"),
    ]
    assert rules(found) == {
        "projections.csv:4": "not-there",
        "projections.csv:5": "outside",
        "projections.csv:6": "no-file",
        "projections.csv:7": "unknown-patient",
        "images/stray.png": "not-listed",
    }
    wrong, _ = spooled(films, tmp_path)
    assert rules(wrong)["projections.csv"] == "no-column", "nobody said how its columns are called"


def test_bad_files_are_set_aside_and_good_ones_beside_them_stay(films: Films, tmp_path: Path) -> None:
    folder = tmp_path / "films" / "one"
    good = dicom(folder / "good.dcm").read_bytes()
    (folder / "cut.dcm").write_bytes(good[:-900])
    (folder / "empty.dcm").write_bytes(b"")
    (folder / "text.dcm").write_bytes(b"Tulip, born 1950")
    dicom(folder / "report.dcm", None, SOPInstanceUID="1.9")
    dicom(folder / "bomb.dcm", Rows=50000, Columns=50000, SOPInstanceUID="1.10")
    dicom(folder / "nobody.dcm", PatientID=None)
    dicom(folder / "stranger.dcm", PatientID="MRN-77")
    with unquoted():
        dicom(folder / "when.dcm", SOPInstanceUID="1.11", StudyDate="20261399")
    found, rows = spooled(films, tmp_path)
    assert [row["source_file"] for row in rows] == ["good.dcm"]
    assert rules(found) == {
        "cut.dcm": "cut-short", "empty.dcm": "empty", "text.dcm": "not-an-image", "report.dcm": "no-pixels",
        "bomb.dcm": "too-large", "nobody.dcm:1": "required", "stranger.dcm:1": "unknown-patient",
        "when.dcm:1": "time-format",
    }  # fmt: skip
    for row in found.quarantine.to_pylist():
        assert row["message"] and not any(word in row["message"] for word in ("MRN", "Tulip", "Smith"))


def test_two_patients_in_one_study(films: Films, tmp_path: Path) -> None:
    dicom(tmp_path / "films" / "one" / "a.dcm")
    dicom(tmp_path / "films" / "one" / "b.dcm", PatientID="MRN-2", SOPInstanceUID="1.2.3.5")
    dicom(tmp_path / "films" / "one" / "c.dcm", PatientID="MRN-2", SOPInstanceUID="2.1", StudyInstanceUID="2")
    found, rows = spooled(films, tmp_path)
    assert [row["study_id"] for row in rows] == ["2"] and set(rules(found).values()) == {"study-of-two"}


def test_of_several_frames_one_is_taken_and_said(films: Films, tmp_path: Path) -> None:
    dicom(tmp_path / "films" / "one" / "a.dcm", np.stack([RAMP * 0, RAMP]))
    found, _ = spooled(films, tmp_path)
    assert found.notes[0] == "1 film(s) of several frames: the middle one was taken"


def test_a_file_is_encoded_once(films: Films, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = dicom(tmp_path / "films" / "one" / "a.dcm")
    _, before = spooled(films, tmp_path)
    store = tmp_path / "films" / KEPT
    assert store.stat().st_mode & 0o777 == 0o600
    shutil.copy(first, tmp_path / "films" / "one" / "copy.dcm")
    monkeypatch.setattr("models.vision.open_encoder", lambda *_: pytest.fail("nothing is new"))
    found, again = spooled(films, tmp_path)
    assert "0 image(s) encoded" in found.notes[-1] and again[0]["embedding"] == before[0]["embedding"]
    assert next(group.files for group in films.groups(tmp_path)) == (first, first.with_name("copy.dcm"))
    monkeypatch.undo()
    assert "1 image(s) encoded" in spooled(replace(films, frame="first"), tmp_path)[0].notes[-1]
    assert "2 image(s) encoded" in spooled(replace(films, keep=False), tmp_path)[0].notes[-1]


def test_a_store_that_is_damaged_costs_time_and_no_film(films: Films, tmp_path: Path) -> None:
    dicom(tmp_path / "films" / "films" / "a.dcm")
    (tmp_path / "films" / KEPT).write_bytes(b"no database" * 500)
    found, rows = spooled(films, tmp_path)
    assert len(rows) == 1 and "vectors could not be kept beside the films" in found.notes


def test_what_is_a_group_and_what_waits(films: Films, tmp_path: Path) -> None:
    assert films.groups(tmp_path) == [] and sum(films.aside(tmp_path).values()) == 1
    folder = tmp_path / "films"
    for name in ("one/a.dcm", "two/sub/1.2.840.1", "loose.dcm", "two/DICOMDIR"):
        dicom(folder / name)
    (folder / "one" / "readme.txt").write_text("x")
    (folder / "late").mkdir()
    (folder / "late" / "c.dcm.part").write_bytes(b"")
    dicom(folder / "late" / "d.dcm")
    assert [group.name for group in films.groups(tmp_path)] == ["films", "films/one", "films/two"]
    assert sorted(films.aside(tmp_path).values()) == [1, 1]
    (folder / "late" / "c.dcm.part").unlink()
    (whole,) = replace(films, delivery="full").groups(tmp_path)
    assert len(whole.files) == 4
    assert replace(films, settle_s=600).groups(tmp_path) == []


def test_a_person_leaves(films: Films, tmp_path: Path) -> None:
    folder = tmp_path / "films"
    mine = dicom(folder / "one" / "a.dcm").read_bytes()
    dicom(folder / "one" / "b.dcm", PatientID="MRN-2", SOPInstanceUID="2.1", StudyInstanceUID="2")
    (folder / "one" / "damaged.dcm").write_bytes(mine[:180] + mine[200:900])
    png(folder / "two" / "c.png")
    png(folder / "two" / "d.png", (RAMP // 8).astype(np.uint8))
    table = folder / "two" / "t.csv"
    table.write_text('file,patient_id,study_id,view\nc.png,MRN-1,7,"PA\nerect"\nd.png,MRN-2,8,PA\n', encoding="utf-8")
    spooled(films, tmp_path)
    purged = films.forget(tmp_path, Leaving(frozenset({"MRN-1"})))
    left = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert left == [KEPT, "one/b.dcm", "two/d.png", "two/t.csv"] and len(purged) == 4
    assert table.read_text() == "file,patient_id,study_id,view\nd.png,MRN-2,8,PA\n"
    assert films.forget(tmp_path, Leaving(frozenset({"MRN-1"}))) == []
    png(folder / "two" / "c.png")
    assert "0 image(s)" not in spooled_of(films, tmp_path, "c.png", table)


def spooled_of(films: Films, root: Path, name: str, table: Path) -> str:
    """What a night says when the picture comes back: its vector was forgotten too."""
    table.write_text(f"file,patient_id,study_id\n{name},MRN-2,7\nd.png,MRN-2,8\n", encoding="utf-8")
    return spooled(films, root)[0].notes[-1]
