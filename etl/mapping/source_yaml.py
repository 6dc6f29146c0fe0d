"""YAML of mappings, as YAML 1.2 has it: `on` and `no` are words, 05 and 10:30 texts; so are dates."""

import re
from pathlib import Path
from typing import Any

import yaml

from contract.errors import MappingError

BOOLEAN, WHOLE, DATE = (f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "timestamp"))

RESOLVERS = {
    letter: [(tag, pattern) for tag, pattern in known if tag not in (BOOLEAN, WHOLE, DATE)]
    for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = RESOLVERS


class _Quick(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Eight times faster where libyaml is there; it refuses some texts that the other reads."""

    yaml_implicit_resolvers = RESOLVERS


_Loader.add_implicit_resolver(BOOLEAN, re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver(WHOLE, re.compile("^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))


def read_yaml(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    try:
        said = _loaded(text)
    except yaml.YAMLError as error:
        raise MappingError(f"{path.name}: not YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(said, dict):
        raise MappingError(f"{path.name}: expected key: value lines at the top.")
    return said


def _loaded(text: str) -> Any:
    try:
        return yaml.load(text, _Quick)
    except yaml.YAMLError:
        return yaml.load(text, _Loader)
