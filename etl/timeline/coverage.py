"""Timeline coverage by month: events and persons, so that a feed which fell silent is seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from schemas.clinical import COVERAGE


@dataclass(frozen=True)
class Coverage:
    """A Summary: reads phi/timeline, writes phi/coverage."""

    reads: ClassVar[tuple[str, ...]] = ("phi/timeline",)
    writes: ClassVar[tuple[str, ...]] = ("phi/coverage",)

    def partial(self, shard: Shard) -> Shard:
        events = shard.get("phi/timeline")
        if events is None or not len(events):
            return {}
        events = events.select(["subject_id", "time"])  # to filter the other columns would copy them
        timed = events.filter(pc.is_valid(events["time"])) if events["time"].null_count else events
        months = (
            timed["time"].to_numpy().astype("datetime64[M]").astype("int64")
        )  # naming a month costs more: once each
        runs = np.flatnonzero(_changes(months) | _changes(timed["subject_id"].to_numpy()))
        named, place = np.unique(months[runs], return_inverse=True)
        events_of = np.bincount(place, weights=np.diff(np.append(runs, len(months)))).astype(np.int64)
        columns = [named.astype("datetime64[M]").astype(str), events_of, np.bincount(place)]
        return {"phi/coverage": pa.table([pa.array(column) for column in columns], schema=COVERAGE.schema)}

    def merge(self, partials: Iterable[Shard]) -> Shard:
        parts = [part["phi/coverage"] for part in partials if "phi/coverage" in part]
        if not parts:
            return {"phi/coverage": COVERAGE.empty()}
        added = pa.concat_tables(parts).group_by("month").aggregate([("events", "sum"), ("persons", "sum")])
        return {"phi/coverage": COVERAGE.conform(added.rename_columns(["month", "events", "persons"])).sort_by("month")}


def _changes(values: np.ndarray) -> np.ndarray:
    """True where a value is not the one before; events stand by person and time, so a run is a person's month."""
    return np.concatenate(([True], values[1:] != values[:-1])) if len(values) else np.zeros(0, dtype=bool)
