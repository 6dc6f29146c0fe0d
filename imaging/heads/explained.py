"""Which states of all findings together explain a vector: mean field, one finding after another.

For a sum of effects and a normal rest the posterior of one finding needs only the expected effects of the others
(Jaakkola and Jordan 1999, on findings and diseases). The same rows give the same answer among any others.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from imaging.heads.states import COLUMNS, States
from imaging.heads.together import Together

Floats = npt.NDArray[np.float64]
SWEEPS = 12


def explained(
    whitened: Floats, effects: Floats, precision: Floats, states: Sequence[States], pairs: Together
) -> list[Floats]:
    """Of each finding the probability of its states (n, s). `precision` (n,): of the vectors, 1 as in training."""
    seen, overlap = whitened @ effects.T, effects @ effects.T
    expected = np.concatenate([np.tile(each.chance @ each.values, (len(whitened), 1)) for each in states], 1)
    there = expected[:, :: len(COLUMNS)].copy()
    found: list[Floats] = [np.zeros(0)] * len(states)
    for _ in range(SWEEPS):
        for j, each in enumerate(states):
            own, values = slice(j * len(COLUMNS), (j + 1) * len(COLUMNS)), each.values
            others = expected @ overlap[:, own] - expected[:, own] @ overlap[own, own]
            alone = ((values @ overlap[own, own]) * values).sum(1) / 2
            logits = precision[:, None] * ((seen[:, own] - others) @ values.T - alone)
            logits[:, 1:] += np.log(each.kinds) + pairs.odds(j, there)[:, None]
            raised = np.exp(logits - logits.max(1, keepdims=True))
            found[j] = raised / raised.sum(1, keepdims=True)
            expected[:, own] = found[j] @ values
            there[:, j] = 1 - found[j][:, 0]
    return found
