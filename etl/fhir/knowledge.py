"""The knowledge files of fhir_mappings/fhir/, read once."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from contract.errors import ConfigError, MappingError
from schemas import yaml_text

FOLDER = "fhir_mappings"


def _folder() -> Traversable:
    return resources.files(FOLDER).joinpath("fhir")


@cache
def load(name: str) -> Any:
    file = _folder().joinpath(f"{name}.yaml")
    if not file.is_file():
        found = ", ".join(sorted(f.name.removesuffix(".yaml") for f in _folder().iterdir()))
        raise ConfigError(f"{FOLDER}/fhir/{name}.yaml is not there; found {found}. Name one of these, or add the file.")
    return yaml_text.read(file.read_text(encoding="utf-8"))


def digest(names: tuple[str, ...]) -> str:
    """sha256 over the named files: a change of one makes groups be read again."""
    summed = hashlib.sha256()
    for name in names:
        load(name)
        summed.update(_folder().joinpath(f"{name}.yaml").read_bytes())
    return summed.hexdigest()


@dataclass(frozen=True)
class Identifying:
    """Which identifiers of a Patient say who it is."""

    systems: frozenset[str]
    types: frozenset[str]
    uses_not: frozenset[str]
    values_not: re.Pattern[str]

    @classmethod
    def named(cls, name: str) -> "Identifying":
        said: Mapping[str, Any] = load(name)
        unknown = set(said) - {"systems", "types", "uses_not", "values_not"}
        if unknown:
            raise MappingError(
                f"{FOLDER}/fhir/{name}.yaml: unknown key {', '.join(sorted(unknown))}; "
                "there are systems, types, uses_not, values_not."
            )
        refused = "|".join(f"(?:{value})" for value in said.get("values_not", ())) or r"\b\B"
        return cls(
            frozenset(said.get("systems", ())),
            frozenset(said.get("types", ())),
            frozenset(said.get("uses_not", ())),
            re.compile(refused, re.IGNORECASE),
        )

    def pick(self, identifier: Mapping[str, Any]) -> dict[str, str] | None:
        """(system, value), or nothing when it identifies nobody."""
        system, value = identifier.get("system"), identifier.get("value")
        if not (isinstance(system, str) and isinstance(value, str) and system and value.strip()):
            return None
        if identifier.get("use") in self.uses_not or self.values_not.fullmatch(value.strip()):
            return None
        if system not in self.systems and not self.types & _type_codes(identifier):
            return None
        return {"system": system, "value": value.strip()}


def _type_codes(identifier: Mapping[str, Any]) -> frozenset[str]:
    said = identifier.get("type")
    coding = said.get("coding") if isinstance(said, dict) else None
    return frozenset(
        c.get("code", "") for c in coding or () if isinstance(c, dict) and isinstance(c.get("code", ""), str)
    )
