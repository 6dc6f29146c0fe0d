"""Timeline coverage by month: events and persons, so that a feed which fell silent is seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

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
        months = pc.strftime(pc.drop_null(events["time"]), format="%Y-%m")
        persons = events["subject_id"].filter(pc.is_valid(events["time"]))
        counted = pa.table({"month": months, "subject_id": persons}).group_by("month")
        found = counted.aggregate([("month", "count"), ("subject_id", "count_distinct")])
        return {"phi/coverage": COVERAGE.conform(found.rename_columns(["month", "events", "persons"]))}

    def merge(self, partials: Iterable[Shard]) -> Shard:
        parts = [part["phi/coverage"] for part in partials if "phi/coverage" in part]
        if not parts:
            return {"phi/coverage": COVERAGE.empty()}
        added = pa.concat_tables(parts).group_by("month").aggregate([("events", "sum"), ("persons", "sum")])
        return {"phi/coverage": COVERAGE.conform(added.rename_columns(["month", "events", "persons"])).sort_by("month")}
