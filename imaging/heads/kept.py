"""Heads on disk: one file of arrays, without code in it."""

from pathlib import Path
from typing import Any

import numpy as np

from contract.errors import InputError
from imaging.heads.calibrated import Line
from imaging.heads.coded import ASPECTS
from imaging.heads.decided import Bands
from imaging.heads.forward import Forward
from imaging.heads.heads import Heads
from imaging.heads.learned import Learned
from imaging.heads.states import States
from imaging.heads.strange import Range
from imaging.heads.together import Together
from imaging.heads.views import Views, Worth

FILE, VERSION = "heads.npz", 1
small = np.float32


def save(heads: Heads, folder: Path) -> None:
    known = heads.learned
    made = known.forward
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / FILE, allow_pickle=False, version=VERSION, names=np.array(heads.names, str),
        normal=made.normal.astype(small), effects=made.effects.astype(small), whitening=made.whitening.astype(small),
        many=[len(each.said) for each in known.states], said=np.vstack([each.said for each in known.states]),
        chance=np.concatenate([each.chance for each in known.states]),
        pairs=known.pairs.weights, shifts=known.pairs.shift, lines=[(each.slope, each.shift) for each in known.lines],
        bands=[(each.stated, each.doubtful, each.absent) for each in known.bands], speaks=known.speaks,
        sharp=np.stack([known.sharp[name] for name in ASPECTS]),
        views=np.array(heads.views.names, str), means=heads.views.means.astype(small),
        worth=[heads.worth.share, heads.worth.usual], range=[heads.range.low, heads.range.high],
    )  # fmt: skip


def load(folder: Path) -> Heads:
    path = folder / FILE
    if not path.is_file():
        raise InputError(f"heads: no {FILE} in the artifact; expected what Heads.save writes.")
    with np.load(path, allow_pickle=False) as held:
        version = int(held["version"]) if "version" in held else 0
        if version != VERSION:
            raise InputError(f"heads: {FILE} is of version {version}; this program reads {VERSION}. Train them anew.")
        return Heads(
            tuple(map(str, held["names"])),
            _learned(held),
            Views(tuple(map(str, held["views"])), held["means"].astype(float)),
            Worth(*map(float, held["worth"])),
            Range(*map(float, held["range"])),
        )


def _learned(held: Any) -> Learned:
    ends = np.cumsum(held["many"])[:-1]
    states = zip(np.split(held["said"], ends), np.split(held["chance"], ends), strict=True)
    return Learned(
        Forward(held["normal"].astype(float), held["effects"].astype(float), held["whitening"].astype(float)),
        tuple(States(said, chance) for said, chance in states),
        Together(held["pairs"], held["shifts"]),
        tuple(Line(*map(float, row)) for row in held["lines"]),
        tuple(Bands(*map(float, row)) for row in held["bands"]),
        held["speaks"],
        dict(zip(ASPECTS, held["sharp"], strict=True)),
    )
