"""A prediction task: what ACES's YAML says of it, and what stands under its `metadata: chartloom:`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from contract.errors import ConfigError, InputError
from outcomes.tasks.language import TRIGGER, Bound, Predicate, Window
from outcomes.tasks.yaml12 import parsed

SHIPPED = Path(__file__).with_name("shipped")


@dataclass(frozen=True)
class When:
    """A prediction time: so long after the trigger, or at (before, after) the first event of a predicate after it."""

    name: str  # as written: 24h, discharge, discharge - 1s
    offset: int = 0  # microseconds
    event: str = ""


@dataclass(frozen=True)
class Stay:
    """What ends a stay. Events of these predicates that name another encounter than the trigger's are not seen."""

    discharge: str
    death: str = ""
    in_progress: bool = True  # rows whose stay is over at the prediction time are dropped
    silence: int = 0  # microseconds: a stay without end is open while its last event is no older
    unended: str = "dropped"  # or `survived`: a silent stay without end has label 0


@dataclass(frozen=True)
class Targets:
    """Many labels: the codes of the encounter that become known after the prediction time."""

    codes: str  # a regular expression; its first group names the target, else the whole match
    persons: int = 20  # of the training cohort who have it


@dataclass(frozen=True)
class EventTime:
    """Time from the prediction to the first of these; kinds are numbered from 1 in this order."""

    event: str
    competing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Options:
    """The keys of `metadata: chartloom:`."""

    prediction_times: tuple[When, ...] = ()
    horizon: int = 0  # microseconds; 0: as far as the label's window goes
    now: bool | None = None  # one more row at the last data time of an open encounter; None: where times are hours
    stay: Stay | None = None
    absent: bool = False  # the label is 1 where its predicate does not occur in the window
    targets: Targets | None = None
    event_time: EventTime | None = None
    horizons: tuple[When, ...] = ()  # of event_time: each kind within each of them is a target
    exclusions: tuple[tuple[str, str], ...] = ()  # predicate, window: dropped where it occurs in it
    censored: str = ""  # dropped (the default), or `unknown`: kept with label NaN; "": no `chartloom:` is given at all

    @property
    def predicates(self) -> set[str]:
        """All that are named."""
        names = {when.event for when in self.prediction_times} | {predicate for predicate, _ in self.exclusions}
        if self.stay:
            names |= {self.stay.discharge, self.stay.death}
        if self.event_time:
            names |= {self.event_time.event, *self.event_time.competing}
        return names - {""}


@dataclass(frozen=True)
class Task:
    name: str
    trigger: str
    predicates: Mapping[str, Predicate]
    demographics: tuple[str, ...] = ()
    windows: Mapping[str, Window] = field(default_factory=dict)
    description: str = ""
    options: Options = field(default_factory=Options)

    @property
    def label(self) -> str:
        """The window that holds the label; "" for none."""
        return next((name for name, window in self.windows.items() if window.label), "")

    @property
    def index(self) -> tuple[str, str]:
        """Window and side of the index time; the trigger where none is named."""
        return next(((name, window.index) for name, window in self.windows.items() if window.index), (TRIGGER, ""))

    @property
    def hourly(self) -> bool:
        return any(not when.event for when in self.options.prediction_times)

    @property
    def at_now(self) -> bool:
        return self.hourly if self.options.now is None else self.options.now

    def at(self, when: When) -> "Task":
        """The same task with its index moved to another prediction time."""
        name, side = self.origin
        window = self.windows[name]
        ours = window.outer if side == window.root else window.inner
        self._from_trigger(ours.ref if "." in ours.ref or ours.ref == TRIGGER else f"{name}.{ours.ref}", name, side)
        moved = replace(ours, offset=when.offset, event=when.event, before=False)
        windows = {**self.windows, name: replace(window, end=moved) if side == "end" else replace(window, start=moved)}
        return replace(self, windows=windows)

    @property
    def origin(self) -> tuple[str, str]:
        """Window and side that the index time is told by, where it is only another name for it."""
        name, side = self.index
        if name == TRIGGER:
            raise ConfigError(f"task {self.name}: prediction_times need a window with `index_timestamp`; none has it")
        while True:
            window = self.windows[name]
            ours = window.outer if side == window.root else window.inner
            ref = ours.ref if "." in ours.ref or ours.ref == TRIGGER else f"{name}.{ours.ref}"
            if ours.offset or ours.event or ref == TRIGGER:
                return name, side
            name, side = ref.split(".")

    def _from_trigger(self, ref: str, name: str, side: str) -> None:
        while ref != TRIGGER:
            window = self.windows[ref.split(".")[0]]
            ours: Bound = window.outer if ref.endswith(window.root) else window.inner
            if ours.offset or ours.event or ours.ref in ("start", "end"):
                raise ConfigError(
                    f"task {self.name}: prediction_times move the index time, but {name}.{side} is told from {ref}, "
                    f"not from the trigger: write it as `trigger + 24h`, or leave prediction_times out"
                )
            ref = ours.ref


def load(name: str | Path, predicates: str | Path | None = None) -> Task:
    """A shipped task by its name (`mortality`), or the YAML file at a path.

    `predicates`: a file with `predicates` (and `patient_demographics`) that replace the task's own of the same name, as
    in es-aces: for sites with other codes.
    """
    from outcomes.tasks.reading import overridden, task

    path = SHIPPED / f"{name}.yaml" if str(name) in shipped() else Path(name)
    if not path.is_file():
        raise InputError(f"no task {str(name)!r}: it is neither a YAML file nor one of {', '.join(shipped())}")
    said = written(path)
    return task(path.stem, said if predicates is None else overridden(said, written(Path(predicates))))


def written(path: Path) -> Any:
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} is no YAML: {error}") from error
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}") from error


def shipped() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))
