"""What is known to name a person: gathered from FHIR rows, looked for in notes, drawn around by surrogates, audited."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

Part = Literal[
    "given", "family", "prefix", "name", "line", "city", "district", "state", "zip", "country", "phone", "email", "url",
    "number", "date", "organization", "profession",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identifier:
    """One thing that names the person. `name` is a whole name whose parts are unknown ("text" of a HumanName)."""

    label: str  # of nlp.deid.labels.LABELS: PATIENT for the person's own names, RELATIVE, STAFF, MRN ...
    part: Part
    value: str


@dataclass(frozen=True)
class Person:
    """Identifiers of one subject: their own, relatives' and contacts', and the providers their rows refer to."""

    subject_id: int
    identifiers: tuple[Identifier, ...] = ()
    gender: str = ""  # FHIR administrative-gender of the subject
    birth: date | None = None
    death: date | None = None

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Once a person: identifiers are hundreds, and what is made of a person is looked up for every text."""
        return hash((self.subject_id, self.identifiers, self.gender, self.birth, self.death))

    def __getstate__(self) -> dict[str, Any]:
        """Without the hash: another process hashes strings otherwise."""
        return {name: value for name, value in vars(self).items() if name != "_hash"}

    def of(self, *labels: str) -> tuple[Identifier, ...]:
        return tuple(found for found in self.identifiers if found.label in labels)


NOBODY = Person(0)
