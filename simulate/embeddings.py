"""The embeddings that an encoder would give of the films: true findings through a fixed random network, plus noise."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from simulate.arrays import Bytes, Floats, Ints, generator, pick, text, uuids
from simulate.config import HospitalConfig
from simulate.devices import device_inputs, kinds
from simulate.films import CHEST, Films, findings, place_of_device
from simulate.people import People

WIDTH = 256
ENCODER = "simulate-random-network-1"
SCALE = 2.0  # makes the variance of a coordinate about one
VIEWS = ["PA", "AP", "LATERAL"]
PARTS = ["CHEST", "PELVIS"]  # by region


@dataclass(frozen=True)
class Images:
    """One image per chest film, and a lateral one for half of them: the same signal, its own noise."""

    ids: Bytes
    film: Ints
    view: Ints
    vectors: Floats


@cache
def network() -> tuple[Floats, Floats]:
    """The fixed random network: one hidden layer of 128; the same in every hospital."""
    rng = np.random.default_rng(20240229)
    first = rng.normal(size=(4 * len(findings()), 128)) / 2
    second = rng.normal(size=(128, WIDTH)) / np.sqrt(128)
    states = np.random.default_rng(20240301).normal(size=(4 * len(kinds()), 128)) / 2
    return np.concatenate([first, states]), second


def inputs(films: Films) -> Floats:
    """film x (4 x finding, then 4 x kind of device): present, left, right, grade in thirds or placed badly."""
    here = films.present.astype(float)
    state = here.copy()
    state[:, place_of_device()] = 0  # its sides are those of its kinds
    left = state * (films.left | films.both)
    right = state * (~films.left | films.both)
    return np.concatenate([here, left, right, state * films.grade / 3, device_inputs(films.devices)], 1)


def encode(given: Floats) -> Floats:
    """The embedding without noise."""
    first, second = network()
    return np.asarray(np.tanh(given @ first) @ second * SCALE)


def draw_images(config: HospitalConfig, films: Films, block: int) -> Images:
    rng = generator(config.seed, block, "embeddings")
    chest = np.flatnonzero(films.region == CHEST)
    lateral = rng.random(len(chest)) < 0.5
    film = np.concatenate([chest, chest[lateral]])
    view = np.concatenate([films.encounter[chest] % 2, np.full(lateral.sum(), 2)])
    vectors = encode(inputs(films))[film] + config.noise * rng.normal(size=(len(film), WIDTH))
    return Images(uuids(rng, len(film)), film, view, vectors)


def embeddings(images: Images, films: Films, people: People) -> tuple[Ints, pa.Table]:
    film = images.film
    flat = pa.array(images.vectors.astype(np.float32).reshape(-1))
    offsets = pa.array(np.arange(len(film) + 1, dtype=np.int32) * WIDTH)
    return films.who[film], pa.table({
        "patient_id": text(people.ids[films.who[film]]),
        "study_id": text(films.ids[film]),
        "image_id": text(images.ids),
        "time": pa.array(films.time[film].astype("datetime64[s]").astype("datetime64[us]")),
        "modality": pa.array(["CR"] * len(film)),
        "body_part": pick(PARTS, films.region[film]),
        "view": pick(VIEWS, images.view),
        "encoder": pa.array([ENCODER] * len(film)),
        "embedding": pa.ListArray.from_arrays(offsets, flat),
    })  # fmt: skip
