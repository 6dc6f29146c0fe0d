"""pipelines.yaml, read and checked: what it does not name does not run, and an unknown name is refused."""

import dataclasses
import difflib
import importlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from contract.errors import ConfigError


@dataclass(frozen=True)
class Engine:
    """`workers`: auto is one per core. `batch_mb` bounds memory: raw megabytes a worker holds at a time."""

    kind: str = "pool"
    workers: int | str = "auto"
    batch_mb: int = 192


@dataclass(frozen=True)
class Entry:
    """One named piece of work: `uses` is module:Class, `with` are the fields of that dataclass."""

    name: str
    uses: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def make(self) -> Any:
        """The object, its parameters checked against the fields of its class."""
        kind = self.kind()
        known = [f.name for f in dataclasses.fields(kind) if f.init]
        for name in self.parameters:
            if name not in known:
                raise ConfigError(f"{self.name}: {self.uses} has no parameter {name!r}{_near(name, known)}")
        try:
            return kind(**self.parameters)
        except TypeError as error:
            raise ConfigError(f"{self.name}: {self.uses}: {error}. Its parameters: {', '.join(known)}.") from error

    def kind(self) -> Any:
        module, _, name = self.uses.partition(":")
        try:
            kind = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            raise ConfigError(
                f"{self.name}: uses {self.uses!r} cannot be found ({error}). Expected module:Class, such as "
                "etl.sources.tables:Tables."
            ) from error
        if not dataclasses.is_dataclass(kind):
            raise ConfigError(f"{self.name}: {self.uses} is not a dataclass; every piece of work is one.")
        return kind


@dataclass(frozen=True)
class Pipeline:
    """One night's work, by name. `max_loss`: share of a table's rows that may vanish in a night under `full`."""

    name: str
    sources: Mapping[str, Entry]
    steps: Mapping[str, Entry] = field(default_factory=dict)
    summaries: Mapping[str, Entry] = field(default_factory=dict)
    checks: Mapping[str, Entry] = field(default_factory=dict)
    engine: Engine = Engine()
    shard_subjects: int = 20
    keep_snapshots: int = 3
    max_loss: float = 0.1


@dataclass(frozen=True)
class Config:
    path: Path
    lake: Path
    pipelines: Mapping[str, Pipeline]
    identity_seed: int | None = None  # ids become guessable: for tests, demo and benches only

    @property
    def root(self) -> Path:
        """Where relative paths of sources begin."""
        return self.path.parent

    def pipeline(self, name: str) -> Pipeline:
        if name not in self.pipelines:
            raise ConfigError(f"{self.path.name} has no pipeline {name!r}{_near(name, self.pipelines)}")
        return self.pipelines[name]


def load(path: Path) -> Config:
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path} is not there. `chartloom demo` writes a first one; --config names another place."
        ) from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not YAML: {error}") from error
    if not isinstance(said, dict):
        raise ConfigError(f"{path} holds no mapping. Expected `lake:` and pipelines such as `nightly:`.")
    own = {name: said.pop(name) for name in ("lake", "identity_seed") if name in said}
    pipelines = {name: _pipeline(name, parts) for name, parts in said.items()}
    if not pipelines:
        raise ConfigError(f"{path} names no pipeline. Expected one such as `nightly:` with `sources:` and `steps:`.")
    lake = path.parent / str(own.get("lake", "lake"))
    return Config(path.resolve(), lake.resolve(), pipelines, own.get("identity_seed"))


def _pipeline(name: str, said: Any) -> Pipeline:
    if not isinstance(said, dict):
        raise ConfigError(f"{name}: expected a mapping with `sources:` and `steps:`, found {type(said).__name__}.")
    known = [f.name for f in dataclasses.fields(Pipeline) if f.name != "name"]
    _refuse_unknown(name, said, known)
    engine = _engine(f"{name}.engine", said.get("engine") or {})
    kinds: dict[str, Any] = {
        k: _entries(f"{name}.{k}", said.get(k)) for k in ("sources", "steps", "summaries", "checks")
    }
    numbers = {key: said[key] for key in ("shard_subjects", "keep_snapshots", "max_loss") if key in said}
    for key, number in numbers.items():
        _require(f"{name}.{key}", number, *NUMBERS[key])
    return dataclasses.replace(Pipeline(name, {}), engine=engine, **kinds, **numbers)


NUMBERS: dict[str, tuple[float, float, str]] = {
    "shard_subjects": (1, math.inf, "how many persons share a file, from 1"),
    "keep_snapshots": (1, math.inf, "how many nights to keep, from 1"),
    "max_loss": (0, 1, "a share from 0 to 1"),
    "batch_mb": (1e-6, math.inf, "a number above 0"),
}


def _require(where: str, number: Any, least: float, most: float, expected: str) -> None:
    if not isinstance(number, int | float) or isinstance(number, bool) or not least <= number <= most:
        raise ConfigError(f"{where} is {number!r}; expected {expected}.")


def _engine(where: str, said: Any) -> Engine:
    if not isinstance(said, dict):
        raise ConfigError(f"{where}: expected a mapping such as {{kind: pool, workers: auto}}, found {said!r}.")
    _refuse_unknown(where, said, [f.name for f in dataclasses.fields(Engine)])
    found = Engine(**said)
    if found.kind not in ("serial", "pool"):
        raise ConfigError(f"{where}.kind is {found.kind!r}; expected serial or pool.")
    if found.workers != "auto" and not (isinstance(found.workers, int) and found.workers >= 1):
        raise ConfigError(f"{where}.workers is {found.workers!r}; expected auto or a number from 1.")
    _require(f"{where}.batch_mb", found.batch_mb, *NUMBERS["batch_mb"])
    return found


def _entries(where: str, said: Any) -> dict[str, Entry]:
    if not isinstance(said or {}, dict):
        raise ConfigError(f"{where}: expected a mapping of names, found {type(said).__name__}.")
    entries = {}
    for name, parts in (said or {}).items():
        if not isinstance(parts, dict) or "uses" not in parts:
            raise ConfigError(f"{where}.{name}: expected {{uses: module:Class, with: {{...}}}}.")
        _refuse_unknown(f"{where}.{name}", parts, ["uses", "with"])
        entries[name] = Entry(name, parts["uses"], parts.get("with") or {})
    return entries


def _refuse_unknown(where: str, said: Iterable[str], known: list[str]) -> None:
    for name in said:
        if name not in known:
            raise ConfigError(f"{where}: unknown name {name!r}{_near(name, known)}")


def _near(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(str(name), names, 1)
    meant = f"; did you mean {close[0]!r}?" if close else "."
    return f"{meant} Known: {', '.join(names)}."
