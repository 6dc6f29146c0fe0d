"""A night in which too many rows of a table went to quarantine is not published."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard, Verdict
from etl.rules.policy import policy
from schemas.fhir import resource_types
from schemas.night import QUARANTINE

COUNTED = "counted"
RAW = "rows of raw tables"  # rejected before they had a type; held against all rows that were kept
COUNTS = pa.schema([("target", pa.string()), ("kept", pa.int64()), ("rejected", pa.int64())])


@dataclass
class QuarantineShare:
    """Shares stand in fhir_mappings/rules.yaml: rejected / (kept + rejected), by FHIR type."""

    @property
    def reads(self) -> tuple[str, ...]:
        return (QUARANTINE.name, *(f"phi/fhir/{kind}" for kind in resource_types()))

    def partial(self, shard: Shard) -> Shard:
        kept = {name: len(rows) for name, rows in shard.items() if name != QUARANTINE.name}
        return self._counted(kept, _rejected(shard.get(QUARANTINE.name)))

    def standing(self, rows: Mapping[str, int]) -> Shard:
        return self._counted(rows, Counter())

    def _counted(self, tables: Mapping[str, int], rejected: Counter[str]) -> Shard:
        kept = Counter({name.removeprefix("phi/fhir/"): count for name, count in tables.items()})
        kept[RAW] = kept.total()
        rows = [{"target": kind, "kept": kept[kind], "rejected": rejected[kind]} for kind in sorted({*kept, *rejected})]
        return {COUNTED: pa.Table.from_pylist(rows, COUNTS)}

    def verdict(self, partials: Iterable[Shard]) -> Verdict:
        kept: Counter[str] = Counter()
        rejected: Counter[str] = Counter()
        for part in partials:
            for row in part[COUNTED].to_pylist():
                kept[row["target"]] += row["kept"]
                rejected[row["target"]] += row["rejected"]
        judged = [_judge(kind, kept[kind], rejected[kind]) for kind in sorted(rejected) if rejected[kind]]
        return Verdict(all(passed for passed, _ in judged), tuple(line for _, line in judged))


def _rejected(quarantine: pa.Table | None) -> Counter[str]:
    """Rows, not reasons: a row that breaks two rules is one."""
    if quarantine is None or not len(quarantine):
        return Counter()
    rows = quarantine.select(["target", "source", "file", "line"])
    rows = rows.append_column("nth", _nth_without_line(rows))
    each = rows.group_by(rows.column_names, use_threads=False).aggregate([])
    return Counter(kind if kind in resource_types() else RAW for kind in each.column("target").to_pylist())


def _nth_without_line(rows: pa.Table) -> pa.Array:
    """Rows that do not say where they stood are each their own."""
    number = pa.array(range(len(rows)), pa.int64())
    return pc.if_else(pc.is_null(rows.column("line")).combine_chunks(), number, None)


def _judge(kind: str, kept: int, rejected: int) -> tuple[bool, str]:
    limits = policy().thresholds
    limit, total = limits.get(kind, limits["default"]), kept + rejected
    few = total < limits["few_rows"]
    passed = few or rejected <= limit * total
    said = f"{kind}: {rejected} of {total} rows in quarantine ({rejected / total:.1%}); at most {limit:.0%} may be"
    return passed, said + (", but these are few" if few and rejected > limit * total else "")
