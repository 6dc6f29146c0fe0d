"""How well the best reader could tell each finding from one image: the ceiling for every system.

For each film and finding: P(present | the embedding, and all other findings known), with the true network, the true
noise and the prevalence among all films. Nobody who must tell all findings at once can do better than this on average.
"""

import numpy as np
import pyarrow as pa

from simulate.arrays import Floats, Ints, pick, text
from simulate.device_ceiling import DeviceOdds
from simulate.embeddings import Images
from simulate.films import Films, findings, place_of_device
from simulate.people import People
from simulate.reader import Reader

SIDES = ((1.0, 0.0, 0.4), (0.0, 1.0, 0.4), (1.0, 1.0, 0.2))  # left, right, chance
UNSIDED = ((1.0, 0.0, 0.5), (0.0, 1.0, 0.5))
GRADES = ((1, 0.5), (2, 0.35), (3, 0.15))


def _one(reader: Reader, finding: int) -> Floats:
    """log P(embedding | present) - log P(embedding | absent), sides and grades averaged."""
    absent = reader.finding(finding, (0.0, 0.0, 0.0, 0.0))
    sided = list(findings().values())[finding]["sided"]
    parts = []
    for left, right, share in SIDES if sided else UNSIDED:
        for grade, chance in GRADES:
            seen = reader.finding(finding, (1.0, left, right, grade / 3))
            parts.append(seen - absent + np.log(share * chance))
    return np.asarray(np.logaddexp.reduce(parts))


def posteriors(reader: Reader, devices: DeviceOdds) -> Floats:
    """One row per image, one column per finding."""
    told = np.empty((len(reader.seen), len(findings())))
    for place, finding in enumerate(findings().values()):
        if place == place_of_device():
            told[:, place] = devices.any_device
            continue
        odds = _one(reader, place) + np.log(finding["share"] / (1 - finding["share"]))
        told[:, place] = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
    return told


def image_ceiling(films: Films, images: Images, people: People, told: Floats) -> tuple[Ints, pa.Table]:
    """One row per image and finding. `told`: of `posteriors`."""
    width = len(findings())
    image, which = np.repeat(np.arange(len(images.film)), width), np.tile(np.arange(width), len(images.film))
    film = images.film[image]
    return films.who[film], pa.table({
        "patient_id": text(people.ids[films.who[film]]), "study_id": text(films.ids[film]),
        "image_id": text(images.ids[image]), "finding": pick(list(findings()), which),
        "present": films.present[film, which], "probability": told.reshape(-1),
    })  # fmt: skip
