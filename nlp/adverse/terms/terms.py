"""Drugs and effects as concepts: what names, codes and running text mean."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from nlp.adverse.mention import Mention
from nlp.adverse.terms.concept import Drug, Effect
from nlp.adverse.terms.drugs import Names, shipped_names
from nlp.adverse.terms.effects import EffectNames, shipped_effects
from nlp.adverse.terms.finding import Finder
from nlp.adverse.terms.reader import DrugReader
from nlp.adverse.terms.site import lay_over, site_rows

CACHED = 65536
LONGEST = 400  # characters of a mention that are looked at


@dataclass(slots=True)
class Terms:
    """Pure functions of their arguments; asked again, they remember."""

    names: Names
    effects: EffectNames
    reader: DrugReader = field(init=False, repr=False)
    finder: Finder = field(init=False, repr=False)
    _drug: Callable[[str], Drug | None] = field(init=False, repr=False)
    _effect: Callable[[str], Effect | None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.reader = DrugReader(self.names)
        self.finder = Finder(self.names, self.effects, self.reader)
        self._drug = lru_cache(maxsize=CACHED)(self.reader.read)
        self._effect = lru_cache(maxsize=CACHED)(self.effects.read)

    @classmethod
    def shipped(cls) -> "Terms":
        """The tables of chartloom alone."""
        return _shipped()

    @classmethod
    def of(cls, folder: Path | None) -> "Terms":
        """With a site's own tables laid over them (docs/adverse.md, Terms)."""
        if folder is None:
            return _shipped()
        table = site_rows(folder)
        names, effects = shipped_names(), shipped_effects()
        lay_over(names, effects, table)
        return Terms(names, effects)

    def drug(self, text: str) -> Drug | None:
        """The drug that a mention names; None where it names none that is known."""
        return self._drug(text[:LONGEST])

    def effect(self, text: str) -> Effect | None:
        """The effect that a mention names; None where it names none that is known."""
        return self._effect(text[:LONGEST])

    def drug_of_code(self, system: str, code: str) -> Drug | None:
        """Of a timeline's code: `drug_of_code("RXNORM", "314076")`, or all in one, `("", "RXNORM//314076//ORDER")`."""
        if "//" in code:
            system, code, *_ = code.split("//")
        return self.names.of_code(system, code)

    def mentions(self, text: str, language: str = "") -> list[Mention]:  # noqa: ARG002 - one table serves both so far
        """Known drugs and effects in running text, in order, none overlapping."""
        return self.finder.find(text)


@lru_cache(maxsize=1)
def _shipped() -> Terms:
    return Terms(shipped_names(), shipped_effects())
