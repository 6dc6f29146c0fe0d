"""One encounter to export: its codes, and the resources it is known by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nlp.icd.billing.items import Item

Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Stay:
    """`patient`, `encounter`: FHIR, empty where there is none. `documents`: note_id -> reference of its resource."""

    items: tuple[Item, ...]
    patient: Resource = field(default_factory=dict, repr=False)
    encounter: Resource = field(default_factory=dict, repr=False)
    documents: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def period(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.encounter.get("period") or {}
        return found

    @property
    def kind(self) -> str:
        """Code of Encounter.class."""
        return str((self.encounter.get("class") or {}).get("code") or "")

    @property
    def visit(self) -> str:
        """The encounter's own number where it has one, else its id."""
        numbers = [one["value"] for one in self.encounter.get("identifier") or () if one.get("value")]
        return str(numbers[0]) if numbers else self.items[0].encounter_id
