"""What is shipped trained: under 10 MB each and 40 MB in all, trained on nobody's notes, as it was saved."""

from pathlib import Path

import pytest

from models.artifact import load
from nlp.icd import artifact as coders

SHIPPED = Path(__file__).parents[2] / "models" / "weights"
CODER = SHIPPED / "icd"
TAGGERS = sorted(folder for folder in SHIPPED.iterdir() if folder != CODER)


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


def test_all_that_is_shipped_is_under_forty_megabytes() -> None:
    assert _size(SHIPPED) < 40_000_000
