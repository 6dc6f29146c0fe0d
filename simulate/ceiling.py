"""How well the best reader could tell each finding from one image: the ceiling for every system.

For each film and finding: P(present | the embedding, and all other findings known), with the true network, the true
noise and the prevalence among all films. Nobody who must tell all findings at once can do better than this on average.
"""

import numpy as np
import pyarrow as pa

from simulate.arrays import Floats, Ints, pick, text
from simulate.config import HospitalConfig
from simulate.embeddings import SCALE, Images, inputs, network
from simulate.films import Films, findings
from simulate.people import People

SIDES = ((1.0, 0.0, 0.4), (0.0, 1.0, 0.4), (1.0, 1.0, 0.2))  # left, right, chance
UNSIDED = ((1.0, 0.0, 0.5), (0.0, 1.0, 0.5))
GRADES = ((1, 0.5), (2, 0.35), (3, 0.15))


class Reader:
    """Compares embeddings with what the network would give; in the 128 hidden numbers, which is cheap and the same."""

    def __init__(self, given: Floats, vectors: Floats, noise: float) -> None:
        self.first, second = (weights.astype(np.float32) for weights in network())
        self.given, self.scale = given.astype(np.float32), SCALE / noise**2
        self.seen = vectors.astype(np.float32) @ second.T
        self.gram = second @ second.T * SCALE / 2
        self.hidden = self.given @ self.first

    def likelihood(self, finding: int, values: tuple[float, ...]) -> Floats:
        """log P(embedding | this finding so, the others as they are), up to a constant of the image."""
        rows = slice(finding, None, len(findings()))
        changed = np.array(values, np.float32) - self.given[:, rows]
        made = np.tanh(self.hidden + changed @ self.first[rows])
        return np.asarray(self.scale * (made * (self.seen - made @ self.gram)).sum(1))


def _one(reader: Reader, finding: int) -> Floats:
    """log P(embedding | present) - log P(embedding | absent), sides and grades averaged."""
    absent = reader.likelihood(finding, (0.0, 0.0, 0.0, 0.0))
    sided = list(findings().values())[finding]["sided"]
    parts = []
    for left, right, share in SIDES if sided else UNSIDED:
        for grade, chance in GRADES:
            seen = reader.likelihood(finding, (1.0, left, right, grade / 3))
            parts.append(seen - absent + np.log(share * chance))
    return np.asarray(np.logaddexp.reduce(parts))


def posteriors(films: Films, images: Images, noise: float) -> Floats:
    """One row per image, one column per finding."""
    reader = Reader(inputs(films)[images.film], images.vectors, noise)
    prevalence = np.array([f["share"] for f in findings().values()])
    ratios = np.stack([_one(reader, j) for j in range(len(findings()))], 1)
    return np.asarray(1 / (1 + np.exp(-np.clip(ratios + np.log(prevalence / (1 - prevalence)), -50, 50))))


def image_ceiling(config: HospitalConfig, films: Films, images: Images, people: People) -> tuple[Ints, pa.Table]:
    """One row per image and finding."""
    width = len(findings())
    image, which = np.repeat(np.arange(len(images.film)), width), np.tile(np.arange(width), len(images.film))
    film = images.film[image]
    return films.who[film], pa.table({
        "patient_id": text(people.ids[films.who[film]]), "study_id": text(films.ids[film]),
        "image_id": text(images.ids[image]), "finding": pick(list(findings()), which),
        "present": films.present[film, which], "probability": posteriors(films, images, config.noise).reshape(-1),
    })  # fmt: skip
