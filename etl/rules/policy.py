"""fhir_mappings/rules.yaml as typed data: what happens to a row that breaks a rule, and how much may be wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from contract.errors import MappingError
from schemas import yaml_text

FILE = "fhir_mappings/rules.yaml"
ACTIONS = ("quarantine", "warn", "ignore")


@dataclass(frozen=True)
class Policy:
    actions: Mapping[str, str]
    elements: Mapping[str, Mapping[str, str]]
    first_year: int
    last_year: int
    thresholds: Mapping[str, float]
    damaged_files: Mapping[str, str]
    sample_rows: int
    sample_threshold: float

    def action(self, rule: str, element: str) -> str:
        """Of the nearest exception at or above the element, else of the rule."""
        place = element
        while place:
            if rule in self.elements.get(place, {}):
                return self.elements[place][rule]
            place = place.rpartition(".")[0]
        return self.actions[rule]


def parse(text: str) -> Policy:
    said = yaml_text.read(text)
    _refuse_unknown(said)
    return Policy(
        said["actions"],
        said["elements"],
        said["years"]["first"],
        said["years"]["last"],
        said["thresholds"],
        said["damaged_files"],
        said["sample"]["rows"],
        said["sample"]["threshold"],
    )


@cache
def policy() -> Policy:
    return parse(resources.files("fhir_mappings").joinpath("rules.yaml").read_text(encoding="utf-8"))


def _refuse_unknown(said: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
    rules = said["actions"]
    for place, actions in {"actions": rules, **said["elements"]}.items():
        for rule, action in actions.items():
            if rule not in rules:
                raise MappingError(f"{FILE}, {place}: no rule is called {rule!r}; rules are {', '.join(rules)}.")
            if action not in ACTIONS:
                expected = f"{', '.join(ACTIONS[:-1])} or {ACTIONS[-1]}"
                raise MappingError(f"{FILE}, {place}, {rule}: found {action!r}, expected {expected}.")
