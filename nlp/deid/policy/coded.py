"""Codings judged column by column, and words of codes read by the note layers."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nlp.deid.policy.cells import Cells, Parts, pairs
from nlp.deid.policy.codes import Systems
from nlp.deid.policy.context import NOBODY, Context, Reader


def judged(systems: Systems, beside: Parts) -> np.ndarray:
    """A Verdict for each system and code that stand side by side."""
    if beside.verdicts is None:
        beside.verdicts = pairs(beside["system"], beside["code"], systems.judge)
    return beside.verdicts


def without_own(context: Context, subjects: Sequence[int | None], cells: Cells) -> pa.Array:
    """Codes that are no number of the person's own: a record number of six digits looks like a code of RxNorm."""
    theirs = pc.is_in(cells.values, pa.array(sorted({n for own in context.numbers.values() for n in own}), pa.string()))
    if not pc.any(theirs).as_py():
        return cells.values
    own = [context.numbers.get(s or NOBODY, frozenset()) for s in subjects]
    return cells.owned(lambda o, values: [None if v in own[p] else v for p, v in zip(o, values, strict=True)])


def unchanged(read: Reader, subjects: Sequence[int], words: Sequence[str]) -> list[str | None]:
    """The words that the layers leave as they are; a person may be called like a code."""
    return [word if said == word else None for word, said in zip(words, read(subjects, words), strict=True)]
