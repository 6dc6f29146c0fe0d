"""DICOM files as viewers show them, their few header fields, and files that give no picture."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import (
    MPEG2MPML,
    UID,
    DeflatedExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    RLELossless,
)

from etl.films import dicom
from etl.films.film import Unreadable
from tests.etl.films.made import RAMP, dataset
from tests.etl.films.made import dicom as written

SMALL = (RAMP // 4).astype(np.uint8)


def shown(path: Path, **said: Any) -> np.ndarray:
    return np.asarray(dicom.read(path, **said))


def fault(path: Path) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        dicom.read(path)
    assert str(path) not in caught.value.message and "MRN" not in caught.value.message
    return caught.value


def packed(path: Path, picture: np.ndarray, syntax: UID, kind: str, **said: int) -> Path:
    made, held = dataset(picture, picture.itemsize * 8, **said), io.BytesIO()
    Image.fromarray(picture).save(held, kind, **({"quality": 95} if kind == "JPEG" else {}))
    made.PixelData, made["PixelData"].VR = encapsulate([held.getvalue()]), "OB"
    made.file_meta.TransferSyntaxUID = syntax
    made.save_as(path, enforce_file_format=True)
    return path


def test_twelve_bits_become_eight(tmp_path: Path) -> None:
    row = shown(written(tmp_path / "a.dcm"))[0]
    assert row.dtype == np.uint8 and row[0] == 0 and row[-1] == 255 and (np.diff(row.astype(int)) > 0).all()


def test_a_window_decides_what_is_black_and_white(tmp_path: Path) -> None:
    row = shown(written(tmp_path / "a.dcm", WindowCenter=[512, 100], WindowWidth=[160, 10]))[0]
    assert (row[RAMP[0] < 430] == 0).all() and (row[RAMP[0] > 592] == 255).all() and 0 < row[32] < 255
    nowhere = shown(written(tmp_path / "b.dcm", WindowCenter=50000, WindowWidth=10))[0]
    assert nowhere[0] == 0 and nowhere[-1] == 255, "a window that shows nothing is none"


def test_values_are_rescaled_before_the_window(tmp_path: Path) -> None:
    signed = RAMP.astype(np.int16) - 500
    row = shown(
        written(
            tmp_path / "ct.dcm", signed, 16, RescaleSlope=2, RescaleIntercept=-1000, WindowCenter=0, WindowWidth=400
        )
    )[0]
    units = 2 * signed[0] - 1000
    assert (row[units < -201] == 0).all() and (row[units > 201] == 255).all() and units.max() < 201


def test_monochrome1_is_inverted(tmp_path: Path) -> None:
    usual, inverted = (
        shown(written(tmp_path / f"{kind}.dcm", PhotometricInterpretation=kind))
        for kind in ("MONOCHROME2", "MONOCHROME1")
    )
    assert np.array_equal(inverted, 255 - usual)


def test_eight_bits_stay_as_they_are(tmp_path: Path) -> None:
    assert np.array_equal(shown(written(tmp_path / "a.dcm", SMALL, 8)), SMALL)


def test_padding_is_black_and_says_nothing_of_the_film(tmp_path: Path) -> None:
    padded = np.where(RAMP < 160, 60000, RAMP).astype(np.uint16)
    row = shown(written(tmp_path / "a.dcm", padded, 16, PixelPaddingValue=60000))[0]
    assert (row[:10] == 0).all() and row[-1] == 255 and row[40] > 60


@pytest.mark.parametrize(("frame", "bright"), [("first", False), ("middle", True)])
def test_one_frame_of_several(tmp_path: Path, frame: Any, bright: bool) -> None:
    path = written(tmp_path / "a.dcm", np.stack([RAMP * 0, RAMP, RAMP * 0]))
    assert bool(shown(path, frame=frame).any()) == bright and dicom.header(path).frames == 3


def test_compressed_pictures(tmp_path: Path) -> None:
    made = dataset(SMALL, 8)
    made.compress(RLELossless)
    made.save_as(tmp_path / "rle.dcm", enforce_file_format=True)
    assert np.array_equal(shown(tmp_path / "rle.dcm"), SMALL)
    assert np.abs(shown(packed(tmp_path / "jpg.dcm", SMALL, JPEGBaseline8Bit, "JPEG")).astype(int) - SMALL).max() < 5
    deep = shown(packed(tmp_path / "j2k.dcm", RAMP, JPEG2000Lossless, "JPEG2000"))
    assert np.array_equal(deep, shown(written(tmp_path / "plain.dcm", RAMP, 16)))


@pytest.mark.parametrize(
    ("syntax", "said"),
    [(JPEGLosslessSV1, "pylibjpeg-libjpeg"), (MPEG2MPML, "nothing reads MPEG2"), (JPEGExtended12Bit, "this depth")],
)
def test_what_cannot_be_unpacked_says_what_is_missing(tmp_path: Path, syntax: UID, said: str) -> None:
    found = fault(packed(tmp_path / "a.dcm", SMALL, syntax, "JPEG", BitsAllocated=16, BitsStored=12, HighBit=11))
    assert found.rule == "no-decoder" and said in found.message


def test_files_that_give_no_picture(tmp_path: Path) -> None:
    good = written(tmp_path / "good.dcm").read_bytes()
    files = {
        "empty": b"",
        "not-an-image": good[132:],
        "cut-short": good[:-500],
        "no-pixels": written(tmp_path / "sr.dcm", None, Modality="SR").read_bytes(),
        "too-large": written(tmp_path / "bomb.dcm", Rows=60000, Columns=60000).read_bytes(),
    }
    for rule, held in files.items():
        path = tmp_path / f"{rule}.dcm"
        path.write_bytes(held)
        assert fault(path).rule == rule
    assert fault(written(tmp_path / "zero.dcm", Rows=0)).rule == "empty"


def test_a_deflated_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = dataset(np.zeros((3000, 3000), np.uint8), 8)
    made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    assert shown(tmp_path / "a.dcm").shape == (3000, 3000)
    monkeypatch.setattr(dicom, "MOST", 4 << 20)
    assert (tmp_path / "a.dcm").stat().st_size < 20_000 and fault(tmp_path / "a.dcm").rule == "too-large"
    with pytest.raises(Unreadable):
        dicom.header(tmp_path / "a.dcm")
    held = (tmp_path / "a.dcm").read_bytes()
    (tmp_path / "b.dcm").write_bytes(held[:132] + held[144:])  # without the length of its head: not to be measured
    assert fault(tmp_path / "b.dcm").rule == "cut-short"


def test_the_header_says_what_the_film_is(tmp_path: Path) -> None:
    found = dicom.header(written(tmp_path / "a.dcm", AccessionNumber="ACC-7", ViewPosition="LL"), "AccessionNumber")
    assert (found.patient_id, found.study_id, found.image_id) == ("MRN-1", "ACC-7", "1.2.3.4")
    assert (found.modality, found.body_part, found.view, found.time) == (
        "DX",
        "CHEST",
        "lateral",
        "2026-01-02T10:11:12",
    )
    assert "MRN-1" not in repr(found)


def test_free_text_in_the_header_does_not_become_a_column(tmp_path: Path) -> None:
    found = dicom.header(written(tmp_path / "a.dcm", BodyPartExamined="SMITH", ViewPosition="OF ANNA", Modality="X 1"))
    assert (found.modality, found.body_part, found.view) == ("", "", "")


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ({"AcquisitionDateTime": "20260304050607.25+0100"}, "2026-03-04T05:06:07.25+01:00"),
        ({"ContentDate": "20260304", "ContentTime": "0506"}, "2026-03-04T05:06:00"),
        ({"AcquisitionDate": "20260305", "ContentDate": "20260304"}, "2026-03-05T00:00:00"),
        ({"StudyTime": None, "TimezoneOffsetFromUTC": "-0530"}, "2026-01-02T00:00:00-05:30"),
        ({"AcquisitionDateTime": "2026"}, "2026-01-02T10:11:12"),
        ({"StudyDate": "2026.01.02", "StudyTime": "10:11:12"}, "2026-01-02T10:11:12"),
        ({"StudyDate": "20261399", "StudyTime": None}, "20261399"),
        ({"StudyDate": None}, ""),
    ],
)
def test_times(tmp_path: Path, said: dict[str, Any], time: str, recwarn: pytest.WarningsRecorder) -> None:
    path = written(tmp_path / "a.dcm", **said)
    recwarn.clear()
    assert dicom.header(path).time == time
    assert not recwarn.list, "warnings of pydicom quote the header"
