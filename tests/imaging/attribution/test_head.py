"""The head of a finding as a direction: along it the artifact says more of the finding."""

from pathlib import Path

import numpy as np
import pytest

from contract.errors import InputError
from imaging.attribution.head import head
from imaging.heads.heads import Heads
from tests.imaging.attribution import taught

WIDTH = 6


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return taught.artifact(tmp_path_factory.mktemp("artifacts") / "imaging", "tiny@0", np.zeros(WIDTH))


def odds(heads: Heads, vector: np.ndarray) -> float:
    chance = float(heads.read(taught.studies(vector[None])).presence[0, heads.names.index("effusion")])
    return float(np.log(chance / (1 - chance)))


def test_the_direction_is_the_gradient_of_the_log_odds(artifact: Path) -> None:
    vector, way = np.random.default_rng(6).normal(size=(2, WIDTH)) * [[0.5], [0.02]]
    found, heads = head(artifact, "effusion", "tiny@0", vector), Heads.load(artifact / "heads")
    assert np.log(found.chance / (1 - found.chance)) == pytest.approx(odds(heads, vector), abs=1e-3)
    moved = odds(heads, vector + way) - odds(heads, vector - way)
    assert 2 * found.direction @ way == pytest.approx(moved, rel=0.05, abs=1e-3)
    assert int(np.abs(found.direction).argmax()) == 0 and found.direction[0] > 0


def test_what_the_heads_do_not_know_is_refused(artifact: Path) -> None:
    vector = np.zeros(WIDTH, np.float32)
    with pytest.raises(InputError, match=r"trained on vectors of tiny@0; this checkpoint is other@1"):
        head(artifact, "effusion", "other@1", vector)
    with pytest.raises(InputError, match="no head for 'gout'; it has"):
        head(artifact, "gout", "tiny@0", vector)
    with pytest.raises(InputError, match="unlike all that the heads were trained on"):
        head(artifact, "effusion", "tiny@0", vector + 90)
