"""What words name, roughly, by their parts: a chronic condition, a disease, a procedure (data/chronic.yaml)."""

import re
from functools import lru_cache

from nlp.text.data_files import load

WHOLE = 5  # parts shorter than this must begin a word


def has(kind: str, words: str) -> bool:
    """`words` in small letters; kind: chronic, disease or procedure."""
    return bool(_parts(kind).search(words))


@lru_cache(maxsize=3)
def _parts(kind: str) -> re.Pattern[str]:
    parts = load("chronic")[kind]
    if kind == "disease":
        return re.compile(rf"(?:{'|'.join(map(re.escape, parts))})s?\b")
    return re.compile("|".join((r"\b" if len(part) < WHOLE else "") + re.escape(part) for part in parts))
