"""The taggers that are shipped: under 10 MB each, trained on nobody's notes, as they were saved."""

from pathlib import Path

import pytest

from models.artifact import load

WEIGHTS = sorted((Path(__file__).parents[2] / "models" / "weights").iterdir())


@pytest.mark.parametrize("folder", WEIGHTS, ids=lambda folder: folder.name)
def test_a_shipped_tagger_is_small_open_and_whole(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.iterdir()) < 10_000_000
    artifact = load(folder)
    assert not artifact.phi
    assert "Licence" in artifact.card
