"""Terms: phrases that coders marked for a code, and what they may do in the coder."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from nlp.icd.chart import DIAGNOSES

SHADOW, ACTIVE, RETIRED = STATES = ("shadow", "active", "retired")
LEARNED = "learned"
"""The `source` of evidence that a term gave."""


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase for a code. Shadow: scored and flagged `shadow`, shown and counted nowhere as an answer; active: a layer
    of evidence that no code may reach pre-accept by alone; retired: not used.
    """

    phrase: str  # as `normal` writes it
    language: str  # of the notes that it was marked in; empty: any
    code: str  # in capitals, with its dot
    state: str = SHADOW
    weight: float = 1.0  # 0 to 1: how far the coders who saw it agree
    system: str = DIAGNOSES


@runtime_checkable
class Learning(Protocol):
    """A system of coding that takes up terms between two trainings."""

    def learn(self, terms: Sequence[Term]) -> None: ...


def normal(text: str) -> str:
    """Small letters without accents, words parted by one space, no punctuation at the ends."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"^[\W_]+|[\W_]+$", "", re.sub(r"\s+", " ", plain))
