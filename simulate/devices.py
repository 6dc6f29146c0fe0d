"""Devices on films that show one: which kinds, on which side, well or badly placed."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from simulate.arrays import Bools, Floats, Ints, generator
from simulate.knowledge import load, places

SETTINGS = ("critical", "ward", "outside")
CRITICAL, WARD, OUTSIDE = range(3)


@dataclass(frozen=True)
class Devices:
    """Film x kind. `left` and `bad` mean something only where it is present."""

    present: Bools
    left: Bools
    bad: Bools


@dataclass(frozen=True)
class Together:
    """Devices seen together, and how often: of films with a device, in each of SETTINGS."""

    kinds: Ints
    chance: tuple[float, ...]

    @property
    def share(self) -> float:
        """Of all films with a device."""
        settings: dict[str, float] = load("devices")["share"]
        return sum(settings[name] * chance for name, chance in zip(SETTINGS, self.chance, strict=True))


@cache
def kinds() -> dict[str, dict[str, float]]:
    return dict(load("devices")["kinds"])


@cache
def together() -> tuple[Together, ...]:
    place = places(list(kinds()))

    def one(row: dict[str, Any]) -> Together:
        at = np.array([place[name] for name in row["kinds"]], np.int64)
        return Together(at, tuple(row[name] / total[name] for name in SETTINGS))

    known = load("devices")["together"]
    total = {name: sum(row[name] for row in known) for name in SETTINGS}
    return tuple(one(row) for row in known)


@cache
def sided() -> Bools:
    return np.array(["left" in kind for kind in kinds().values()])


def draw_devices(seed: int, block: int, shown: Bools, setting: Ints) -> Devices:
    """`shown`: whether a film shows a device at all; `setting`: place in SETTINGS."""
    rng = generator(seed, block, "devices")
    limits = np.cumsum(np.array([each.chance for each in together()]).T, 1)
    chosen = (rng.random(len(shown))[:, None] > limits[setting]).sum(1)
    known = np.zeros((len(together()), len(kinds())), bool)
    for row, each in enumerate(together()):
        known[row, each.kinds] = True
    shape = len(shown), len(kinds())
    left = rng.random(shape) < [kind.get("left", 0.0) for kind in kinds().values()]
    bad = rng.random(shape) < [kind["bad"] for kind in kinds().values()]
    return Devices(known[np.minimum(chosen, len(known) - 1)] & shown[:, None], left, bad)


def device_inputs(devices: Devices) -> Floats:
    """film x (4 x kind): present, left, right, bad."""
    here = devices.present
    has_side = here & sided()
    return np.concatenate([here, has_side & devices.left, has_side & ~devices.left, here & devices.bad], 1).astype(
        float
    )
