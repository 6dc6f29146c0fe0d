"""pipelines.yaml, read and checked: what it does not name does not run, and an unknown name is refused."""

import dataclasses
import difflib
import hashlib
import importlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

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
        kinds = get_type_hints(kind)
        for name, value in self.parameters.items():
            if not fits(value, kinds[name]):
                raise ConfigError(f"{self.name}: {name} is {value!r}; expected {said_of(kinds[name])}.")
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
    """One night's work, by name. `max_loss`: share of a table's rows that may vanish in a night under `full`.

    `retired`: sources that were, and whose rows are to go.
    """

    name: str
    sources: Mapping[str, Entry]
    steps: Mapping[str, Entry] = field(default_factory=dict)
    summaries: Mapping[str, Entry] = field(default_factory=dict)
    checks: Mapping[str, Entry] = field(default_factory=dict)
    engine: Engine = Engine()
    shard_subjects: int = 20
    keep_snapshots: int = 3
    max_loss: float = 0.1
    retired: tuple[str, ...] = ()


@dataclass(frozen=True)
class Config:
    path: Path
    lake: Path
    pipelines: Mapping[str, Pipeline]
    identity_seed: int | None = None  # whoever knows it can work out the ids: for tests and benches only
    digest: str = ""  # of the file as it was read
    review: Mapping[str, Any] = field(default_factory=dict)  # of the coders' page: runner/coders.py
    offset_weeks: int = 52  # dates of persons first seen from now on move by 1 to so many weeks, either way

    @property
    def root(self) -> Path:
        """Where relative paths of sources begin."""
        return self.path.parent

    def pipeline(self, name: str) -> Pipeline:
        if name not in self.pipelines:
            raise ConfigError(f"{self.path.name} has no pipeline {name!r}{_near(name, self.pipelines)}")
        return self.pipelines[name]


def load(path: Path) -> Config:
    text = _text(path)
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not YAML: {error}") from error
    if not isinstance(said, dict):
        raise ConfigError(f"{path} holds no mapping. Expected `lake:` and pipelines such as `nightly:`.")
    own: dict[str, Any] = {"lake": "lake", "identity_seed": None, "offset_weeks": 52}
    own |= {name: said.pop(name) for name in own if name in said}
    for name, kind in (("lake", str), ("identity_seed", int | None)):
        if not fits(own[name], kind):
            raise ConfigError(f"{name} is {own[name]!r}; expected {said_of(kind)}.")
    _require("offset_weeks", own["offset_weeks"], int, 1, 520, "how many weeks dates may move, from 1 to 520")
    review = said.pop("review", None) or {}
    if not isinstance(review, dict):
        raise ConfigError(f"review: expected a mapping of settings of the coders' page, found {review!r}.")
    pipelines = {name: _pipeline(name, parts) for name, parts in said.items()}
    if not pipelines:
        raise ConfigError(f"{path} names no pipeline. Expected one such as `nightly:` with `sources:` and `steps:`.")
    digest = hashlib.sha256(text.encode()).hexdigest()
    lake = (path.parent / own["lake"]).resolve()
    return Config(path.resolve(), lake, pipelines, own["identity_seed"], digest, review, own["offset_weeks"])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path} is not there. `chartloom demo` writes a first one; --config names another place."
        ) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); expected a YAML file.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error


def _pipeline(name: str, said: Any) -> Pipeline:
    if not isinstance(said, dict):
        raise ConfigError(f"{name}: expected a mapping with `sources:` and `steps:`, found {type(said).__name__}.")
    known = [f.name for f in dataclasses.fields(Pipeline) if f.name != "name"]
    refuse_unknown(name, said, known)
    engine = _engine(f"{name}.engine", said.get("engine") or {})
    kinds: dict[str, Any] = {
        k: _entries(f"{name}.{k}", said.get(k)) for k in ("sources", "steps", "summaries", "checks")
    }
    numbers = {key: said[key] for key in ("shard_subjects", "keep_snapshots", "max_loss") if key in said}
    for key, number in numbers.items():
        _require(f"{name}.{key}", number, *NUMBERS[key])
    if not kinds["sources"]:
        raise ConfigError(f"{name} has no source, so it would read nothing. Expected `sources:` with one at least.")
    retired = _retired(f"{name}.retired", said.get("retired") or [], kinds["sources"])
    return dataclasses.replace(Pipeline(name, {}), engine=engine, retired=retired, **kinds, **numbers)


def _retired(where: str, said: Any, sources: Mapping[str, Entry]) -> tuple[str, ...]:
    if not fits(said, list[str]):
        raise ConfigError(f"{where} is {said!r}; expected {said_of(list[str])}: names of sources that were.")
    for name in said:
        if name in sources:
            raise ConfigError(f"{where}: {name} is a source of the pipeline too; take it out of one of them.")
    return tuple(dict.fromkeys(said))


NUMBERS: dict[str, tuple[Any, float, float, str]] = {
    "shard_subjects": (int, 1, math.inf, "how many persons share a file, a whole number from 1"),
    "keep_snapshots": (int, 1, math.inf, "how many nights to keep, a whole number from 1"),
    "max_loss": (float, 0, 1, "a share from 0 to 1"),
    "batch_mb": (float, 1e-6, math.inf, "a number above 0"),
}


def _require(where: str, number: Any, kind: Any, least: float, most: float, expected: str) -> None:
    if not fits(number, kind) or not least <= number <= most:
        raise ConfigError(f"{where} is {number!r}; expected {expected}.")


def fits(value: Any, kind: Any) -> bool:
    """True when a value of YAML may stand where `kind` is annotated; what is annotated otherwise is not judged."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return value in parts
    if origin in (Union, UnionType):
        return any(fits(value, part) for part in parts)
    if origin in (list, tuple, Sequence):
        return isinstance(value, list | tuple) and all(fits(one, parts[0]) for one in value)
    if kind in (int, float):
        number = isinstance(value, int if kind is int else int | float) and not isinstance(value, bool)
        return number and math.isfinite(value)
    if kind is Path:
        return isinstance(value, str | Path)
    return isinstance(value, kind) if kind in (str, bool, type(None)) else True


WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false", Path: "a path"}


def said_of(kind: Any) -> str:
    """An annotation in words."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " or ".join(map(str, parts))
    if origin in (Union, UnionType):
        return " or ".join(said_of(part) for part in parts)
    if origin in (list, tuple, Sequence):
        return f"a list, each of it {said_of(parts[0])}"
    return "nothing" if kind is type(None) else WORDS.get(kind, str(kind))


def _engine(where: str, said: Any) -> Engine:
    if not isinstance(said, dict):
        raise ConfigError(f"{where}: expected a mapping such as {{kind: pool, workers: auto}}, found {said!r}.")
    refuse_unknown(where, said, [f.name for f in dataclasses.fields(Engine)])
    found = Engine(**said)
    if found.kind not in ("serial", "pool"):
        raise ConfigError(f"{where}.kind is {found.kind!r}; expected serial or pool.")
    if found.workers != "auto" and not (fits(found.workers, int) and int(found.workers) >= 1):
        raise ConfigError(f"{where}.workers is {found.workers!r}; expected auto or a number from 1.")
    _require(f"{where}.batch_mb", found.batch_mb, *NUMBERS["batch_mb"])
    return found


def _entries(where: str, said: Any) -> dict[str, Entry]:
    if not isinstance(said or {}, dict):
        raise ConfigError(f"{where}: expected a mapping of names, found {type(said).__name__}.")
    return {name: _entry(f"{where}.{name}", name, parts) for name, parts in (said or {}).items()}


def _entry(where: str, name: Any, parts: Any) -> Entry:
    if not isinstance(name, str):
        raise ConfigError(f"{where}: a name is {name!r}; expected text, in quotes where YAML takes it for another.")
    if not isinstance(parts, dict) or not isinstance(parts.get("uses"), str):
        raise ConfigError(f"{where}: expected {{uses: module:Class, with: {{...}}}}.")
    refuse_unknown(where, parts, ["uses", "with"])
    parameters = parts.get("with") or {}
    if not isinstance(parameters, dict):
        raise ConfigError(f"{where}.with: expected a mapping of parameters, found {parameters!r}.")
    return Entry(name, parts["uses"], parameters)


def refuse_unknown(where: str, said: Iterable[str], known: list[str]) -> None:
    for name in said:
        if name not in known:
            raise ConfigError(f"{where}: unknown name {name!r}{_near(name, known)}")


def _near(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(str(name), names, 1)
    meant = f"; did you mean {close[0]!r}?" if close else "."
    return f"{meant} Known: {', '.join(names)}."
