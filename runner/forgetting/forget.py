"""A person forgotten: out of inboxes, snapshots, rejected rows and sheets; barred from coming back.

Killed in the middle, readers have the old snapshot or the new one, and `resume` ends the act.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contract.errors import InputError
from contract.work import Purged
from runner import audit, failed, secret, spooling
from runner.config import Config
from runner.forgetting import charts, elsewhere, inboxes, unfinished
from runner.forgetting.erasure import Erasure, own_shards
from runner.forgetting.ledger import BARRED, Ledger
from runner.forgetting.person import Asked, Person, find, known
from runner.inbox import Inbox
from runner.mishaps import foreseen
from runner.plan import Plan, make_plan
from runner.published import published
from runner.rows import SHARED
from store.lake import Lake
from store.snapshot import Snapshot


@dataclass
class Forgotten:
    """What went, in numbers, and what is left to a person to see to. No PHI."""

    tables: Counter[str] = field(default_factory=Counter)  # rows of the snapshot
    raw: Counter[str] = field(default_factory=Counter)  # source -> rows of its files
    snapshots: int = 0  # older ones that were dropped
    sheets: int = 0
    charts: int = 0  # of the coders' page, with all that was decided on them
    releases: list[str] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)
    unpurged: list[str] = field(default_factory=list)  # sources whose files cannot be purged
    aside: dict[str, int] = field(default_factory=dict)  # source -> files that it does not read


def look(config: Config, pipeline: str, asked: Asked) -> Forgotten:
    """What forgetting would take: nothing is changed, and the inboxes are not searched."""
    snapshot = published(config.lake)
    person = find(snapshot, asked)
    audit.record(config.lake, "forget --dry-run", _quietly(config.lake, person))
    plan = make_plan(config, pipeline)
    known(snapshot, person, [*own_shards(snapshot, person), SHARED])
    found = _told(config, plan, person)
    found.tables = Erasure(Lake(config.lake), plan, snapshot, person).count()
    found.snapshots = len(_others(config.lake, snapshot.id))
    found.charts = charts.count(config, person)
    return found


def forget(config: Config, pipeline: str, asked: Sequence[Asked], sure: Callable[[int], None]) -> list[Forgotten]:
    """`sure` is asked before anything is changed, with the number of persons, and raises where somebody says no."""
    lake, plan = Lake(config.lake), make_plan(config, pipeline)
    snapshot = published(config.lake)
    persons = {tuple(person.subjects): person for person in (find(snapshot, each) for each in asked)}
    sure(len(persons))
    with foreseen(config.lake), lake.lock():
        unfinished.require_none(config.lake)
        secret.ensure(config.lake, snapshot)
        return [_begin(config, plan, find(published(config.lake), Asked(subject=one[0]))) for one in persons]


def resume(config: Config, pipeline: str) -> list[Forgotten]:
    """End what was begun and not ended."""
    lake, plan = Lake(config.lake), make_plan(config, pipeline)
    published(config.lake)
    with foreseen(config.lake), lake.lock():
        person = unfinished.left(config.lake)
        if person is None:
            raise InputError("nobody is half forgotten; there is nothing to resume.")
        audit.record(config.lake, "forget --resume", _quietly(config.lake, person))
        return [_go_on(config, plan, person)]


def barred(lake: Path) -> list[tuple[str, list[str]]]:
    """When persons were forgotten, one time each, and which releases held them then."""
    lines = [line for line in Ledger(lake, BARRED).lines if not line.get("learned")]
    return [(line["time"], line.get("releases", [])) for line in lines]


def _quietly(lake: Path, person: Person) -> str:
    """For the audit: a digest of an identifier without key could be guessed."""
    ledger = Ledger(lake, BARRED)
    return " ".join(sorted(ledger.keys(person.rows()))) if secret.path_of(lake).exists() else ""


def _begin(config: Config, plan: Plan, person: Person) -> Forgotten:
    snapshot = published(config.lake)
    charts.count(config, person)
    audit.record(config.lake, "forget", _quietly(config.lake, person))
    known(snapshot, person, [*own_shards(snapshot, person), SHARED])
    unfinished.begin(config.lake, person)
    return _go_on(config, plan, person)


def _go_on(config: Config, plan: Plan, person: Person) -> Forgotten:
    """Every part may be done twice."""
    lake, found = Lake(config.lake), _told(config, plan, person)
    _bar(config.lake, person, found.releases)
    spooling.clear(lake)
    with charts.leaving(config, plan, person) as found.charts:
        purged = inboxes.purge(config, plan, person)
    found.raw = Counter({name: sum(each.rows for each in done) for name, done in purged.items()})
    found.tables = _erase(lake, plan, person, purged)
    found.snapshots = _drop(lake)
    found.charts += charts.leave(config, person)
    found.sheets = _clean(lake, person)
    elsewhere.cut(config.lake, person.subjects)
    unfinished.end(config.lake)
    return found


def _told(config: Config, plan: Plan, person: Person) -> Forgotten:
    aside = {name: sum(source.aside(config.root).values()) for name, source in plan.sources.items()}
    return Forgotten(
        releases=elsewhere.releases(config.lake, person.subjects),
        artifacts=elsewhere.artifacts(config),
        unpurged=inboxes.unpurged(plan),
        aside={name: files for name, files in aside.items() if files},
    )


def _bar(lake: Path, person: Person, releases: list[str]) -> None:
    ledger, rows = Ledger(lake, BARRED), person.rows()
    marks = ledger.keys(rows) | ledger.identifiers(rows) | ledger.values(rows)
    marks |= {ledger.mark("binary", *named) for named in person.binaries}
    if not marks <= ledger.marks:
        ledger.add(marks, releases=releases)


def _erase(lake: Lake, plan: Plan, person: Person, purged: dict[str, list[Purged]]) -> Counter[str]:
    """Not where it was done already: then the published snapshot has no row of the person."""
    snapshot = published(lake.root)
    inbox = inboxes.remembered(Inbox.remembered(snapshot), plan, person, purged)
    erasure = Erasure(lake, plan, snapshot, person)
    if erasure.count():
        erasure.removed.clear()
        erasure.publish(inbox)
    spooling.clear(lake)
    return erasure.removed


def _drop(lake: Lake) -> int:
    """All snapshots but the published one: each of them has the person."""
    current: Snapshot = published(lake.root)
    lake.prune(1)
    others = _others(lake.root, current.id)
    for folder in others:
        shutil.rmtree(folder)
    return len(others)


def _others(lake: Path, current: str) -> list[Path]:
    return [folder for folder in (lake / "snapshots").iterdir() if folder.name != current]


def _clean(lake: Lake, person: Person) -> int:
    """What lies beside the snapshots: rows of a night that was stopped, heat maps, sheets that show notes of theirs."""
    failed.clear(lake.root)
    elsewhere.clear_heatmaps(lake.root)
    words = {*person.notes, *map(str, person.open_ids), *map(str, person.subjects)}
    gone = elsewhere.sheets(lake.root, words)
    for path in gone:
        path.unlink()
    return len(gone)
