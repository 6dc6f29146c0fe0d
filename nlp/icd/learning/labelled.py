"""Labels made of decisions as a coder may be trained on them: votes of all coders settle what one disputes."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from nlp.icd.learning.learned import DISPUTED, NOT, marks_of, texts
from nlp.icd.learning.sound import sound
from nlp.icd.learning.votes import Mark
from schemas.results import LABELS


def trained_on(notes: pa.Table, labels: pa.Table) -> pa.Table:
    """Without labels that the others overrule. A disputed one is a label where the votes settle it, else none; one that
    says whose it is not, or whose words are not marked, stays.
    """
    said = texts(notes)
    rows = labels.to_pylist()
    marks = [[Mark(**mark) for mark in marks_of(row, said)] for row in rows]
    believed = iter(sound([mark for each in marks for mark in each]))
    kept = [_settled(row, [(mark, next(believed)) for mark in each]) for row, each in zip(rows, marks, strict=True)]
    return pa.Table.from_pylist([row for row in kept if row], schema=LABELS.schema)


def _settled(row: dict[str, Any], votes: list[tuple[Mark, bool]]) -> Mapping[str, Any] | None:
    head, _, rest = row["label"].partition("//")
    for_it = any(counts for mark, counts in votes if mark.agrees)
    against = any(counts for mark, counts in votes if not mark.agrees)
    if head == DISPUTED:
        settled = {(True, False): rest, (False, True): f"{NOT}//{rest}"}.get((for_it, against))
        return {**row, "label": settled} if settled else None
    own = against if head == NOT else for_it
    return row if own or not votes else None
