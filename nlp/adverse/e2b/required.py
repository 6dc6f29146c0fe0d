"""Which required elements of a report are there: the list is data, from the ICH implementation guide."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nlp.adverse.e2b.message import HL7

LIST = Path(__file__).parent / "data" / "required.yaml"


@dataclass(frozen=True)
class Element:
    """`null`: a nullFlavor is a value here."""

    number: str
    name: str
    path: str
    null: bool = False


@cache
def required() -> tuple[Element, ...]:
    said = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    return tuple(
        Element(str(n), **{("null" if k is None else k): v for k, v in row.items()}) for n, row in said.items()
    )


def missing(root: Any) -> list[Element]:
    """Elements without a value: those the safety team must fill before the report goes to anybody."""
    return [element for element in required() if not any(_filled(found, element) for found in _found(root, element))]


def _found(root: Any, element: Element) -> list[Any]:
    return list(root.xpath(element.path, namespaces={"h": HL7}))


def _filled(found: Any, element: Element) -> bool:
    if isinstance(found, str):
        return bool(found.strip())
    return element.null or found.get("nullFlavor") is None
