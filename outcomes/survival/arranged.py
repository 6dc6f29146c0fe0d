"""Columns of a table as a series of windows of time, the longest first: for networks that read one after another."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from eval.survival import Floats, Kinds

HOURS = {"ever": 1e9, "before": 1e8, "stay": 1e4}
WINDOW = re.compile(r"(ever|before|(?:stay)?\d+[hd]|stay)/(.*)")


def arranged(names: Sequence[str]) -> Kinds:
    """(w, c) places in `names` of the same things in each window; len(names): not there. What has no window is in all.

    Names are as features have them, WINDOW/CODE/AGGREGATE.
    """
    found = [WINDOW.fullmatch(name) for name in names]
    windows = sorted({each[1] for each in found if each}, key=lambda name: -hours(name)) or [""]
    things = {thing: at for at, thing in enumerate(sorted({each[2] for each in found if each}))}
    alone = [at for at, each in enumerate(found) if not each]
    out = np.full((len(windows), len(things) + len(alone)), len(names))
    for at, each in enumerate(found):
        if each:
            out[windows.index(each[1]), things[each[2]]] = at
    out[:, len(things) :] = alone
    return out


def hours(window: str) -> float:
    if window in HOURS:
        return HOURS[window]
    length = window.removeprefix("stay")
    return float(length[:-1]) * (24 if length[-1] == "d" else 1) + (
        window != length
    )  # of the stay's first hours: older


def read(x: Floats, places: Kinds) -> npt.NDArray[np.float32]:
    """(m, w, c); 0, the middle, where a window lacks a thing."""
    wider = np.column_stack([x, np.zeros(len(x))]).astype(np.float32)
    return wider[:, places]
