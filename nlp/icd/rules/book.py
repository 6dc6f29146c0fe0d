"""The rules and the facts they need, as they stand in data/rules.yaml and data/facts.yaml."""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from contract.errors import ConfigError
from nlp.icd.catalogue.editions import editions
from nlp.icd.catalogue.references import Range, named, within

DATA = Path(__file__).parent / "data"
ANY = "any"


@dataclass(frozen=True, slots=True)
class Rule:
    """`since` and `until` are names of editions of ICD-10-CM, both within; empty: always."""

    id: str
    severity: Literal["error", "warning"]
    what: str
    section: str
    countries: tuple[str, ...]
    settings: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    verified: bool = True

    @property
    def anywhere(self) -> bool:
        """In any country, and of any code system; the others are rules of ICD-10-CM."""
        return self.countries == (ANY,)

    def holds(self, country: str, kind: str, edition: str) -> bool:
        """`kind` of setting; one that is not known breaks no rule of another."""
        if not self.anywhere and country not in self.countries:
            return False
        if self.settings and kind not in self.settings:
            return False
        return _rank(self.since, -1) <= _rank(edition, 10_000) <= _rank(self.until, 10_000)


def _rank(edition: str, otherwise: int) -> int:
    """Place of an edition among those of ICD-10-CM; one that has no place counts as now."""
    return _ranks().get(edition, otherwise)


@cache
def _ranks() -> dict[str, int]:
    return {each.name: place for place, each in enumerate(editions("ICD-10-CM"))}


@cache
def rules() -> dict[str, Rule]:
    said = yaml.safe_load((DATA / "rules.yaml").read_text(encoding="utf-8"))
    return {name: _rule(name, fields) for name, fields in said.items()}


def _rule(name: str, fields: dict[str, Any]) -> Rule:
    lists: dict[str, Any] = {key: tuple(fields[key]) for key in ("countries", "settings") if key in fields}
    given: dict[str, Any] = {**fields, **lists}
    try:
        return Rule(name, **given)
    except TypeError as error:
        raise ConfigError(
            f"rule {name} in rules.yaml: {error}. A rule has severity, what, section, countries and, if need be, "
            "settings, since, until, verified."
        ) from error


FACTS: Any = yaml.safe_load((DATA / "facts.yaml").read_text(encoding="utf-8"))


@cache
def codes(*path: str | int) -> tuple[Range, ...]:
    """The codes that stand at a place of facts.yaml."""
    found = FACTS
    for step in path:
        found = found[step]
    return named(str(found))


@lru_cache(maxsize=200_000)
def listed(code: str, *path: str | int) -> bool:
    """Is it one of the codes at that place."""
    return within(code, codes(*path))
