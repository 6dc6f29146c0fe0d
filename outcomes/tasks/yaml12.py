"""YAML 1.2 as es-aces reads it: `on`, `off`, `yes` and `no` are words (PyYAML, of YAML 1.1, takes them for truths)."""

import re
from typing import Any

import yaml

BOOL = "tag:yaml.org,2002:bool"


class Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {  # noqa: RUF012  PyYAML's own form
        first: [(tag, fits) for tag, fits in pairs if tag != BOOL]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


Loader.add_implicit_resolver(BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def parsed(text: str) -> Any:
    return yaml.load(text, Loader)
