"""What lies in the inboxes tonight against what earlier nights have read: new, changed, unchanged, vanished groups."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from contract.errors import InputError
from contract.work import WAITING, Group, Referring, Source
from store.snapshot import Snapshot

State = Literal["new", "changed", "unchanged", "vanished"]
PACKED = 10  # text is about so many times larger than its .gz
MEMORY = "phi/inbox.json"  # it names files, and exports carry patients' names in file names


@dataclass(frozen=True)
class Known:
    """A group as the lake remembers it."""

    digest: str
    arrival: int
    files: Mapping[str, tuple[int, int, str]]  # name -> size, when it changed in ns, sha256
    deleted: Sequence[tuple[str, str]] = ()  # (type, id): its tombstones; what came before them never comes back
    also: Sequence[str] = ()  # names of earlier groups that rows still stand under which it brought again as they were

    def brings(self, other: "Known") -> bool:
        """The same files, byte for byte."""
        return self.digests == other.digests

    def holds(self, other: "Known") -> bool:
        """The same files, byte for byte, and perhaps more."""
        return other.digests.items() <= self.digests.items()

    @property
    def digests(self) -> dict[str, str]:
        return {name: digest for name, (_, _, digest) in self.files.items()}


@dataclass(frozen=True)
class Found:
    """A group as it is tonight."""

    source: str
    name: str
    state: State
    known: Known
    group: Group | None  # None: vanished
    replaces: int | None = None  # the arrival whose quarantined rows go with it
    again: bool = False  # nothing of it changed; it is read again for its rows in quarantine

    @property
    def bytes(self) -> int:
        return sum(size for size, _, _ in self.known.files.values())

    @property
    def raw_bytes(self) -> int:
        """Unpacked, about: what spool and memory must hold."""
        return sum(size * (PACKED if name.endswith(".gz") else 1) for name, (size, _, _) in self.known.files.items())

    @property
    def to_read(self) -> bool:
        return self.state in ("new", "changed")


@dataclass
class Inbox:
    sources: dict[str, dict[str, Known]] = field(default_factory=dict)

    @classmethod
    def remembered(cls, snapshot: Snapshot | None) -> "Inbox":
        if snapshot is None or not (snapshot.folder / MEMORY).exists():
            return cls()
        said = json.loads((snapshot.folder / MEMORY).read_text(encoding="utf-8"))
        return cls({s: {n: _known(k) for n, k in groups.items()} for s, groups in said.items()})

    def document(self) -> bytes:
        return json.dumps({s: {n: vars(k) for n, k in groups.items()} for s, groups in self.sources.items()}).encode()

    def look(self, name: str, source: Source, root: Path, again: frozenset[str]) -> list[Found]:
        """The source's groups by name. `again`: groups to read even though nothing changed.

        A group that is read again keeps its place among the deliveries: it must not win over what came after it.
        Under `full` the newest group says what there is; while none is complete, nothing is said.
        """
        before = self.sources.get(name, {})
        arrival = 1 + max((known.arrival for known in before.values()), default=0)
        found = []
        groups = source.groups(root)
        if not groups and (source.delivery == "full" or not before) and not isinstance(source, Referring):
            _require_waiting(name, source, root)
        for group in groups:
            last = before.get(group.name)
            known = _now(group, last, arrival, reading_of(source))
            misnamed = last is not None and bool(last.also) and source.delivery != "full"  # it was last night
            state = _state(known, last, group.name in again or misnamed)
            if last and known.brings(last):
                kept = replace(last, files=known.files)  # a file that was only touched is not hashed every night
                known = kept if state == "unchanged" else replace(known, arrival=last.arrival)
            else:
                arrival += 1
            same = last is not None and known.digest == last.digest
            replaces = last.arrival if last and state == "changed" else None
            found.append(Found(name, group.name, state, known, group, replaces, same and state == "changed"))
        if source.delivery != "full":
            found = self._uncovered(found)
        if source.delivery == "full" and groups:
            gone = before.keys() - {group.name for group in groups}
            found += [Found(name, n, "vanished", before[n], None, before[n].arrival) for n in sorted(gone)]
        return found

    def _uncovered(self, found: list[Found]) -> list[Found]:
        """The groups of a delta, all to be read when one of them says less than it did.

        What it said before (a version of a resource, a tombstone) has displaced what other groups said, and the lake
        keeps nothing displaced: only their files can bring it back. They keep their arrivals. Of groups whose files
        are gone, what stands stays.
        """
        before = {f.name: self.sources[f.source][f.name] for f in found if f.replaces is not None}
        if all(f.known.holds(before[f.name]) for f in found if f.name in before):
            return found
        return [self._read_again(f) if f.state == "unchanged" else f for f in found]

    @staticmethod
    def _read_again(found: Found) -> Found:
        return replace(found, state="changed", replaces=found.known.arrival, again=True)

    def replaced(self, found: Sequence[Found]) -> frozenset[tuple[str, str]]:
        """(source, source_group) of rows that what is delivered tonight takes the place of, or that vanished."""
        groups = [(f.source, name) for f in found if f.replaces is not None for name in self._named(f.source, f.name)]
        return frozenset(groups)

    def _named(self, source: str, group: str) -> set[str]:
        """What the rows of a group may be called."""
        last = self.sources.get(source, {}).get(group)
        return {group, *(last.also if last else ())}

    def renamed(self, found: Sequence[Found], standing: Set[str]) -> list[Found]:
        """The groups, those of `standing` sources with the names that what they bring again stands under."""
        return [self._renamed(f) if f.source in standing and f.to_read else f for f in found]

    def _renamed(self, found: Found) -> Found:
        names = {name for group in self.sources[found.source] for name in self._named(found.source, group)}
        return replace(found, known=replace(found.known, also=sorted(names - {found.name})))

    def after(self, found: list[Found], deleted: Mapping[tuple[str, str], Sequence[tuple[str, str]]]) -> "Inbox":
        """What to remember once tonight is published; groups of a delta are remembered after their files are gone.

        `deleted`: the tombstones that tonight's groups (source, name) brought.
        """
        sources = {name: dict(groups) for name, groups in self.sources.items()}
        for group in found:
            sources.setdefault(group.source, {})
            if group.state == "vanished":
                del sources[group.source][group.name]
            else:
                said = deleted.get((group.source, group.name), group.known.deleted)
                sources[group.source][group.name] = replace(group.known, deleted=said)
        return Inbox(sources)

    def tombstones(self) -> dict[str, dict[tuple[str, str], int]]:
        """type -> (source, id) -> arrival of the newest tombstone, of all nights."""
        found: dict[str, dict[tuple[str, str], int]] = {}
        for source, groups in self.sources.items():
            for known in groups.values():
                for kind, id_ in known.deleted:
                    named = found.setdefault(kind, {})
                    named[source, id_] = max(known.arrival, named.get((source, id_), 0))
        return found


def _known(said: dict[str, Any]) -> Known:
    return Known(
        said["digest"],
        said["arrival"],
        {n: (f[0], f[1], f[2]) for n, f in said["files"].items()},
        [(kind, id_) for kind, id_ in said.get("deleted", ())],
        said.get("also", ()),
    )


def _require_waiting(name: str, source: Source, root: Path) -> None:
    """An inbox with nothing to read is a fault: on a first night, and where it should hold everything."""
    aside = source.aside(root)
    if not any(aside.get(reason) for reason in WAITING):
        there = "; ".join(f"{count} {what}" for what, count in aside.items()) or "no file"
        raise InputError(
            f"nothing to read lies in the inbox of {name}: {there}. Put the export there, or mend `path` of the source "
            "in pipelines.yaml."
        )


def reading_of(source: Source) -> str:
    """What decides how a file is read: the mapping and the parameters, but not where files lie and when they count."""
    said = dict(vars(source))
    kept = {name: said[name] for name in sorted(said.keys() - {"path", "settle_s", "delivery"})}
    return f"{getattr(source, 'digest', str)()} {kept}"


def _state(now: Known, before: Known | None, again: bool) -> State:
    if before is None:
        return "new"
    return "changed" if again or before.digest != now.digest else "unchanged"


def _now(group: Group, before: Known | None, arrival: int, mapping: str) -> Known:
    """Digest of the group's files and of the mapping that reads them; a file is hashed again only when it changed."""
    files = {}
    folder = os.path.commonpath([path.parent for path in group.files])
    for path in sorted(group.files):
        stat = path.stat()
        name = path.relative_to(folder).as_posix()
        last = before.files.get(name) if before else None
        changed = max(stat.st_mtime_ns, stat.st_ctime_ns)  # a copy may bring an old mtime along, never an old ctime
        same = last is not None and last[:2] == (stat.st_size, changed)
        digest = last[2] if last and same else _sha256(path)
        files[name] = (stat.st_size, changed, digest)
    return Known(digest_of(mapping, files), arrival, files)


def digest_of(mapping: str, files: Mapping[str, tuple[int, int, str]]) -> str:
    """Of a group as Known keeps it."""
    said = json.dumps([mapping, sorted((name, f[2]) for name, f in files.items())])
    return hashlib.sha256(said.encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
