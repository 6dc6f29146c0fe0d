"""What a worker is told, and what it hands back: a batch of persons and its result."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from contract.work import SHARED_BATCH
from etl.versions import Changes, Counts
from runner.config import Config
from schemas.night import QUARANTINE
from store.parquet import FileStat


@dataclass(frozen=True)
class Delivery:
    """One spooled group of one source."""

    source: str
    folder: Path
    arrival: int
    tag: str = ""  # what the digests of its persons are remembered under; empty: they are not
    recognise: bool = False  # persons whose digest is last night's are not read


@dataclass(frozen=True)
class Night:
    """What every batch of a night needs to know."""

    config: Config
    pipeline: str
    work: Path
    previous: Path | None
    deliveries: tuple[Delivery, ...]
    changes: Changes
    moved: pa.Table  # origin_id, from_subject, to_subject
    forced: frozenset[str]  # steps whose code, parameters, artifact or shared rows changed: every unit runs
    dropped: frozenset[str] = frozenset()  # tables of last night that nothing writes any more
    touched: frozenset[str] = frozenset()  # shards that hold what tonight's tombstones name, and who changed or is gone


@dataclass(frozen=True)
class Job:
    """Shards from first to last, last exclusive. `whole`: all of them, not only those with something new."""

    night: Night
    batch: int
    first: int
    last: int
    whole: bool
    parts: tuple[int, ...] = ()  # first shards of pieces that memory holds where all persons are read

    @property
    def shared(self) -> bool:
        return self.batch == SHARED_BATCH


@dataclass(frozen=True)
class StepAccount:
    """What one step did in one batch."""

    units: int = 0
    units_run: int = 0
    rows_in: Mapping[str, int] = field(default_factory=dict)
    rows_out: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: "StepAccount") -> "StepAccount":
        return StepAccount(
            self.units + other.units,
            self.units_run + other.units_run,
            dict(Counter(self.rows_in) + Counter(other.rows_in)),
            dict(Counter(self.rows_out) + Counter(other.rows_out)),
        )


@dataclass
class Result:
    files: list[FileStat] = field(default_factory=list)
    reworded: set[str] = field(default_factory=set)  # tables whose shared rows say something else than last night
    emptied: list[tuple[str, str]] = field(default_factory=list)  # (table, shard) without rows from now on
    resources: dict[tuple[str, str], Counts] = field(default_factory=dict)  # (source, type)
    unread: dict[str, int] = field(default_factory=dict)  # source -> raw rows that became no resource
    tally: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # (source, table, became) -> rows
    rejected: dict[tuple[str, str], int] = field(default_factory=dict)  # resources that a rule sent to quarantine
    warnings: dict[tuple[str, str], int] = field(default_factory=dict)  # (target, rule)
    quarantine: pa.Table = field(default_factory=QUARANTINE.empty)
    judged: int = 0  # rows of it that the checks were shown
    steps: dict[str, StepAccount] = field(default_factory=dict)
    partials: dict[str, list[tuple[str, Mapping[str, pa.Table]]]] = field(default_factory=dict)  # summary -> shard's
    checks: dict[str, list[Mapping[str, pa.Table]]] = field(default_factory=dict)
    parts: dict[str, tuple[float, float]] = field(default_factory=dict)
    rows: int = 0
    recognised: dict[str, pa.Table] = field(default_factory=dict)  # source -> origin_id, digest of raw rows
    unchanged: dict[str, int] = field(default_factory=dict)  # source -> persons whose rows stand unread
    shards: tuple[str, ...] = ()  # that were looked at
    peak_mb: float = 0.0
