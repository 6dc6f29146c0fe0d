"""The plan of a night: which work there is, in what order, and why it may run. Refused before anything runs."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from contract.anchored import Anchored
from contract.errors import PlanError
from contract.work import Check, Source, Stage, Summary
from runner.config import Config, Entry, Pipeline
from schemas.registry import match, table


def fingerprint(entry: Entry, version: str) -> str:
    """Changes when the same rows may give another result."""
    said = [entry.uses, version, dict(entry.parameters)]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Step:
    name: str
    entry: Entry
    stage: Stage

    @cached_property
    def reads(self) -> tuple[str, ...]:
        return tuple(t.name for pattern in self.stage.reads for t in match(pattern))

    @cached_property
    def writes(self) -> tuple[str, ...]:
        return tuple(table(name).name for name in self.stage.writes)

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.entry, self.stage.version)


@dataclass(frozen=True)
class Plan:
    pipeline: Pipeline
    sources: Mapping[str, Source]
    steps: tuple[Step, ...]
    summaries: Mapping[str, Summary]
    checks: Mapping[str, Check]

    @cached_property
    def source_tables(self) -> tuple[str, ...]:
        names = {t.name for source in self.sources.values() for pattern in source.writes for t in match(pattern)}
        return tuple(sorted(names - {"phi/quarantine"}))

    @cached_property
    def merged_tables(self) -> frozenset[str]:
        """What summaries write: whole tables, known when all batches are done."""
        return frozenset(name for summary in self.summaries.values() for name in summary.writes)

    def lines(self) -> list[str]:
        """What would run, in order, for a person to read."""
        lines = [
            f"{name}: {self.pipeline.sources[name].uses} ({source.delivery}) -> phi/fhir, phi/quarantine"
            for name, source in self.sources.items()
        ]
        lines += [
            f"{s.name}: {', '.join(s.stage.reads)} -> {', '.join(s.writes)} by {s.stage.unit}"
            + (" [releases]" if s.stage.releases else "")
            for s in self.steps
        ]
        lines += [
            f"{name}: {', '.join(s.reads)} -> {', '.join(s.writes)} over all patients"
            for name, s in self.summaries.items()
        ]
        return lines + [
            f"{name}: checks {', '.join(check.reads)} before publication" for name, check in self.checks.items()
        ]


def make_plan(config: Config, name: str) -> Plan:
    pipeline = config.pipeline(name)
    steps = tuple(Step(n, entry, _made(entry, Stage, "a step", config.root)) for n, entry in pipeline.steps.items())
    plan = Plan(
        pipeline,
        {n: _source(entry) for n, entry in pipeline.sources.items()},
        steps,
        {n: _made(entry, Summary, "a summary", config.root) for n, entry in pipeline.summaries.items()},
        {n: _made(entry, Check, "a check", config.root) for n, entry in pipeline.checks.items()},
    )
    _check_sources(plan)
    _check_flow(plan)
    return plan


def _made(entry: Entry, kind: Any, what: str, root: Path) -> Any:
    made = entry.make()
    if isinstance(made, Anchored):
        made.anchor(root)
    if not isinstance(made, kind):
        raise PlanError(
            f"{entry.name}: {entry.uses} is not {what}: it lacks a member of contract.work.{kind.__name__}."
        )
    return made


def _source(entry: Entry) -> Source:
    made: Source = entry.make()
    lacking = [name for name in ("writes", "delivery", "groups", "people", "spool", "read") if not hasattr(made, name)]
    if lacking:
        raise PlanError(f"{entry.name}: {entry.uses} is not a source: it lacks {', '.join(lacking)}.")
    return made


def _check_sources(plan: Plan) -> None:
    for name, source in plan.sources.items():
        for pattern in source.writes:
            for written in match(pattern):
                if not written.phi:
                    raise PlanError(f"{name}: a source writes phi/ tables only, and it names {written.name}.")
        if source.delivery not in ("full", "delta"):
            raise PlanError(f"{name}: delivery is {source.delivery!r}; expected full or delta.")


def _check_flow(plan: Plan) -> None:
    """One writer a table, readers after their writers, and the gate: phi/ to open only where a step releases."""
    writers = dict.fromkeys(plan.source_tables, "the sources")
    for step in plan.steps:
        for written in step.writes:
            if written in writers:
                raise PlanError(f"{step.name}: table {written} has a writer already: {writers[written]}.")
            writers[written] = step.name
    made = {*plan.source_tables, "phi/identities", "phi/quarantine"}
    for step in plan.steps:
        late = [name for name in step.reads if name in writers and name not in made]
        if late:
            raise PlanError(f"{step.name}: reads {late[0]}, which {writers[late[0]]} writes later. Put it after that.")
        _check_gate(step.name, step.reads, step.writes, releases=step.stage.releases)
        made.update(step.writes)
    for name, summary in plan.summaries.items():
        for written in summary.writes:
            if written in writers:
                raise PlanError(f"{name}: table {written} has a writer already: {writers[written]}.")
            writers[written] = name
        _check_gate(name, summary.reads, summary.writes, releases=False)


def _check_gate(name: str, reads: Iterable[str], writes: Iterable[str], *, releases: bool) -> None:
    reads_phi = [table_name for table_name in reads if table(table_name).phi]
    opens = [table_name for table_name in writes if not table(table_name).phi]
    if reads_phi and opens and not releases:
        raise PlanError(
            f"{name}: reads {reads_phi[0]} and writes the open table {opens[0]} without `releases`. "
            "Only de-identification passes the gate; write to phi/ or read open tables."
        )
