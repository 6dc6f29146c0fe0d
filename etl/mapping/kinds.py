"""Types of cells as types.yaml has them."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from schemas import yaml_text


@dataclass(frozen=True)
class CellType:
    """See types.yaml. `first`: the value is made first, as `made`, and the rules speak of it."""

    rules: Dict[str, str] = field(default_factory=dict)
    message: Dict[str, str] = field(default_factory=dict)
    usual: str = ""
    value: str = ""
    sql: str = "VARCHAR"
    first: bool = False

    @property
    def plain(self) -> bool:
        return not self.rules and not self.value


@cache
def cell_types() -> dict[str, CellType]:
    text = resources.files("etl.mapping").joinpath("types.yaml").read_text("utf-8")
    said: dict[str, dict[str, Any]] = yaml_text.read(text)
    return {name: CellType(**what) for name, what in said.items()}
