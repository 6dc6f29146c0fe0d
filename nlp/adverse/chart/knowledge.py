"""What the chart asks of terms: which drug and which effect are meant by words and by codes."""

from collections.abc import Sequence
from typing import Protocol


class Drug(Protocol):
    """`ingredients`: concepts of what it holds; of a class ("statin") all that belong to it."""

    @property
    def concept(self) -> str: ...
    @property
    def ingredients(self) -> Sequence[str]: ...
    @property
    def code(self) -> str | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def exact(self) -> bool: ...


class Effect(Protocol):
    """`group`: what several effects have in common, such as rash of hives; empty: nothing."""

    @property
    def concept(self) -> str: ...
    @property
    def code(self) -> str | None: ...
    @property
    def group(self) -> str: ...


class Knowledge(Protocol):
    """None: not known."""

    def drug(self, text: str) -> Drug | None: ...
    def effect(self, text: str) -> Effect | None: ...
    def drug_of_code(self, system: str, code: str) -> Drug | None: ...
