"""The account of one night: every row in and out, every second, every digest. No PHI: files go by digest."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contract.work import Spooled, Verdict
from etl.versions import Counts
from runner import recorded
from runner.adverse import adverse_of
from runner.balance import balance, tallied
from runner.clock import Clock, cpu_seconds
from runner.coding import coding_of
from runner.config import Config
from runner.drafts import drafts_of
from runner.inbox import Found
from runner.job import Result
from runner.landing import distinct_rows
from runner.outcomes import outcomes_of
from runner.plan import Plan, fingerprint
from runner.signalling import signals_of
from store.lake import Draft
from store.snapshot import Snapshot

CODE = ("contract", "schemas", "store", "fhir_mappings", "etl", "nlp", "outcomes", "imaging", "models", "runner")


@cache
def code_digest() -> str:
    """Of all code and knowledge that a night runs."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for room in CODE:
        for path in sorted((root / room).rglob("*")):
            if path.suffix in (".py", ".yaml", ".csv", ".sql"):
                digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def summary_fingerprints(plan: Plan) -> dict[str, str]:
    """Change when a summary may say something else of the same rows: without a version of its own, with any code."""
    entries = plan.pipeline.summaries
    versions = {name: getattr(summary, "version", code_digest()) for name, summary in plan.summaries.items()}
    return {name: fingerprint(entries[name], version) for name, version in versions.items()}


class Account:
    def __init__(self, config: Config, plan: Plan, folder: Path, previous: Snapshot | None, clock: Clock) -> None:
        self.plan, self.folder, self.previous, self.clock = plan, folder, previous, clock
        self._start = datetime.now(UTC)
        self._cpu = cpu_seconds()
        engine = plan.pipeline.engine
        self.manifest: dict[str, Any] = {
            "run_id": folder.name,
            "pipeline": plan.pipeline.name,
            "status": "failed",
            "started": self._start.isoformat(timespec="seconds"),
            "snapshot": None,
            "previous": previous.id if previous else None,
            "chartloom": metadata.version("chartloom"),
            "code_digest": code_digest(),
            "config_digest": config.digest,
            "shard_subjects": plan.pipeline.shard_subjects,
            "engine": {"kind": engine.kind, "workers": engine.workers},
            "sources": {},
            "steps": {},
            "aside": {},  # source -> what lies in its inbox and was not read tonight
            "refused": {},  # source -> why it was left out tonight
            "retired": [],  # sources whose rows were withdrawn tonight
            "dropped": {},  # tables that nothing writes any more -> their rows
            "error": None,
        }

    def unchanged(self) -> None:
        before = self.previous.manifest() if self.previous else {}
        kept = (
            "sources",
            "steps",
            "tables",
            "quarantine",
            "warnings",
            "coding",
            "adverse",
            "signals",
            "outcomes",
            "coverage",
            "quality",
            "persons",
        )
        self.manifest.update({name: before[name] for name in kept if name in before}, status="unchanged")
        self.manifest["snapshot"] = self.manifest["previous"]
        self._stop()

    def fail(self, kind: str, message: str, status: str = "failed") -> None:
        self.manifest.update(status=status, snapshot=None)
        self.manifest["error"] = {"kind": kind, "message": message}

    def count(
        self,
        found: Sequence[Found],
        spooled: Mapping[tuple[str, str], Spooled],
        results: Sequence[Result],
        draft: Draft,
        people: pa.Table,
    ) -> None:
        quarantine = quarantine_of(draft)
        self.manifest.update(
            sources={
                name: self._source(name, found, spooled, results)
                for name in (*self.plan.sources, *self.manifest["retired"])
            },
            steps={step.name: _step(step, results, self.clock) for step in self.plan.steps},
            summaries=summary_fingerprints(self.plan),
            tables=tables_of(draft, self.previous),
            quarantine=quarantine,
            warnings=_warnings(results),
            batches=[
                {"batch": k - 1, "rows": r.rows, "peak_mb": round(r.peak_mb), **_seconds(r.parts)}
                for k, r in enumerate(results)
            ],
            coding=coding_of(draft),
            adverse=adverse_of(draft),
            signals=signals_of(draft),
            outcomes=outcomes_of(draft),
            drafts=drafts_of(draft),
            coverage=whole_of(draft, "phi/coverage"),
            quality=whole_of(draft, "phi/quality"),
            persons=int(pc.sum(pc.is_null(people["merged_into"])).as_py() or 0),
            peak_mb=round(max((r.peak_mb for r in results), default=0)),
        )
        self.manifest["barred"] = sum(source["rows_barred"] for source in self.manifest["sources"].values())
        self.manifest["balance"] = balance(self.manifest["sources"])

    def checks(self, verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
        """The verdicts with that of the balance before them, as written into the manifest."""
        broken = [b["what"] for b in self.manifest["balance"] if not b["holds"]]
        lines = tuple(f"{what}: in is not out + quarantined + duplicates + superseded + deleted" for what in broken)
        every = {"balance": Verdict(not broken, lines), **verdicts}
        self.manifest["checks"] = {name: {"passed": v.passed, "lines": list(v.lines)} for name, v in every.items()}
        return every

    def published(self) -> None:
        self.manifest.update(status="published", snapshot=self.folder.name)
        self._stop()

    def enclose(self, draft: Draft) -> None:
        """Into the snapshot, with the tables as they stand now."""
        self.manifest["tables"] = tables_of(draft, self.previous)
        draft.documents["manifest.json"] = json.dumps(self.manifest, indent=1).encode()

    def write(self) -> None:
        """To lake/runs/<id>/, whatever became of the night."""
        self._stop()
        recorded.write(self.manifest, self.folder)

    def _stop(self) -> None:
        now = datetime.now(UTC)
        self.manifest["finished"] = now.isoformat(timespec="seconds")
        self.manifest["seconds"] = round((now - self._start).total_seconds(), 3)
        parts = sum(cpu for _, cpu in self.clock.parts.values())  # workers are no children of this process
        self.manifest["cpu_seconds"] = round(max(cpu_seconds() - self._cpu, parts), 3)
        self.manifest["parts"] = {name: _rounded(*both) for name, both in self.clock.parts.items()}

    def _source(
        self,
        name: str,
        found: Sequence[Found],
        spooled: Mapping[tuple[str, str], Spooled],
        results: Sequence[Result],
    ) -> dict[str, Any]:
        mine = [group for group in found if group.source == name]
        passes = [spooled[name, group.name] for group in mine if (name, group.name) in spooled]
        entry, source = self.plan.pipeline.sources.get(name), self.plan.sources.get(name)
        return {
            "uses": entry.uses if entry else "retired",
            "digest": str(getattr(source, "digest", str)()),
            "delivery": source.delivery if source else None,
            "groups": [
                {"digest": g.known.digest, "files": len(g.known.files), "bytes": g.bytes, "state": g.state}
                for g in mine
            ],
            "rows_in": _added(p.rows_in for p in passes),
            "rows_spooled": _added(p.rows_spooled for p in passes),
            "rows_quarantined": sum(distinct_rows(p.quarantine) for p in passes),
            "rows_barred": sum(p.barred for p in passes),
            "rows_unread": sum(result.unread.get(name, 0) for result in results),
            "persons_unchanged": sum(result.unchanged.get(name, 0) for result in results),
            "notes": dict(Counter(note for each in passes for note in each.notes)),
            **tallied(name, results),
            "resources": _resources(name, results),
        }


def _added(counts: Any) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in counts:
        for name, count in each.items():
            total[name] = total.get(name, 0) + int(count)
    return total


def _resources(source: str, results: Sequence[Result]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for result in results:
        rejected = [(place, {"quarantined": lost, "made": lost}) for place, lost in result.rejected.items()]
        for (name, table), numbers in [*rejected, *((place, vars(c)) for place, c in result.resources.items())]:
            if name == source:
                nothing = dict.fromkeys((*Counts.__annotations__, "quarantined"), 0)
                entry = found.setdefault(table.removeprefix("phi/fhir/"), nothing)
                for what, number in numbers.items():
                    entry[what] += number
    return found


def _step(step: Any, results: Sequence[Result], clock: Clock) -> dict[str, Any]:
    done = [result.steps[step.name] for result in results if step.name in result.steps]
    return {
        "uses": step.entry.uses,
        "version": step.stage.version,
        "fingerprint": step.fingerprint,
        "units": sum(account.units for account in done),
        "units_run": sum(account.units_run for account in done),
        "rows_in": _added(account.rows_in for account in done),
        "rows_out": _added(account.rows_out for account in done),
        **_rounded(*clock.parts.get(step.name, (0.0, 0.0))),
    }


def _rounded(seconds: float, cpu: float) -> dict[str, float]:
    return {"seconds": round(seconds, 3), "cpu_seconds": round(cpu, 3)}


def _seconds(parts: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    return _rounded(sum(wall for wall, _ in parts.values()), sum(cpu for _, cpu in parts.values()))


def tables_of(draft: Draft, previous: Snapshot | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    digests: dict[str, list[str]] = {}
    for (name, shard), stat in sorted(draft.files().items()):
        entry = found.setdefault(name, dict.fromkeys(("rows", "files", "files_written", "bytes", "bytes_written"), 0))
        fresh = (name, shard) in draft.fresh
        for what, number in (
            ("rows", stat.rows),
            ("files", 1),
            ("files_written", int(fresh)),
            ("bytes", stat.bytes),
            ("bytes_written", stat.bytes if fresh else 0),
        ):
            entry[what] += number
        digests.setdefault(name, []).append(stat.digest)
    before = previous.manifest().get("tables", {}) if previous else {}
    for name, entry in found.items():
        entry["digest"] = hashlib.sha256("".join(digests[name]).encode()).hexdigest()
        entry["rows_before"] = before[name]["rows"] if name in before else None
    return found


def quarantine_of(draft: Draft) -> list[dict[str, Any]]:
    paths = [draft.path(name, shard) for name, shard in draft.files() if name == "phi/quarantine"]
    if not paths:
        return []
    rows = pa.concat_tables([pq.read_table(path, columns=["source", "target", "rule"]) for path in paths])
    counted = rows.group_by(["source", "target", "rule"]).aggregate([([], "count_all")])
    return sorted(counted.rename_columns(["source", "target", "rule", "rows"]).to_pylist(), key=lambda r: -r["rows"])


def _warnings(results: Sequence[Result]) -> list[dict[str, Any]]:
    added: dict[tuple[str, str], int] = {}
    for result in results:
        for which, rows in result.warnings.items():
            added[which] = added.get(which, 0) + rows
    return [{"target": target, "rule": rule, "rows": rows} for (target, rule), rows in sorted(added.items())]


def whole_of(draft: Draft, name: str) -> list[dict[str, Any]]:
    """A summary's table that holds counts only."""
    path = draft.path(name, "all")
    return pq.read_table(path).to_pylist() if path else []
