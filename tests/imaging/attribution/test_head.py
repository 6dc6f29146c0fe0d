"""The head of a finding as a direction: along it the artifact says more of the finding."""

from pathlib import Path

import numpy as np
import pytest

from contract.errors import InputError
from imaging.attribution.head import head
from imaging.finding import Finding
from imaging.heads.heads import Heads
from imaging.readable import Expected
from imaging.reporter import KIND, Reporter
from imaging.studies import NONE, Studies
from models import folder as folders

WIDTH, MANY = 6, 400


def studies(vectors: np.ndarray) -> Studies:
    many = len(vectors)
    words = np.full(many, "DX", object)
    ids = np.array([f"s{at}" for at in range(many)], object)
    days = np.datetime64("2026-01-01", "us") + np.arange(many) * np.timedelta64(1, "D")
    return Studies(ids, np.arange(many), days, words, np.arange(many + 1), vectors.astype(np.float32), words,
                   np.full(many, NONE))  # fmt: skip


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whoever has an effusion lies further along the first axis."""
    drawn = np.random.default_rng(5)
    there = drawn.random(MANY) < 0.4
    vectors = drawn.normal(size=(MANY, WIDTH))
    vectors[there, 0] += 3
    found = [[Finding("effusion", "left")] if each else [] for each in there]
    texts = ["There is a left pleural effusion." if each else "No effusion is seen." for each in there]
    out = tmp_path_factory.mktemp("artifacts") / "imaging"
    reporter = Reporter.taught(studies(vectors), texts, found, Expected("tiny@0", WIDTH))
    with folders.writing(out) as folder:
        reporter.save(folder)
        folders.finish(folder, KIND, reporter.said(), "# card", phi=False)
    return out


def odds(heads: Heads, vector: np.ndarray) -> float:
    chance = float(heads.read(studies(vector[None])).presence[0, heads.names.index("effusion")])
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
