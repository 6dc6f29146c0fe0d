"""fhir_mappings/quality.yaml as typed data."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from contract.errors import MappingError
from schemas import yaml_text

CATEGORIES = {
    "conformance": ("value", "relational", "computational"),
    "completeness": (None,),
    "plausibility": ("uniqueness", "atemporal", "temporal"),
}
"""Kahn 2016: completeness has no subcategories."""


@dataclass(frozen=True)
class Known:
    """One check. `threshold` is a share; None: it is only told."""

    category: str
    says: str
    of: str
    subcategory: str | None = None
    threshold: float | None = None


@cache
def _said() -> Mapping[str, Any]:
    text = resources.files("fhir_mappings").joinpath("quality.yaml").read_text(encoding="utf-8")
    return dict(yaml_text.read(text))


@cache
def checks() -> Mapping[str, Known]:
    found = {name: Known(**said) for name, said in _said()["checks"].items()}
    for name, known in found.items():
        if known.subcategory not in CATEGORIES.get(known.category, ()):
            raise MappingError(
                f"fhir_mappings/quality.yaml, {name}: {known.category} / {known.subcategory} is none of Kahn 2016; "
                f"known are {', '.join(f'{c}: {s}' for c, s in CATEGORIES.items())}."
            )
    return found


@cache
def elements(what: str) -> Mapping[str, tuple[str, ...]]:
    """FHIR type -> elements in which to look for a code, time, value, period, span or encounter."""
    return {kind: (said,) if isinstance(said, str) else tuple(said) for kind, said in _said()["fhir"][what].items()}
