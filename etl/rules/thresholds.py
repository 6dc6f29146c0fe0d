"""A night in which too many rows of a table went to quarantine is not published."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Delivery, Shard, Verdict
from etl.rules.policy import policy
from schemas.fhir import resource_types
from schemas.night import QUARANTINE

COUNTED = "counted"
DAMAGED = ("damaged-file", "truncated-file")
UNTYPED = "rows of no known type"  # of FHIR; held against all rows of their source
COUNTS = pa.schema([("source", pa.string()), ("target", pa.string()), ("what", pa.string()), ("rows", pa.int64())])
Place = tuple[str, str]  # (source, raw table), or ("", FHIR type)


@dataclass
class QuarantineShare:
    """Shares stand in fhir_mappings/rules.yaml: rejected / rows, of each raw table tonight and of each FHIR type."""

    @property
    def reads(self) -> tuple[str, ...]:
        return (QUARANTINE.name, *(f"phi/fhir/{kind}" for kind in resource_types()))

    def partial(self, shard: Shard) -> Shard:
        kept = {name: len(rows) for name, rows in shard.items() if name != QUARANTINE.name}
        quarantine = shard.get(QUARANTINE.name)
        if quarantine is None or not len(quarantine):
            return self.standing(kept)
        return _counted(kept=_typed(kept), rejected=_rejected(quarantine), damaged=_damaged(quarantine))

    def standing(self, rows: Mapping[str, int]) -> Shard:
        return _counted(kept=_typed(rows))

    def delivered(self, source: str, delivery: Delivery, rows: Mapping[str, int]) -> Shard:
        return _counted(**{delivery: Counter({(source, table): count for table, count in rows.items()})})

    def verdict(self, partials: Iterable[Shard]) -> Verdict:
        found: dict[str, Counter[Place]] = {}
        for part in partials:
            for row in part[COUNTED].to_pylist():
                counter = found.setdefault(row["what"], Counter())
                counter[row["source"], row["target"]] += row["rows"]
        totals = _totals(found)
        rejected = found.get("rejected", Counter())
        judged = [_judge(place, totals[place], count) for place, count in sorted(_placed(rejected, totals).items())]
        judged += [_whole(source, count, found) for (source, _), count in sorted(found.get("damaged", {}).items())]
        return Verdict(all(passed for passed, _ in judged), tuple(line for _, line in judged))


def _typed(tables: Mapping[str, int]) -> Counter[Place]:
    return Counter({("", name.removeprefix("phi/fhir/")): count for name, count in tables.items()})


def _counted(**counts: Counter[Place]) -> Shard:
    rows = [
        {"source": source, "target": target, "what": what, "rows": count}
        for what, counter in counts.items()
        for (source, target), count in sorted(counter.items())
    ]
    return {COUNTED: pa.Table.from_pylist(rows, COUNTS)}


def _rejected(quarantine: pa.Table) -> Counter[Place]:
    """Rows, not reasons: a row that breaks two rules is one."""
    rows = quarantine.select(["target", "source", "file", "line"])
    rows = rows.append_column("nth", _nth_without_line(rows))
    each = rows.group_by(rows.column_names, use_threads=False).aggregate([])
    places = zip(each.column("source").to_pylist(), each.column("target").to_pylist(), strict=True)
    return Counter(("", kind) if kind in resource_types() else (source, kind) for source, kind in places)


def _nth_without_line(rows: pa.Table) -> pa.Array:
    """Rows that do not say where they stood are each their own."""
    number = pa.array(range(len(rows)), pa.int64())
    return pc.if_else(pc.is_null(rows.column("line")).combine_chunks(), number, None)


def _damaged(quarantine: pa.Table) -> Counter[Place]:
    """Files of each source that end before their time."""
    rows = quarantine.filter(pc.is_in(quarantine["rule"], pa.array(DAMAGED)))
    files = rows.select(["source", "file"]).group_by(["source", "file"], use_threads=False).aggregate([])
    return Counter((source, "") for source in files.column("source").to_pylist())


def _totals(found: Mapping[str, Counter[Place]]) -> Counter[Place]:
    """Rows that rejected ones are held against: of types all that stand, of raw tables what was delivered tonight."""
    rejected = {place: count for place, count in found.get("rejected", Counter()).items() if not place[0]}
    totals = found.get("kept", Counter()) + Counter(rejected)
    for delivery in ("full", "delta"):
        for (source, table), count in found.get(delivery, Counter()).items():
            totals[source, table] += count
            totals[source, UNTYPED] += count
    return totals


def _placed(rejected: Counter[Place], totals: Counter[Place]) -> Counter[Place]:
    """What a source of FHIR says no type of is one lot: it has no raw tables."""
    fhir = {source for source, table in totals if source and table in resource_types()}
    found: Counter[Place] = Counter()
    for (source, target), count in rejected.items():
        own = not source or (source not in fhir and (source, target) in totals)
        found[source, target if own else UNTYPED] += count
    return found


def _judge(place: Place, total: int, rejected: int) -> tuple[bool, str]:
    limits, (source, kind), total = policy().thresholds, place, max(total, rejected)
    limit = limits.get(kind, limits["default"])
    few = total < limits["few_rows"]
    passed = few or rejected <= limit * total
    name = f"{source}, {kind}" if source else kind
    said = f"{name}: {rejected} of {total} rows in quarantine ({rejected / total:.1%}); at most {limit:.0%} may be"
    return passed, said + (", but these are few" if few and rejected > limit * total else "")


def _whole(source: str, files: int, found: Mapping[str, Counter[Place]]) -> tuple[bool, str]:
    delivery = "full" if any(name == source for name, _ in found.get("full", ())) else "delta"
    passed = policy().damaged_files[delivery] == "tell"
    return (
        passed,
        f"{source}: {files} file(s) damaged or cut short; nobody knows what else they held. Deliver them again",
    )
