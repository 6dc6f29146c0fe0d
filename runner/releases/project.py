"""A research project's release as its data engineer wrote it: releases/PROJECT.yaml, read and checked."""

import dataclasses
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from contract.errors import ConfigError
from nlp.deid.anonymity.persons import QUASI
from nlp.deid.policy.policy import SHIPPED
from schemas.fhir import resource_types

FACTS = (
    "Patient", "Encounter", "Condition", "Observation", "Procedure", "MedicationRequest", "MedicationAdministration",
    "Medication", "Immunization", "AllergyIntolerance", "DiagnosticReport",
)  # fmt: skip
DEFAULT = ("timeline", *(f"fhir/{kind}" for kind in FACTS))
"""What carries clinical facts. Notes and embeddings only when they are named."""
TABLES = ("timeline", "notes", "embeddings", *(f"fhir/{kind}" for kind in resource_types()))
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
NUMBERS: Mapping[str, tuple[type, float, float]] = {
    "k": (int, 2, 10**6),
    "max_suppressed": (float, 0, 0.5),
    "max_leaks": (int, 0, 10**6),
}


@dataclass(frozen=True)
class Project:
    """Keys of the file; `recipient`, `approval`, `expires` and `cohort` must be there.

    k: persons that everybody looks like at least. max_suppressed: share of the cohort that may be left out for it.
    max_leaks: rows that the audit may withhold before it refuses the release.
    """

    name: str
    recipient: str
    approval: str
    expires: date
    cohort: str
    policy: str = "research"
    tables: tuple[str, ...] = ()
    k: int = 11
    quasi_identifiers: tuple[str, ...] = QUASI
    max_suppressed: float = 0.05
    max_leaks: int = 0


def read(folder: Path, name: str, today: date) -> Project:
    """The project of a file of the folder, which must not have expired."""
    if not NAME.fullmatch(name):
        raise ConfigError("a project's name is of small letters, digits, - and _, such as sepsis-2026.")
    said = _said(folder, name)
    project = _checked(name, {**said, "name": name})
    if project.expires < today:
        raise ConfigError(f"{name}: expires is {project.expires}, which is over. Ask for a new approval and its date.")
    return project


def _said(folder: Path, name: str) -> dict[str, Any]:
    path = folder / f"{name}.yaml"
    if not path.is_file():
        there = sorted(each.stem for each in folder.glob("*.yaml")) if folder.is_dir() else []
        raise ConfigError(f"{path} is not there{_near(name, there)} docs/release.md shows such a file.")
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not YAML in UTF-8: {error}") from error
    if not isinstance(said, dict):
        raise ConfigError(f"{path} holds no mapping. Expected recipient, approval, expires, cohort.")
    return {str(key): value for key, value in said.items()}


def _checked(where: str, said: Mapping[str, Any]) -> Project:
    fields = {each.name: each for each in dataclasses.fields(Project)}
    _known(where, "key", said, fields)
    lacking = [n for n, each in fields.items() if each.default is dataclasses.MISSING and not said.get(n)]
    if lacking:
        raise ConfigError(f"{where}: {', '.join(lacking)} must be said. docs/release.md shows such a file.")
    if type(said["expires"]) is not date:
        raise ConfigError(f"{where}: expires is {said['expires']!r}; expected a day, such as 2027-06-30.")
    policy = said.get("policy", "research")
    _known(where, "policy", [policy], SHIPPED)
    for key, (kind, least, most) in NUMBERS.items():
        _number(where, key, said.get(key, fields[key].default), kind, least, most)
    tables = _names(where, "tables", said.get("tables"), [n for n in DEFAULT if _allowed(n, policy)], TABLES)
    if refused := [name for name in tables if not _allowed(name, policy)]:
        raise ConfigError(f"{where}: tables: the policy {policy} releases no {refused[0]}: nothing orders a year.")
    quasi = _names(where, "quasi_identifiers", said.get("quasi_identifiers"), QUASI, QUASI)
    texts: dict[str, Any] = {key: " ".join(str(said[key]).split()) for key in ("name", "recipient", "approval")}
    rest: dict[str, Any] = {key: said[key] for key in NUMBERS if key in said}
    return Project(**texts, expires=said["expires"], cohort=str(said["cohort"]), policy=policy, tables=tables,
                   quasi_identifiers=quasi, **rest)  # fmt: skip


def _allowed(name: str, policy: str) -> bool:
    return policy != "safe_harbor" or name not in ("timeline", "embeddings")


def _names(where: str, key: str, said: Any, default: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    if said is None:
        return tuple(default)
    if not isinstance(said, list) or not said or not all(isinstance(each, str) for each in said):
        raise ConfigError(f"{where}: {key} is {said!r}; expected a list of names.")
    _known(where, key, said, known)
    return tuple(dict.fromkeys(said))


def _known(where: str, what: str, said: Iterable[Any], known: Iterable[str]) -> None:
    names = list(known)
    for name in said:
        if name not in names:
            raise ConfigError(f"{where}: unknown {what} {name!r}{_near(str(name), names)}")


def _near(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, 1)
    return (f"; did you mean {close[0]!r}?" if close else ".") + (f" Known: {', '.join(names)}." if names else "")


def _number(where: str, key: str, said: Any, kind: type, least: float, most: float) -> None:
    fits = isinstance(said, int if kind is int else int | float) and not isinstance(said, bool)
    if not fits or not least <= said <= most:
        raise ConfigError(f"{where}: {key} is {said!r}; expected a number from {least} to {most}.")
