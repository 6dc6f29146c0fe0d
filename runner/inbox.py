"""What lies in the inboxes tonight against what earlier nights have read: new, changed, unchanged, vanished groups."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from contract.work import Group, Source
from store.snapshot import Snapshot

State = Literal["new", "changed", "unchanged", "vanished"]
MEMORY = "phi/inbox.json"  # it names files, and exports carry patients' names in file names


@dataclass(frozen=True)
class Known:
    """A group as the lake remembers it."""

    digest: str
    arrival: int
    files: Mapping[str, tuple[int, int, str]]  # name -> size, mtime in ns, sha256


@dataclass(frozen=True)
class Found:
    """A group as it is tonight."""

    source: str
    name: str
    state: State
    known: Known
    group: Group | None  # None: vanished
    replaces: int | None = None  # the arrival whose quarantined rows go with it

    @property
    def bytes(self) -> int:
        return sum(size for size, _, _ in self.known.files.values())

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
        """The source's groups in order of arrival. `again`: groups to read even though nothing changed."""
        before = self.sources.get(name, {})
        arrival = 1 + max((known.arrival for known in before.values()), default=0)
        found = []
        groups = source.groups(root)
        for group in groups:
            known = _now(group, before.get(group.name), arrival, str(getattr(source, "digest", str)()))
            state = _state(known, before.get(group.name), group.name in again)
            if state == "unchanged":
                known = before[group.name]
            else:
                arrival += 1
            replaces = before[group.name].arrival if state == "changed" else None
            found.append(Found(name, group.name, state, known, group, replaces))
        if source.delivery == "full":
            gone = before.keys() - {group.name for group in groups}
            found += [Found(name, n, "vanished", before[n], None, before[n].arrival) for n in sorted(gone)]
        return found

    def after(self, found: list[Found]) -> "Inbox":
        """What to remember once tonight is published; groups of a delta are remembered after their files are gone."""
        sources = {name: dict(groups) for name, groups in self.sources.items()}
        for group in found:
            sources.setdefault(group.source, {})
            if group.state == "vanished":
                del sources[group.source][group.name]
            else:
                sources[group.source][group.name] = group.known
        return Inbox(sources)


def _known(said: dict[str, Any]) -> Known:
    return Known(said["digest"], said["arrival"], {n: (f[0], f[1], f[2]) for n, f in said["files"].items()})


def _state(now: Known, before: Known | None, again: bool) -> State:
    if before is None:
        return "new"
    return "changed" if again or before.digest != now.digest else "unchanged"


def _now(group: Group, before: Known | None, arrival: int, mapping: str) -> Known:
    """Digest of the group's files and of the mapping that reads them; a file is hashed again only when it changed."""
    files = {}
    for path in sorted(group.files):
        stat = path.stat()
        name = f"{path.parent.name}/{path.name}"
        last = before.files.get(name) if before else None
        same = last is not None and last[:2] == (stat.st_size, stat.st_mtime_ns)
        digest = last[2] if last and same else _sha256(path)
        files[name] = (stat.st_size, stat.st_mtime_ns, digest)
    said = json.dumps([mapping, sorted((name, f[2]) for name, f in files.items())])
    return Known(hashlib.sha256(said.encode()).hexdigest(), arrival, files)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
