"""Titles of figures, what each is and what it cannot say: words.yaml."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml


@dataclass(frozen=True)
class Words:
    title: str
    what: str
    cannot: str


@cache
def words() -> dict[str, Words]:
    text = resources.files("review.judging").joinpath("words.yaml").read_text(encoding="utf-8")
    return {name: Words(**said) for name, said in yaml.safe_load(text).items()}
