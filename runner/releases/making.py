"""`chartloom release PROJECT`: from the cohort to a frozen folder that appears by one rename.

lake/releases/PROJECT/       tables, dictionary.md and .json, summary.csv, manifest.json; read-only
lake/phi-releases/PROJECT/   0700: crosswalk and key of the project
"""

import fcntl
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from contract.errors import CheckFailed, InputError, LockError
from etl.timeline.codes import CountCodes
from nlp.deid.anonymity.classes import sizes
from nlp.deid.anonymity.lattice import generalised
from runner import audit
from runner.config import Config
from runner.engine import engine
from runner.published import published
from runner.releases import auditing, crosswalk
from runner.releases.cohort import cohort
from runner.releases.finishing import Decision, Finished, Left, decide, finish
from runner.releases.manifest import NAME, Facts, manifest, write_manifest
from runner.releases.passing import Piece, Work, gathered, pass_gate, pieces
from runner.releases.project import Project, read
from runner.releases.summary import as_csv, summary
from runner.releases.writing import Folder, dictionary, meds, tables_of
from schemas.people import IDENTITIES
from store.parquet import make_folder
from store.snapshot import Snapshot

OPEN, CLOSED = "releases", "phi-releases"
ROUNDS = 5


@dataclass(frozen=True)
class Making:
    """One release under way."""

    config: Config
    project: Project
    snapshot: Snapshot
    work: Work
    pieces: Sequence[Piece]
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def run(self, task: Any) -> list[Any]:
        said = next(iter(self.config.pipelines.values())).engine
        return list(engine(said)(partial(task, self.work), self.pieces))


def release(config: Config, name: str) -> dict[str, Any]:
    """Make it; its manifest."""
    project = read(config.root / OPEN, name, datetime.now(UTC).date())
    lake = config.lake
    snapshot = published(lake)
    with locked(lake):
        if (lake / OPEN / name).exists():
            raise InputError(
                f"lake/releases/{name} is there already, and never changes. Give the project another name, such as "
                f"{name}-2; `chartloom release --list` shows all."
            )
        audit.record(lake, "release", f"{name}\n{project.cohort}")
        subjects = cohort(lake, snapshot, project)
        make_folder(lake / OPEN, phi=False)
        _sweep(lake)
        try:
            return _made(_prepared(config, project, snapshot, subjects))
        finally:
            _sweep(lake)


def _sweep(lake: Path) -> None:
    """Drafts: of this release, and of any that was killed."""
    for folder in [draft for root in (OPEN, CLOSED) for draft in (lake / root).glob(".*")]:
        shutil.rmtree(folder)


@contextmanager
def locked(lake: Path) -> Iterator[None]:
    """One release at a time; nights and releases do not wait for each other."""
    make_folder(lake / CLOSED, phi=True)
    with (lake / CLOSED / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockError("another release is being made or revoked. Wait until it ends, then try again.") from error
        yield


def _prepared(config: Config, project: Project, snapshot: Snapshot, subjects: np.ndarray) -> Making:
    folder = config.lake / CLOSED / f".{project.name}"
    make_folder(folder, phi=True)
    people = snapshot.read(IDENTITIES.name, "all")
    crosswalk.keep(folder, crosswalk.draw(people, subjects, config.offset_weeks))
    deid = {**auditing.gate_of(config), "policy": project.policy}
    work = Work(snapshot.folder, folder, project.tables, deid, crosswalk.make_key(folder))
    size = int(snapshot.manifest()["shard_subjects"])
    return Making(config, project, snapshot, work, pieces(people, subjects, size))


def _made(making: Making) -> dict[str, Any]:
    making.run(pass_gate)
    decision, done = _anonymous(making)
    lake, name, project = making.config.lake, making.project.name, making.project
    folder = Folder(lake / OPEN / f".{name}", project.policy == "limited")
    said = _written(making, folder, decision, done)
    crosswalk.only(making.work.folder, decision.node.left_out)
    for step in ("passed", "finished"):
        shutil.rmtree(making.work.folder / step)
    closed = lake / CLOSED / name
    shutil.rmtree(closed, ignore_errors=True)  # of a release that was killed before it appeared
    making.work.folder.rename(closed)
    folder.root.rename(lake / OPEN / name)
    return said


def _anonymous(making: Making) -> tuple[Decision, list[Finished]]:
    """Until what is written holds: where a rare code takes its row along, another code or a visit goes with it."""
    left = Left(np.zeros(0, dtype=np.int64))
    project, looked = making.project, auditing.audit_of(making.config)
    for _ in range(ROUNDS):
        decision = decide(making.work, project, looked, left)
        _require_enough(making, decision)
        done = making.run(partial(_finish, decision))
        people = _people(making, decision)
        few = sizes(people, project.quasi_identifiers) < project.k
        rare = _rare(gathered(making.work, "finished", "held"), project.k)
        if not few.any() and not rare:
            return decision, done
        leaving = people["subject_id"].to_numpy()[few]
        left = Left(np.union1d(decision.node.left_out, leaving), left.codes | rare)
    raise CheckFailed(
        f"{project.name}: no release has k = {project.k} after {ROUNDS} rounds; lower k or widen the cohort."
    )


def _rare(held: pa.Table, k: int) -> frozenset[str]:
    counts = held.group_by("code").aggregate([("subject_id", "count_distinct")])
    pairs = zip(counts["code"].to_pylist(), counts["subject_id_count_distinct"].to_pylist(), strict=True)
    return frozenset(code for code, count in pairs if count < k)


def _finish(decision: Decision, work: Work, piece: Piece) -> Finished:
    return finish(work, decision, piece)


def _people(making: Making, decision: Decision) -> pa.Table:
    """As they are told, the pattern of visits at the level chosen."""
    people = gathered(making.work, "finished", "persons")
    return generalised(people, {n: level for n, level in decision.node.levels.items() if n == "visits"})


def _require_enough(making: Making, decision: Decision) -> None:
    project, node = making.project, decision.node
    whole = len(gathered(making.work, "passed", "persons"))
    if not node.people or len(node.left_out) > project.max_suppressed * whole:
        raise CheckFailed(
            f"{project.name}: however coarse, more than {project.max_suppressed:.0%} of the cohort stand in classes "
            f"under k = {project.k}. Widen the cohort, name fewer quasi_identifiers, lower k or raise max_suppressed."
        )


def _written(making: Making, folder: Folder, decision: Decision, done: Sequence[Finished]) -> dict[str, Any]:
    project, quasi = making.project, making.project.quasi_identifiers
    people, held = _people(making, decision), gathered(making.work, "finished", "held")
    codes = CountCodes(root="open").merge([each.codes for each in done])["timeline_codes"]
    counted = summary(people, held, quasi)
    beside = [_plain(project), [row[:2] for row in counted], codes["description"].drop_null().to_pylist()]
    seen = [each.audit for each in done]
    counts = sum((each.counts for each in done), Counter[str]())
    auditing.require_all_seen(seen, counts["rows"])
    looked = [*seen, auditing.texts(decision.audit, beside)]
    withheld = auditing.verdict(making.snapshot, decision.audit, project, looked)
    entries = []
    for name, rows in tables_of(making.work).items():
        entries.append(folder.table(name, auditing.without(name, rows, withheld)))
        if name == "timeline":
            meds(folder, making.work, codes, people, f"{making.started:%Y%m%dT%H%M%SZ}")
    facts = Facts(making.started, making.snapshot.id, len(people), int(sizes(people, quasi).min()), decision.node,
                  counts, len(withheld))  # fmt: skip
    said = manifest(project, facts, {entry["name"]: entry["rows"] for entry in entries})
    markdown, listed = dictionary(entries, _notes(said))
    for file, content in (("dictionary.md", markdown), ("dictionary.json", listed), ("summary.csv", as_csv(counted))):
        folder.write(file, content)
    said["files"] = dict(sorted(folder.digests.items()))
    write_manifest(folder.root / NAME, said, folder.closed)
    return said


def _plain(project: Project) -> Mapping[str, str]:
    return {"project": project.name, "recipient": project.recipient, "approval": project.approval}


def _notes(said: Mapping[str, Any]) -> list[str]:
    told_as = ", ".join(f"{name}: {level}" for name, level in said["generalisation"].items())
    return [
        f"Release {said['project']} for {said['recipient']}, approval {said['approval']}, until {said['expires']}.",
        f"Policy: {said['policy']}.",
        f"Everybody looks like at least {said['k_reached']} persons by these quasi-identifiers, told as: {told_as}.",
        "A birth date is its year, or the first year of its band; MEDS_BIRTH stands on the first day of that year.",
        f"That does not cover: {', '.join(said['k_does_not_cover'])}.",
        "Codes of fewer persons stand under a broader one or are left out, with the words beside them.",
    ]
