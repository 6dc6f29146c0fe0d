"""Codings judged column by column, and words of codes read by the note layers."""

from collections.abc import Sequence

import numpy as np

from nlp.deid.policy.cells import Parts, pairs
from nlp.deid.policy.codes import Systems
from nlp.deid.policy.context import Reader


def judged(systems: Systems, beside: Parts) -> np.ndarray:
    """A Verdict for each system and code that stand side by side."""
    if beside.verdicts is None:
        beside.verdicts = pairs(beside["system"], beside["code"], systems.judge)
    return beside.verdicts


def unchanged(read: Reader, subjects: Sequence[int], words: Sequence[str]) -> list[str | None]:
    """The words that the layers leave as they are; a person may be called like a code."""
    return [word if said == word else None for word, said in zip(words, read(subjects, words), strict=True)]
