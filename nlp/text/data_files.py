"""The YAML files of nlp/text/data, and their shorthand: "no (muestra|evidencia)" stands for two phrases."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from contract.errors import ConfigError

FOLDER = Path(__file__).with_name("data")
CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")


@lru_cache(maxsize=16)
def load(name: str) -> dict[str, Any]:
    said = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    if not isinstance(said, dict):
        raise ConfigError(f"{name}.yaml: expected names with lists under them, found {type(said).__name__}.")
    return said


def phrases(written: str) -> Iterator[str]:
    """Every phrase that the shorthand stands for; an empty choice, (a|), leaves its word out."""
    parts = CHOICE.split(written)
    choices = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
    for chosen in product(*choices):
        yield " ".join("".join(chosen).split())


def trie(words: list[str]) -> str:
    """One pattern that finds the longest of `words` at a place; a space in a word is any white space in the text."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _pattern(root)


def _pattern(node: dict[str, Any]) -> str:
    branches = [
        (r"\s{1,9}" if letter == " " else re.escape(letter)) + _pattern(below)
        for letter, below in node.items()
        if letter
    ]
    if not branches:
        return ""
    optional = "?" if "" in node else ""
    if len(branches) == 1 and not optional:
        return branches[0]
    return f"(?:{'|'.join(branches)}){optional}"
