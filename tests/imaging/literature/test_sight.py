"""What is seen of an image: the chances of findings, honest on the images that it was learned from."""

import numpy as np
import pytest

from imaging.literature.sight import Sight

RNG = np.random.default_rng(3)
WIDTH = 20


def drawn(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Two labels; each moves the vector along its own direction, the noise is larger elsewhere."""
    labels = (RNG.random((count, 2)) < [0.4, 0.2]).astype(float)
    vectors = RNG.normal(size=(count, WIDTH)) * np.r_[1, 1, np.full(WIDTH - 2, 3)]
    vectors[:, :2] += 4 * labels
    return vectors.astype(np.float32), labels


def test_chances_of_findings_are_calibrated_on_what_was_learned_and_on_what_was_not() -> None:
    vectors, labels = drawn(600)
    sight, taught = Sight.of(vectors, labels, np.arange(600) % 5)
    others, truth = drawn(600)
    for seen, said in ((taught, labels), (sight.see(others), truth)):
        chances = seen.numpy() / sight.stretch
        assert ((chances > 0.5) == said).mean() > 0.92
        assert chances.mean(0) == pytest.approx(said.mean(0), abs=0.03)


def test_labels_that_no_vector_tells_of_are_not_seen_in_the_vectors_that_were_learned() -> None:
    vectors, labels = drawn(100)
    blind, taught = Sight.of(vectors, RNG.permutation(labels), np.arange(100) % 5)
    assert (taught.numpy() / blind.stretch).max() < 0.9


def test_without_labels_or_persons_enough_every_coordinate_is_seen() -> None:
    vectors, labels = drawn(60)
    for sight, taught in (
        Sight.of(vectors, np.zeros((60, 0)), np.arange(60) % 5),
        Sight.of(vectors, labels, np.arange(60) % 2),
    ):
        assert taught.shape == (60, WIDTH)
        assert taught.std(0, correction=0).numpy() == pytest.approx(np.ones(WIDTH), rel=1e-4)
        assert np.allclose(sight.see(vectors), taught)
