"""What is shipped trained: under 10 MB each and 40 MB in all, trained on nobody's notes, as it was saved."""

import json
import tomllib
from pathlib import Path

import pytest

from imaging import reporter
from models.artifact import load
from nlp.icd import artifact as coders
from outcomes import forecast
from simulate.embeddings import ENCODER

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "models" / "weights"
CODER = SHIPPED / "icd"
TAGGERS = sorted(SHIPPED.glob("deid-*"))
OUTCOMES = sorted(SHIPPED.glob("outcomes/*"))
DRAFTS = SHIPPED / "imaging"
PATHOLOGY = sorted(SHIPPED.glob("pathology/*"))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("folder", TAGGERS, ids=lambda folder: folder.name)
def test_a_shipped_tagger_is_small_open_and_whole(folder: Path) -> None:
    assert _size(folder) < 10_000_000
    artifact = load(folder)
    assert not artifact.phi
    assert "Licence" in artifact.card


def test_the_shipped_coder_is_small_open_and_whole() -> None:
    assert _size(CODER) < 10_000_000
    artifact = coders.load(CODER)
    assert not artifact.phi
    assert set(artifact.parts) == {"ICD-10-CM", "ICD-10-PCS"} and artifact.languages == ("es", "en")
    assert "CC BY 4.0" in (CODER / "card.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", OUTCOMES, ids=lambda folder: folder.name)
def test_a_shipped_model_of_outcomes_is_small_open_and_whole(folder: Path) -> None:
    assert _size(folder) < 10_000_000
    assert forecast.load(folder).task.name == folder.name
    assert not json.loads((folder / "config.json").read_text(encoding="utf-8"))["phi"]
    card = (folder / "card.md").read_text(encoding="utf-8")
    assert "Open Data Commons Attribution" in card and "chartloom train outcomes" in card


@pytest.mark.parametrize("folder", PATHOLOGY, ids=lambda folder: folder.name)
def test_what_is_shipped_of_pathology_is_small_and_open(folder: Path) -> None:
    assert _size(folder) < 5_000_000
    assert json.loads((folder / "config.json").read_text(encoding="utf-8"))["phi"] is False
    assert "icence" in (folder / "card.md").read_text(encoding="utf-8")


def test_the_shipped_writer_of_drafts_is_small_open_and_whole() -> None:
    assert _size(DRAFTS) < 2_000_000
    known = reporter.load(DRAFTS)
    assert known.expected.encoder == ENCODER  # of the simulator: it learned from no real image
    assert not json.loads((DRAFTS / "config.json").read_text(encoding="utf-8"))["phi"]
    assert "simulated hospitals" in (DRAFTS / "card.md").read_text(encoding="utf-8")


def test_all_that_is_shipped_is_packaged() -> None:
    """setuptools takes files, by patterns of one folder each."""
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    packaged = {path for pattern in setup["models"] for path in (ROOT / "models").glob(pattern)}
    assert {path for path in SHIPPED.rglob("*") if path.is_file() and "__pycache__" not in path.parts} <= packaged


def test_all_that_is_shipped_is_under_forty_megabytes() -> None:
    assert _size(SHIPPED) < 40_000_000
