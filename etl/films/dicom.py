"""DICOM files by pydicom: the few header fields that become columns, and the picture as a viewer would show it.

PS3.3 C.11.1 (modality LUT, rescale), C.11.2 (VOI LUT, window), C.7.6.3.1.2 (MONOCHROME1 shows low values white).
"""

import re
import zlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from PIL import Image

from etl.films.film import PIXELS, Header, Pixels, Unreadable, by_percentiles, picture, require_size, unquoted

StudyTag = Literal["StudyInstanceUID", "AccessionNumber", "StudyID"]
Frame = Literal["first", "middle"]
FIELDS = ("PatientID", "SOPInstanceUID", "Modality", "BodyPartExamined", "ViewPosition", "NumberOfFrames", "Rows",
          "Columns", "TimezoneOffsetFromUTC", "AcquisitionDateTime", "AcquisitionDate", "AcquisitionTime",
          "ContentDate", "ContentTime", "StudyDate", "StudyTime")  # fmt: skip
DATES = (("AcquisitionDate", "AcquisitionTime"), ("ContentDate", "ContentTime"), ("StudyDate", "StudyTime"))
MODALITY = re.compile(r"[A-Z]{2,8}")
OFFSET = re.compile(r"[+-]\d{4}")
STAMP = re.compile(r"(\d{8})(\d{2})?(\d{2})?(\d{2})?(\.\d{1,6})?")
META = 144  # bytes before what the length of the meta group counts
CHUNK, MOST = 1 << 20, 4 * PIXELS  # bytes that a deflated file may become
FAR = np.array([-1e9, 1e9])  # below and above any window


def is_dicom(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


def header(path: Path, study: StudyTag = "StudyInstanceUID") -> Header:
    """Cheap: no pixel is read."""
    found = _read(path, [*FIELDS, study])
    return Header(
        patient_id=_text(found, "PatientID"), study_id=_text(found, study), image_id=_text(found, "SOPInstanceUID"),
        time=_time(found), frames=_frames(found), **_terms(found),
    )  # fmt: skip


def read(path: Path, frame: Frame = "middle") -> Image.Image:
    """Grey or RGB of eight bits; of several frames one, and only that one is unpacked."""
    from pydicom import dcmread
    from pydicom.pixels.utils import pixel_array

    found = _read(path, None)
    rows, columns = found.get("Rows"), found.get("Columns")
    if rows is None or columns is None:
        raise Unreadable("no-pixels")
    require_size(int(columns), int(rows))
    _require_decoder(found)
    frames = _frames(found)
    with unquoted():
        try:
            source = dcmread(path) if found.file_meta.TransferSyntaxUID.is_deflated else path
            values = pixel_array(source, index=frames // 2 if frame == "middle" and frames > 1 else 0)
            return _shown(values, found)
        except AttributeError:
            raise Unreadable("no-pixels") from None
        except Image.DecompressionBombError:
            raise Unreadable("too-large") from None
        except Exception as error:  # noqa: BLE001  whatever a decoder finds wrong; its words may quote the file
            if "not support" in str(error):
                raise Unreadable("no-decoder", f"{found.file_meta.TransferSyntaxUID.name} of this depth") from None
            raise Unreadable("cut-short") from None


def _read(path: Path, tags: list[str] | None) -> Any:
    import pydicom
    from pydicom.errors import InvalidDicomError

    if not path.stat().st_size:
        raise Unreadable("empty")
    with unquoted():
        _require_inflatable(path)
        try:
            found = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=tags)
            found.file_meta.TransferSyntaxUID  # noqa: B018  absent: nobody knows how to read on
            return found
        except InvalidDicomError:
            raise Unreadable("not-an-image") from None
        except Exception:  # noqa: BLE001  of damaged files pydicom raises whatever it stumbles over
            raise Unreadable("cut-short") from None


def _require_inflatable(path: Path) -> None:
    """A deflated file is unpacked whole even for its header: not where a few bytes become more than any film is."""
    from pydicom.filereader import read_file_meta_info
    from pydicom.uid import DeflatedExplicitVRLittleEndian

    try:
        said = read_file_meta_info(path)
        deflated = said.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian
    except Exception:  # noqa: BLE001  no DICOM at all: whoever reads the file next says so
        return
    if deflated and _grows(path, said):
        raise Unreadable("too-large")


def _grows(path: Path, said: Any) -> bool:
    """Whether the deflated part becomes more than any film is. What cannot be measured is not unpacked by anybody."""
    try:
        left = path.read_bytes()[META + int(said.FileMetaInformationGroupLength) :]
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        for _ in range(MOST // CHUNK):
            inflate.decompress(left, CHUNK)
            left = inflate.unconsumed_tail
            if not left or inflate.eof:
                return False
    except (AttributeError, TypeError, ValueError, zlib.error):
        raise Unreadable("cut-short") from None
    return True


def _require_decoder(found: Any) -> None:
    from pydicom.pixels.decoders.base import get_decoder

    syntax = found.file_meta.TransferSyntaxUID
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        raise Unreadable("no-decoder", f"nothing reads {syntax.name} as a picture") from None
    if not decoder.is_available:
        raise Unreadable("no-decoder", f"{syntax.name} needs one of {'; '.join(decoder.missing_dependencies)}")


def _shown(values: Pixels, found: Any) -> Image.Image:
    from pydicom.pixels.processing import apply_color_lut, apply_modality_lut

    kind = str(found.get("PhotometricInterpretation", "MONOCHROME2"))
    if kind == "PALETTE COLOR":
        values = apply_color_lut(values, found)
    if values.ndim == 3:
        deep = values.dtype.itemsize > 1
        return Image.fromarray((values // 257 if deep else values).astype(np.uint8)).convert("RGB")
    shown = np.asarray(_grey(values, apply_modality_lut(values, found), found))
    shown = 255 - shown if kind == "MONOCHROME1" else shown
    padding = found.get("PixelPaddingValue")
    return Image.fromarray(shown if padding is None else np.where(values == padding, 0, shown).astype(np.uint8))


def _grey(stored: Pixels, values: Pixels, found: Any) -> Image.Image:
    """By the VOI LUT, else the first window, else percentiles; a window that shows nothing is none."""
    from pydicom.pixels.processing import apply_voi, apply_windowing

    ends = None
    if found.get("VOILUTSequence"):
        values, ends = apply_voi(values, found), (0.0, 2.0 ** found.VOILUTSequence[0].LUTDescriptor[2] - 1)
    elif found.get("WindowWidth") is not None and found.get("WindowCenter") is not None:
        low, high = apply_windowing(FAR.copy(), found)
        shown = apply_windowing(values, found)
        if high > low and shown.min() < shown.max():
            values, ends = shown, (float(low), float(high))
    elif found.get("BitsStored", 16) <= 8 and values is stored and not found.get("PixelRepresentation"):
        ends = (0.0, 2.0**found.BitsStored - 1)
    if ends:
        return picture(values, *ends)
    padding = found.get("PixelPaddingValue")
    return by_percentiles(values, None if padding is None else stored != padding)


def _text(found: Any, name: str) -> str:
    """The first value of a field; what cannot be read is none."""
    with unquoted():
        try:
            value = found.get(name)
            first = value[0] if isinstance(value, list | tuple) and value else value
            return "" if first is None or isinstance(first, list | tuple) else str(first).strip(" \0")
        except Exception:  # noqa: BLE001  a value of another type than its tag has: pydicom reads it only now
            return ""


def _terms(found: Any) -> dict[str, str]:
    """What is no known term is free text, which may name somebody, and is left out."""
    modality = _text(found, "Modality").upper()
    part, view = (_text(found, name).upper().replace(" ", "") for name in ("BodyPartExamined", "ViewPosition"))
    known = _known()
    return {
        "modality": modality if MODALITY.fullmatch(modality) else "",
        "body_part": part if part in known["body_parts"] else "",
        "view": known["views"].get(view, ""),
    }


def _frames(found: Any) -> int:
    said = _text(found, "NumberOfFrames")
    return max(int(said), 1) if said.isascii() and said.isdigit() else 1


def _time(found: Any) -> str:
    """The first that is a time; else the first that is said, for the spool to refuse."""
    zone = _text(found, "TimezoneOffsetFromUTC")
    zone = zone if OFFSET.fullmatch(zone) else ""
    exact = _text(found, "AcquisitionDateTime")
    own = OFFSET.search(exact)
    said = [(exact[: own.start()] if own else exact, own[0] if own else zone)]
    said += [(_digits(found, date)[:8] + _digits(found, time), zone) for date, time in DATES if _text(found, date)]
    read = [_iso(stamp, offset) for stamp, offset in said]
    return next((each for each in read if each), next((stamp for stamp, _ in said if stamp), ""))


def _digits(found: Any, name: str) -> str:
    """Without the dots and colons of dates before 1993; a fraction of a second keeps its dot."""
    said = _text(found, name)
    return said.replace(".", "") if name.endswith("Date") else said.replace(":", "")


def _iso(stamp: str, offset: str) -> str:
    parts = STAMP.fullmatch(stamp)
    if not parts:
        return ""
    date, hour, minute, second, fraction = parts.groups()
    second = "59" if second == "60" else second  # a leap second
    try:
        time = datetime.strptime(f"{date}{hour or '00'}{minute or '00'}{second or '00'}", "%Y%m%d%H%M%S")
    except ValueError:
        return ""
    return f"{time.isoformat()}{fraction or ''}{offset[:3] + ':' + offset[3:] if offset else ''}"


@cache
def _known() -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "terms.yaml").read_text(encoding="utf-8"))
    return {**said, "body_parts": frozenset(said["body_parts"])}
