"""A person taken out of the inboxes, and the lake's memory of the inboxes brought up to what stands there now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from contract.work import Forgetting, Leaving, Purged, Referring, Source
from etl.mentions import Mentions
from runner.config import Config
from runner.forgetting.person import Person
from runner.inbox import Inbox, Known, digest_of, reading_of
from runner.plan import Plan


def purge(config: Config, plan: Plan, person: Person) -> dict[str, list[Purged]]:
    """Source -> files that were rewritten or removed."""
    return {
        name: source.forget(config.root, _leaving(person, name, source))
        for name, source in plan.sources.items()
        if isinstance(source, Forgetting)
    }


def _leaving(person: Person, name: str, source: Source) -> Leaving:
    if isinstance(source, Referring):
        named = (value for system, value in person.identifiers if system == source.refers)
        return Leaving(frozenset(map(str, person.subjects) if source.refers is True else named))
    return person.leaving(name)


def unpurged(plan: Plan) -> list[str]:
    """Sources that cannot take anybody out of their files."""
    return [name for name, source in plan.sources.items() if not isinstance(source, Forgetting)]


def remembered(inbox: Inbox, plan: Plan, person: Person, purged: Mapping[str, Sequence[Purged]]) -> Inbox:
    """Files that only lost the person's rows are as they were: no night reads them again for that."""
    sources = {}
    for name, groups in inbox.sources.items():
        source, done = plan.sources.get(name), {each.before: each for each in purged.get(name, ())}
        cleaned = {group: _cleaned(known, source, person, name, done) for group, known in groups.items()}
        sources[name] = {group: known for group, known in cleaned.items() if known.files or known.deleted}
    return Inbox(sources)


def _cleaned(known: Known, source: Source | None, person: Person, name: str, done: Mapping[str, Purged]) -> Known:
    files = dict(_files(known, person, name, done))
    deleted = [each for each in known.deleted if not _names(each, person, name)]
    same = source is not None and known.digest == digest_of(reading_of(source), known.files)
    digest = digest_of(reading_of(source), files) if source and same else known.digest
    changed = files != known.files
    return replace(known, digest=digest if changed else known.digest, files=files, deleted=deleted)


def _files(
    known: Known, person: Person, source: str, done: Mapping[str, Purged]
) -> Iterator[tuple[str, tuple[int, int, str]]]:
    named = Mentions([*(key for _, key in person.keys), *(value for _, value in person.identifiers)])
    for name, said in known.files.items():
        found = done.get(said[2])
        if found and found.after and found.path.exists():
            stat = found.path.stat()
            yield (
                PurePosixPath(name).with_name(found.path.name).as_posix(),
                (stat.st_size, max(stat.st_mtime_ns, stat.st_ctime_ns), found.after),
            )
        elif not found and (source, name) not in person.files and not named.inside(name.replace("_", "/")):
            yield name, said


def _names(tombstone: tuple[str, str], person: Person, source: str) -> bool:
    kind, id_ = tombstone
    return (source, f"{kind}/{id_}") in person.ids or (kind == "Patient" and (source, id_) in person.keys)
