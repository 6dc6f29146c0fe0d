"""Extracts in vendors' shapes: written beside csv/, the same bytes each time, packed so that they unpack."""

import filecmp
from pathlib import Path

import pytest

from contract.errors import ConfigError, InputError
from simulate import config
from simulate.config import HospitalConfig
from simulate.hospital import simulate
from simulate.vendors.packing import lzw_hex, rtf
from simulate.vendors.reshape import SHAPES, reshape


def test_shapes_of_the_switch_are_those_that_are_made() -> None:
    assert set(config.SHAPES) == {"synthea", *SHAPES}
    with pytest.raises(ConfigError, match="epic"):
        HospitalConfig(shape="epci")
    with pytest.raises(ConfigError, match="notes"):
        HospitalConfig(shape="epic", notes=False)


def test_the_switch_writes_the_extract_beside_the_tables(tmp_path: Path) -> None:
    made = simulate(HospitalConfig(patients=2, embeddings=False, shape="epic"), tmp_path / "out")
    assert made.rows["PATIENT"] == made.rows["patients"] == 2
    reshape(tmp_path / "out" / "csv", tmp_path / "again", "epic")
    for path in (tmp_path / "again").iterdir():
        assert filecmp.cmp(path, tmp_path / "out" / "epic" / path.name, shallow=False), path.name


def test_a_folder_without_notes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "csv").mkdir()
    with pytest.raises(InputError, match=r"notes\.csv"):
        reshape(tmp_path / "csv", tmp_path / "out", "epic")
    with pytest.raises(ConfigError, match="meditech"):
        reshape(tmp_path / "csv", tmp_path / "out", "epik")


def test_packed_cells_by_the_letter() -> None:
    # codes of nine bits: 256 (clear), 45, 258, 258, 65, 259, 66, 257 (end): the example of ISO 32000-1, 7.4.4.2
    assert lzw_hex("-----A---B") == "800B6050220C0C8501"
    assert rtf("a\n{é}").endswith("a\\par\n\\{\\u233?\\}}")
