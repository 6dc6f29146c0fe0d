"""The head of a finding as a direction: what it scores is what the artifact says of the vector."""

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


def test_a_head_is_a_direction(artifact: Path) -> None:
    found = head(artifact, "effusion", "tiny@0")
    vectors = np.random.default_rng(6).normal(size=(20, WIDTH))
    heads = Heads.load(artifact / "heads")
    said = heads.learned.presence(vectors)[:, heads.names.index("effusion")]
    assert np.allclose([found.chance(float(vector @ found.direction)) for vector in vectors], said)
    assert int(np.abs(found.direction).argmax()) == 0 and found.direction[0] > 0


def test_another_encoder_or_finding_is_refused(artifact: Path) -> None:
    with pytest.raises(InputError, match=r"trained on vectors of tiny@0; this checkpoint is other@1"):
        head(artifact, "effusion", "other@1")
    with pytest.raises(InputError, match="no head for 'gout'; it has"):
        head(artifact, "gout", "tiny@0")
