"""fhir_mappings/deid/known_sources.yaml, read once."""

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def sources() -> dict[str, Any]:
    text = resources.files("fhir_mappings").joinpath("deid/known_sources.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))
