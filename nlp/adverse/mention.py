"""What a miner says of one text: drugs, effects, and which drug it holds to have caused which effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

DRUG, EFFECT = "DRUG", "EFFECT"


@dataclass(frozen=True, slots=True)
class Mention:
    """Offsets in characters, end exclusive. `score`: how sure the miner is of the span, 0 to 1."""

    start: int
    end: int
    label: str
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Relation:
    """`score`: calibrated probability that the text speaks of this drug as the cause of this effect.

    Negated, feared and past effects are related too; what is said of them is the assertion's matter.
    """

    drug: Mention
    effect: Mention
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Mined:
    """Mentions in order; those of `relations` are among them."""

    mentions: Sequence[Mention] = ()
    relations: Sequence[Relation] = ()


class Miner(Protocol):
    """`languages`: BCP 47, of texts that it was taught to read."""

    @property
    def name(self) -> str: ...
    @property
    def languages(self) -> Sequence[str]: ...
    def mine(self, texts: Sequence[str]) -> list[Mined]:
        """Of whole notes or single sentences alike."""
