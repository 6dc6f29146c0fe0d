"""The nightly run: from what lies in the inboxes to a new snapshot, all of it or nothing."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from contract.errors import ChartloomError, InputError, Interrupted
from contract.work import SHARED_BATCH, Spooled
from etl import identities
from etl.versions import Changes
from runner import batch, failed, leaving, reviewing, secret, spooling, taught
from runner import forced as anew
from runner.assemble import Assembly, require
from runner.clock import Clock
from runner.config import Config
from runner.engine import engine
from runner.forgetting import unfinished
from runner.inbox import Found, Inbox
from runner.job import Delivery, Job, Night, Result
from runner.log import Log
from runner.manifest import Account, code_digest
from runner.mishaps import foreseen
from runner.plan import Plan, make_plan
from runner.progress import Progress, Silent
from runner.quarantine import quarantined_groups
from runner.recorded import restore, run_id
from runner.redelivery import redelivered
from runner.refusal import SourceRefused, reading
from runner.spooling import Cut
from runner.withheld import without_names
from schemas.people import IDENTITIES
from store.lake import Lake

COARSE = 4  # batches made one where most persons are expected to be as they were: each batch has a price


def nobody(_: str) -> None:
    """Hears nothing."""


def run(
    config: Config,
    pipeline: str,
    progress: Progress | None = None,
    *,
    replay: bool = False,
    tell: Callable[[str], None] = nobody,
) -> dict[str, Any]:
    """Run a pipeline once; the manifest of the night, also written to lake/runs/<id>/.

    Raises ChartloomError when nothing could be published; the last snapshot then stands as it was.
    `replay` reads every group again that has rows in quarantine. `tell` hears in full, with names of files, why a
    source is left out; what is written into the lake withholds them.
    """
    plan = make_plan(config, pipeline)
    lake = Lake(config.lake)
    with foreseen(config.lake), lake.lock():
        unfinished.require_none(lake.root)
        plan = taught.teach(plan, lake.current())
        night = _Night(config, plan, lake, progress or Silent(), replay)
        night.tell = tell
        manifest = _run(night)
        if manifest["status"] == "published" and taught.learned(plan, night.previous, lake.current()):
            fresh = taught.teach(make_plan(config, pipeline), lake.current())
            if taught.behind(plan, fresh):
                _run(_Night(config, fresh, lake, progress or Silent(), replay=False))
        return manifest


def _run(night: "_Night") -> dict[str, Any]:
    try:
        with foreseen(night.config.lake):
            return night.run()
    except ChartloomError as error:
        night.fail(error)
        raise
    except KeyboardInterrupt as error:
        raise night.interrupted() from error
    except Exception as error:
        night.failed(type(error).__name__, "an error that chartloom does not know; --debug shows where")
        raise
    finally:
        night.close()


class _Night:
    def __init__(self, config: Config, plan: Plan, lake: Lake, progress: Progress, replay: bool) -> None:
        self.config, self.plan, self.lake, self.progress = config, plan, lake, progress
        self.previous = lake.current()
        spooling.require_same_shards(self.previous, plan.pipeline.shard_subjects)
        self.inbox = Inbox.remembered(self.previous)
        leaving.require_sources(plan, self.inbox)
        self.dropped = leaving.ownerless(plan, self.previous)
        self.clock = Clock()
        self.id = run_id(self.previous, lake.root)
        self.log = Log(lake.root / "runs" / self.id / "log.jsonl")
        self.account = Account(config, plan, lake.root / "runs" / self.id, self.previous, self.clock)
        self.replay = replay
        self.refused: dict[str, str] = {}  # source -> why it is left out tonight
        self.tell: Callable[[str], None] = nobody
        self.work = lake.work
        self.batches = 0
        self.stopped = False

    def run(self) -> dict[str, Any]:
        restore(self.lake, self.previous)
        secret.prepare(self.lake.root, self.plan, self.previous)
        self.log.say("start", pipeline=self.plan.pipeline.name, previous=self.previous.id if self.previous else None)
        while True:
            try:
                return self._attempt()
            except SourceRefused as error:
                self._leave_out(error)

    def _leave_out(self, error: SourceRefused) -> None:
        """What the source said before stands. Without any source left there is no night."""
        self.refused[error.source] = self._said(error)
        self.log.say("refused", source=error.source)
        if len(self.refused) == len(self.plan.sources):
            raise error.__cause__ or error
        self.tell(str(error))
        self.account.manifest["refused"] = dict(self.refused)

    def _attempt(self) -> dict[str, Any]:
        retired = leaving.retired(self.plan, self.inbox)
        found = self._look() + retired
        self.again = redelivered(self.plan, found, self.inbox, self.previous)
        found = self.inbox.renamed(found, self.again.recognised)
        said = (self.plan, self.previous, self.dropped)
        forced, whole = anew.forced(*said), anew.resummarised(*said)
        due = forced or whole or self.dropped or spooling.opt_outs_differ(self.lake.root, self.previous)
        if not due and self.previous and all(f.state == "unchanged" for f in found):
            return self._unchanged()
        self.account.manifest.update(dropped=self.dropped, retired=sorted({f.source for f in retired}))
        self.lake.require_space(spooling.space(self.plan, found, self.previous, forced=bool(forced)))
        results, spooled, people = self._work(found, forced, whole)
        assembly = Assembly(self.plan, self.lake, self.previous, self.work, self.id)
        inbox = self.inbox.after(found, {place: spooling.tombstones(said) for place, said in spooled.items()})
        draft = assembly.draft(found, spooled, results, people, inbox)
        assembly.remember(draft, found, results, self.again)
        self.account.count(found, spooled, results, draft, people)
        with self.clock.part("checks"):
            verdicts = self.account.checks(assembly.verdicts(results, spooled, draft, self.account.manifest))
            failed.keep(self.lake.root, self.id, draft, verdicts)
            require(verdicts, self.account.manifest["quarantine"])
            self.account.manifest["withheld"] = assembly.withhold(draft, verdicts, results, people)
        with self.clock.part("publish"):
            self.account.published()
            assembly.record(draft, self.account.manifest)
            self.account.enclose(draft)
            snapshot = self.lake.publish(draft, self.id)
            reviewing.write(self.lake.root, snapshot, self.plan.checks, self.log)
            self._clear()
        self.log.say("published", snapshot=snapshot.id)
        return self.account.manifest

    def _clear(self) -> None:
        """What of it cannot be dropped now the next night drops: no reason to call a night failed."""
        try:
            self.lake.prune(self.plan.pipeline.keep_snapshots)
            spooling.clear(self.lake)
            if self.account.manifest["status"] == "published":
                failed.clear(self.lake.root)
        except OSError as error:
            self.log.say("not cleared", reason=error.strerror)

    def fail(self, error: ChartloomError) -> None:
        self.failed(type(error).__name__, self._said(error))
        error.add_note(f"The report: {self.account.folder / 'report.html'}")

    def failed(self, kind: str, message: str, status: str = "failed") -> None:
        """Not where the pointer had moved already: then the night is published, whatever came after."""
        self.stopped = True
        pointer = self.lake.root / "current"
        if not (pointer.is_symlink() and pointer.readlink().name == self.id):
            self.account.fail(kind, message, status)

    def interrupted(self) -> Interrupted:
        done = sum(path.stem != str(SHARED_BATCH) for path in self.work.glob("done/*.pickle"))
        far = f"{done} of {self.batches} batches are done" if self.batches else "no batch had begun"
        error = Interrupted(f"interrupted; {far}, run again to resume. The last snapshot stands as it was.")
        self.failed(type(error).__name__, str(error), "interrupted")
        return error

    def _said(self, error: ChartloomError) -> str:
        inboxes = [self.config.root / entry.parameters.get("path", "") for entry in self.plan.pipeline.sources.values()]
        return without_names(str(error), inboxes) if isinstance(error, InputError) else str(error)

    def close(self) -> None:
        try:
            self.account.write()
        except OSError:
            if not self.stopped:  # else the night's own error tells already
                raise

    def _unchanged(self) -> dict[str, Any]:
        """Nothing to do but to clear away what a killed night may have left."""
        self._clear()
        self.account.unchanged()
        self.log.say("unchanged")
        return self.account.manifest

    def _look(self) -> list[Found]:
        again = quarantined_groups(self.previous) if self.replay else {}
        found: list[Found] = []
        with self.clock.part("look"):
            for name, source in self.plan.sources.items():
                if name in self.refused:
                    continue
                with reading(name):
                    found += self.inbox.look(name, source, self.config.root, again.get(name, frozenset()))
                    self.account.manifest["aside"][name] = dict(source.aside(self.config.root))
        return found

    def _work(
        self, found: Sequence[Found], forced: frozenset[str], whole: bool
    ) -> tuple[list[Result], dict[tuple[str, str], Spooled], pa.Table]:
        said = [
            (self.config.digest, self.plan.pipeline.name),
            code_digest(),
            self.previous.id if self.previous else None,
            [(f.source, f.state, f.known.digest) for f in found],
            sorted(forced),
            whole,
            (sorted(self.dropped), self.again.tags),
        ]
        self.work = spooling.prepare(self.lake, said)
        known = self.previous.read(IDENTITIES.name, "all") if self.previous else IDENTITIES.empty()
        with self.clock.part("people"):
            people = spooling.know_people(self.plan, found, known, self.work, self.config)
        anew = any(f.replaces is not None and f.source not in self.again.recognised for f in found)
        whole = whole or bool(forced) or anew
        cuts = spooling.cut(self.plan, found, people, len(known), self.previous, whole=whole)
        fine = cuts.starts
        cuts = cuts.coarser(COARSE) if self._all_recognised(found) and not whole else cuts
        spooled = spooling.spool(self.plan, found, people, cuts, self.work, self.progress, self.clock)
        night = self._brief(found, spooled, (known, people), forced)
        return self._batches(night, cuts, fine, whole=whole), spooled, people

    def _brief(
        self,
        found: Sequence[Found],
        spooled: dict[tuple[str, str], Spooled],
        people: tuple[pa.Table, pa.Table],
        forced: frozenset[str],
    ) -> Night:
        """`people`: phi/identities of last night and of tonight."""
        deliveries = tuple(self._delivery(f) for f in found if f.to_read)
        tonight = {(f.source, f.name): spooling.tombstones(spooled[f.source, f.name]) for f in found if f.to_read}
        deleted = self.inbox.after(list(found), tonight).tombstones()
        return Night(
            self.config,
            self.plan.pipeline.name,
            self.work,
            self.previous.folder if self.previous else None,
            deliveries,
            Changes(self.inbox.replaced(found), deleted),
            identities.moved(*people),
            forced,
            frozenset(self.dropped),
            spooling.holding(self.previous, [named for said in tonight.values() for named in said])
            | spooling.opted(*people, self.plan.pipeline.shard_subjects),
        )

    def _delivery(self, found: Found) -> Delivery:
        folder, again = spooling.spool_folder(self.work, found), self.again
        tag = again.tags.get(found.source, "")
        return Delivery(found.source, folder, found.known.arrival, tag, found.source in again.recognised)

    def _all_recognised(self, found: Sequence[Found]) -> bool:
        """True when all that is read tonight is held against last night's digests."""
        return all(f.source in self.again.recognised for f in found if f.to_read)

    def _batches(self, night: Night, cuts: Cut, fine: np.ndarray, *, whole: bool) -> list[Result]:
        results = [batch.run(Job(night, SHARED_BATCH, 0, 0, whole))]
        reworded = {name.removeprefix("phi/") for name in results[0].reworded}
        stale = {s.name for s in self.plan.steps if reworded & {name.removeprefix("phi/") for name in s.reads}}
        night, whole = dataclasses.replace(night, forced=night.forced | stale), whole or bool(stale)
        jobs = [
            Job(night, k, first, last, whole, tuple(fine[(fine >= first) & (fine < last)].tolist()))
            for k, (first, last) in enumerate(cuts.ranges())
        ]
        self.batches = len(jobs)
        self.progress.start("batches", len(jobs), "batches")
        for job, result in zip(jobs, engine(self.plan.pipeline.engine)(batch.run, jobs), strict=True):
            results.append(result)
            self.log.say("batch", batch=job.batch, rows=result.rows, peak_mb=round(result.peak_mb))
            self.progress.advance("batches", 1)
        self.progress.finish("batches")
        for result in results:
            self.clock.add(result.parts)
        return results
