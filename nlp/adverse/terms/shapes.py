"""Drugs and effects that no table holds, by how their names are built: stems of drugs, Greek and Latin endings."""

import re
from dataclasses import dataclass, field

from nlp.adverse.mention import DRUG, EFFECT, Mention
from nlp.adverse.terms.letters import folded
from nlp.adverse.terms.tables import said

GUESSED = 0.6  # score of a name known by its shape alone


@dataclass(slots=True)
class Shapes:
    """`find` is a pure function of its text."""

    _drugs: re.Pattern[str] = field(init=False)
    _effects: re.Pattern[str] = field(init=False)
    _not: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        table = said("shapes")
        self._drugs, self._effects = (re.compile(rf"\b(?:{table[name]})\b") for name in ("drugs", "effects"))
        self._not = frozenset(map(str, table["not_effects"]))

    def find(self, text: str) -> list[Mention]:
        plain = folded(text)
        drugs = [Mention(*match.span(), DRUG, GUESSED) for match in self._drugs.finditer(plain)]
        effects = [
            Mention(*match.span(), EFFECT, GUESSED)
            for match in self._effects.finditer(plain)
            if match.group() not in self._not
        ]
        return drugs + effects
