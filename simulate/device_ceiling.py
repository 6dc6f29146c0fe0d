"""How well the best reader could tell devices from one image: which kinds, on which side, badly placed or not.

All states that devices of one film can be in are weighed at once, with all other findings known: the sums are exact.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import pyarrow as pa

from simulate.arrays import Bools, Floats, Ints, pick, text
from simulate.devices import Devices, device_inputs, kinds, sided, together
from simulate.embeddings import Images
from simulate.films import Films, findings, place_of_device
from simulate.people import People
from simulate.reader import Reader


@dataclass(frozen=True)
class DeviceOdds:
    """`any_device`: (images,) that there is one. Image x kind: that it is there; and if so, to the left; lies badly."""

    any_device: Floats
    present: Floats
    left: Floats
    bad: Floats


@cache
def _states() -> tuple[Devices, Floats]:
    """Every state of the devices of one film, and its chance among films with a device."""
    rows: list[tuple[Bools, Bools, Bools, float]] = []
    chances = list(kinds().values())
    for each in together():
        choices = [product([True, False] if sided()[k] else [False], [True, False]) for k in each.kinds]
        for chosen in product(*choices):
            present, left, bad = np.zeros((3, len(kinds())), bool)
            chance = each.share
            for kind, (to_left, badly) in zip(each.kinds, chosen, strict=True):
                present[kind], left[kind], bad[kind] = True, to_left, badly
                side = chances[kind].get("left", 0.0)
                chance *= side if to_left else 1 - side
                chance *= chances[kind]["bad"] if badly else 1 - chances[kind]["bad"]
            rows.append((present, left, bad, chance))
    return Devices(*(np.array([row[at] for row in rows]) for at in range(3))), np.array([row[3] for row in rows])


def device_odds(reader: Reader) -> DeviceOdds:
    states, chances = _states()
    share = list(findings().values())[place_of_device()]["share"]
    every = 4 * len(findings())
    columns = np.concatenate([[place_of_device()], np.arange(every, every + 4 * len(kinds()))])
    shown = np.concatenate([np.ones((len(chances), 1)), device_inputs(states)], 1)
    log = reader.states(columns, np.concatenate([np.zeros((1, shown.shape[1])), shown])).astype(float)
    log += np.log(np.concatenate([[1 - share], share * chances]))
    odds = np.exp(log - log.max(1, keepdims=True))
    odds = (odds / odds.sum(1, keepdims=True))[:, 1:]
    there = odds @ states.present
    known = np.maximum(there, 1e-300)
    return DeviceOdds(odds.sum(1), there, odds @ (states.left & states.present) / known,
                      odds @ (states.bad & states.present) / known)  # fmt: skip


def device_ceiling(films: Films, images: Images, people: People, odds: DeviceOdds) -> tuple[Ints, pa.Table]:
    """One row per image and kind. Side and position are null where it is not there or has no side."""
    width = len(kinds())
    image, which = np.repeat(np.arange(len(images.film)), width), np.tile(np.arange(width), len(images.film))
    film = images.film[image]
    here = films.devices.present[film, which]
    has_side = sided()[which]
    return films.who[film], pa.table({
        "patient_id": text(people.ids[films.who[film]]), "study_id": text(films.ids[film]),
        "image_id": text(images.ids[image]), "kind": pick(list(kinds()), which),
        "present": here, "probability": odds.present.reshape(-1),
        "left": pa.array(films.devices.left[film, which], mask=~(here & has_side)),
        "left_probability": pa.array(odds.left.reshape(-1), mask=~has_side),
        "bad": pa.array(films.devices.bad[film, which], mask=~here), "bad_probability": odds.bad.reshape(-1),
    })  # fmt: skip
