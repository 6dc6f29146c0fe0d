"""The words of the chart as they stand in words.yaml: keys, reasons, what flags mean, names of sections."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nlp.icd.rules.book import rules
from review.coding.query import said


@dataclass(frozen=True)
class Key:
    """`key` as the browser names it; of two pressed in turn, both with a space between."""

    key: str
    does: str
    said: str
    also: str = ""


@dataclass(frozen=True)
class Keys:
    group: str
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Words:
    keys: tuple[Keys, ...]
    reasons: tuple[str, ...]
    poa: Mapping[str, str]
    bands: Mapping[str, str]
    tabs: Mapping[str, str]
    lanes: Mapping[str, str]
    chart_flags: Mapping[str, str]
    flags: Mapping[str, str]
    options: tuple[str, ...]
    sections: Mapping[str, str]

    @property
    def queries(self) -> Mapping[str, str]:
        """What a question to the physician may be about."""
        return {name: str(each["label"]) for name, each in said()["questions"].items()}

    def flag(self, name: str) -> str:
        """Nothing where nobody has said what it means."""
        kind = name.partition(":")[0].split(" ")[0]
        rule = rules().get(kind)
        return self.flags.get(kind) or (rule.what if rule else "")

    def section(self, name: str) -> str:
        return self.sections.get(name) or name.replace("_", " ").capitalize()


@cache
def words() -> Words:
    read: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))
    keys = tuple(Keys(each["group"], tuple(Key(**key) for key in each["keys"])) for each in read.pop("keys"))
    lists: dict[str, Any] = {name: tuple(read.pop(name)) for name in ("reasons", "options")}
    return Words(keys=keys, **lists, **read)
