"""The best reader of images: it knows the network and the noise, and weighs what may have made an embedding."""

import numpy as np

from simulate.arrays import Floats, Ints
from simulate.embeddings import SCALE, Images, inputs, network
from simulate.films import Films, findings


class Reader:
    """Compares embeddings with what the network would give; in the 128 hidden numbers, which is cheap and the same."""

    def __init__(self, given: Floats, vectors: Floats, noise: float) -> None:
        self.first, second = (weights.astype(np.float32) for weights in network())
        self.given, self.scale = given.astype(np.float32), SCALE / noise**2
        self.seen = vectors.astype(np.float32) @ second.T
        self.gram = second @ second.T * SCALE / 2
        self.hidden = self.given @ self.first

    def finding(self, place: int, values: tuple[float, ...]) -> Floats:
        """log P(embedding | this finding so, the others as they are), up to a constant of the image."""
        every = len(findings())
        return self.states(np.arange(place, 4 * every, every), np.array([values]))[:, 0]

    def states(self, columns: Ints, values: Floats) -> Floats:
        """The same for some columns of the input: one row an image, one column a row of `values`."""
        weights = self.first[columns]
        rest = self.hidden - self.given[:, columns] @ weights
        told = np.empty((len(rest), len(values)))
        for at, value in enumerate(values.astype(np.float32)):
            made = np.tanh(rest + value @ weights)
            told[:, at] = self.scale * (made * (self.seen - made @ self.gram)).sum(1)
        return told


def reader(films: Films, images: Images, noise: float) -> Reader:
    return Reader(inputs(films)[images.film], images.vectors, noise)
