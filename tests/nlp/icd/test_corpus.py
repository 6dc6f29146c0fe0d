"""Labels of a site as they are learned from."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.errors import InputError
from nlp.icd.corpus import coded


def folder(out: Path, *labels: str) -> Path:
    pq.write_table(pa.table({"note_id": ["n"], "text": ["Gout."], "language": ["en"]}), out / "notes.parquet")
    pq.write_table(pa.table({"unit_id": ["n"] * len(labels), "label": labels}), out / "labels.parquet")
    return out


@pytest.mark.parametrize("written", ["m109", "M10.9", " M10.9 ", "m10.9"])
def test_a_code_is_the_same_however_it_is_written(tmp_path: Path, written: str) -> None:
    found = coded(folder(tmp_path, f"ICD-10-CM//{written}", "ICD-10-PCS//bw03zzz", "ICD-9-CM//e812.0"), "both", ["en"])
    assert {system: list(of[0].gold) for system, of in found.items()} == {
        "ICD-10-CM": ["M10.9"], "ICD-10-PCS": ["BW03ZZZ"], "ICD-9-CM": ["E812.0"]
    }  # fmt: skip


@pytest.mark.parametrize("label", ["ICD-10-CM//", "M10.9", "//M10.9"])
def test_a_label_without_code_or_system_is_refused(tmp_path: Path, label: str) -> None:
    with pytest.raises(InputError, match="1 of 2 labels are not SYSTEM//code"):
        coded(folder(tmp_path, "ICD-10-CM//M10.9", label), "both", ["en"])
