"""What the flags of drafts mean, in words: flags.yaml."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Meaning:
    """`asks`: somebody should look at the images again because of it."""

    said: str
    counted: str
    asks: bool = False


@lru_cache(maxsize=1)
def meanings() -> dict[str, Meaning]:
    """By kind: what stands before the colon of a flag."""
    text = Path(__file__).with_name("flags.yaml").read_text(encoding="utf-8")
    return {kind: Meaning(**said) for kind, said in yaml.safe_load(text).items()}


def kind(flag: str) -> str:
    return flag.partition(":")[0]


def in_words(flag: str) -> str:
    """A flag of somebody else's system stays as it is."""
    if kind(flag) not in meanings():
        return flag
    name = flag.partition(":")[2].replace("_", " ").replace(":", " ")
    return meanings()[kind(flag)].said.replace("{name}", name or "a finding")


def asks(flag: str) -> bool:
    return kind(flag) in meanings() and meanings()[kind(flag)].asks
