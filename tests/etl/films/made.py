"""DICOM files and pictures as tests make them, with pydicom and Pillow."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

DIGITAL_XRAY = "1.2.840.10008.5.1.4.1.1.1.1"
RAMP = np.tile(np.arange(64, dtype=np.uint16), (48, 1)) * 16


def dataset(pixels: np.ndarray | None = RAMP, bits: int = 12, **said: Any) -> Dataset:
    """A film of Anna, whose picture is a ramp from left to right unless said otherwise."""
    usual = {"PatientName": "Smith^Anna", "PatientID": "MRN-1", "StudyInstanceUID": "1.2.3",
             "SOPInstanceUID": "1.2.3.4", "SOPClassUID": DIGITAL_XRAY,
             "Modality": "DX", "BodyPartExamined": "CHEST", "ViewPosition": "PA",
             "StudyDate": "20260102", "StudyTime": "101112"}  # fmt: skip
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = DIGITAL_XRAY
    made.file_meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["film"])
    if pixels is not None:
        usual |= {"Rows": pixels.shape[-2], "Columns": pixels.shape[-1], "BitsAllocated": pixels.itemsize * 8,
                  "BitsStored": bits, "HighBit": bits - 1, "SamplesPerPixel": 1,
                  "PixelRepresentation": int(pixels.dtype.kind == "i"), "PhotometricInterpretation": "MONOCHROME2",
                  "PixelData": pixels.tobytes()}  # fmt: skip
        if pixels.ndim == 3:
            usual["NumberOfFrames"] = len(pixels)
    for name, value in {**usual, **said}.items():
        if value is not None:
            setattr(made, name, value)
    return made


def dicom(path: Path, pixels: np.ndarray | None = RAMP, bits: int = 12, **said: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset(pixels, bits, **said).save_as(path, enforce_file_format=True)
    return path


def png(path: Path, pixels: np.ndarray | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((RAMP // 4).astype(np.uint8) if pixels is None else pixels).save(path)
    return path
