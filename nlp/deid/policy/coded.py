"""Codings judged column by column, and words of codes read by the note layers."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from nlp.deid.policy.cells import pairs
from nlp.deid.policy.codes import Systems
from nlp.deid.policy.context import Reader


def judged(systems: Systems, beside: Mapping[str, pa.Array]) -> np.ndarray:
    """A Verdict for each system and code that stand side by side."""
    return pairs(beside["system"], beside["code"], systems.judge)


def unchanged(read: Reader, subjects: Sequence[int], words: Sequence[str]) -> list[str | None]:
    """The words that the layers leave as they are; a person may be called like a code."""
    return [word if said == word else None for word, said in zip(words, read(subjects, words), strict=True)]
