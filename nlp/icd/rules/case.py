"""What the rules look at, the codes of one encounter with its patient and its stay, and what they say: messages."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.rules.book import FACTS

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Coded:
    """`poa`: the present-on-admission indicator; None while nobody was asked for it, empty where it was left out."""

    code: str
    principal: bool = False
    poa: str | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """`sex` as in FHIR: female, male; anything else is not known. `age` in years on the day the stay began."""

    sex: str = ""
    age: float | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """`setting`: a word of facts.yaml, or a FHIR act code. Dates must be real ones, not shifted, for an edition."""

    setting: str = ""
    discharge: date | None = None
    service: date | None = None
    country: str = "US"

    @property
    def kind(self) -> str:
        """inpatient, outpatient or unknown."""
        return setting(self.setting)


@dataclass(frozen=True, slots=True)
class Message:
    """One rule broken, or maybe broken, by `code`, together with `other` where it takes two."""

    rule: str
    severity: str
    code: str
    other: str
    text: str
    source: str


@dataclass(frozen=True)
class Case:
    codes: Sequence[Coded]
    patient: Patient
    stay: Stay
    catalogue: Catalogue
    exempt: Container[str] | None = None  # codes exempt from POA reporting, where a site has the list of the year

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Each code once, in order."""
        return tuple(dict.fromkeys(each.code for each in self.codes))

    @cached_property
    def by_letter(self) -> dict[str, list[str]]:
        """The same, by what they begin with."""
        found: dict[str, list[str]] = {}
        for code in self.named:
            found.setdefault(code[:1], []).append(code)
        return found

    @property
    def principal(self) -> str:
        """Nothing while nobody has said which it is."""
        return next((each.code for each in self.codes if each.principal), "")

    @property
    def ordered(self) -> bool:
        """A list whose first is principal is in the order of the claim."""
        return bool(self.codes) and self.codes[0].principal


def setting(word: str) -> str:
    plain = word.strip()
    for kind, words in FACTS["settings"].items():
        if plain in words or plain.lower() in words:
            return str(kind)
    return UNKNOWN
