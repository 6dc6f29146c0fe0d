"""Findings, sides and severities as CodeableConcepts: coded where concepts.yaml knows a code, else in words."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

SNOMED = "http://snomed.info/sct"
TERMS = "http://terminology.hl7.org/CodeSystem/"


@cache
def known() -> dict[str, Any]:
    return dict(yaml.safe_load(Path(__file__).with_name("concepts.yaml").read_text(encoding="utf-8")))


def finding(name: str) -> dict[str, Any]:
    words = known()["words"].get(name, name.replace("_", " "))
    said = known()["findings"].get(name)
    return {**(snomed(said) if said else {}), "text": words}


def coded(name: str) -> bool:
    return name in known()["findings"]


def one(kind: str, value: str) -> dict[str, Any]:
    """Of `sides` or `severities`."""
    said = known()[kind].get(value)
    return snomed(said) if said else {"text": value}


def named(name: str) -> dict[str, Any]:
    """One of the single concepts: present, absent, laterality, severity."""
    return snomed(known()[name])


def snomed(said: dict[str, str]) -> dict[str, Any]:
    return {"coding": [{"system": SNOMED, **said}]}


def term(system: str, code: str, display: str = "") -> dict[str, Any]:
    """Of terminology.hl7.org."""
    shown = {"display": display} if display else {}
    return {"coding": [{"system": TERMS + system, "code": code, **shown}]}
