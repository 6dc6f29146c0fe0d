"""A small artifact: whoever has an effusion lies further along the first axis of the vectors."""

from pathlib import Path

import numpy as np

from imaging.finding import Finding
from imaging.readable import Expected
from imaging.reporter import KIND, Reporter
from imaging.studies import NONE, Studies
from models import folder as folders

MANY = 400


def studies(vectors: np.ndarray) -> Studies:
    many = len(vectors)
    words = np.full(many, "DX", object)
    ids = np.array([f"s{at}" for at in range(many)], object)
    days = np.datetime64("2026-01-01", "us") + np.arange(many) * np.timedelta64(1, "D")
    return Studies(ids, np.arange(many), days, words, np.arange(many + 1), vectors.astype(np.float32), words,
                   np.full(many, NONE))  # fmt: skip


def artifact(out: Path, encoder: str, near: np.ndarray) -> Path:
    """`near`: (width,) where the vectors of training lie around."""
    drawn = np.random.default_rng(5)
    there = drawn.random(MANY) < 0.4
    vectors = drawn.normal(size=(MANY, len(near)))
    vectors[there, 0] += 3
    found = [[Finding("effusion", "left")] if each else [] for each in there]
    texts = ["There is a left pleural effusion." if each else "No effusion is seen." for each in there]
    reporter = Reporter.taught(studies(vectors + near), texts, found, Expected(encoder, len(near)))
    with folders.writing(out) as folder:
        reporter.save(folder)
        folders.finish(folder, KIND, reporter.said(), "# card", phi=False)
    return out
