"""The systems that an artifact may hold, by the name its config.json says."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from contract.errors import ConfigError
from nlp.icd.chart import HIDDEN, REVIEW, Chart, Suggestion, System

SYSTEMS = {
    "ours": "nlp.icd.coder.coder:Coder",
}


class Kept(System, Protocol):
    """A System that can be written to a folder."""

    def save(self, folder: Path) -> object: ...


def require(name: str) -> None:
    """Refuses a name that is not known, and one whose libraries are not there."""
    _both(name)


def make(name: str, code_system: str, seed: int) -> Kept:
    """With the code system and the seed, where it has a field for them."""
    maker = _both(name)[0]
    kind = maker.func if isinstance(maker, partial) else maker
    known = {each.name for each in fields(kind)} if is_dataclass(kind) else {"system", "seed"}
    said = {"system": code_system, "seed": seed}
    made: Kept = maker(**{field: value for field, value in said.items() if field in known})
    return made


def load(name: str, folder: Path) -> System:
    found: Kept = _both(name)[1](folder)
    return found if _ours(name) else Banded(found, found.name, found.threshold)


@dataclass
class Banded:
    """A system that knows yes and no only: yes is for review, no is hidden, and nothing is accepted beforehand."""

    inner: System
    name: str
    threshold: float

    def fit(self, charts: Sequence[Chart]) -> None:
        self.inner.fit(charts)

    def suggest(self, charts: Sequence[Chart]) -> list[list[Suggestion]]:
        return [[self._banded(each) for each in said] for said in self.inner.suggest(charts)]

    def _banded(self, said: Suggestion) -> Suggestion:
        return replace(said, band=REVIEW if said.score >= self.threshold else HIDDEN)


def _ours(name: str) -> bool:
    """True of a system that says its bands itself; the others are those of the literature."""
    return name in SYSTEMS or ":" in name


def _both(name: str) -> tuple[Callable[..., Any], Callable[[Path], Any]]:
    """What makes a system, and what reads it again. Its libraries are imported now and not before."""
    if not _ours(name):
        return _of_the_literature(name)
    module, _, found = SYSTEMS.get(name, name).partition(":")
    try:
        kind = getattr(import_module(module), found)
    except (ImportError, AttributeError, ValueError):
        raise _unknown(name) from None
    return kind, kind.load


def _of_the_literature(name: str) -> tuple[Callable[..., Any], Callable[[Path], Any]]:
    from nlp.icd.literature.systems import KINDS, LITERATURE

    if name not in LITERATURE:
        raise _unknown(name, LITERATURE)
    return LITERATURE[name], KINDS[name]


def _unknown(name: str, more: Iterable[str] = ()) -> ConfigError:
    return ConfigError(
        f"no coding system is called {name!r}. Known: {', '.join((*SYSTEMS, *more))}, or module:Class of a class with "
        "fit, suggest, save and load."
    )
