"""Which sources tonight deliver everything again, so that persons who are as they were can be told from the others."""

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata

from contract.work import Recognising
from runner.inbox import Found, Inbox
from runner.manifest import code_digest
from runner.plan import Plan, fingerprint
from runner.recognise import table_of
from store.snapshot import Snapshot

LIBRARIES = ("duckdb", "numpy", "pandas", "pyarrow")  # they hash, and they make rows


@dataclass(frozen=True)
class Redelivered:
    """`tags`: source -> what its digests are made by, of sources whose digests are remembered tonight.

    `recognised`: those of them that last night's digests are held against.
    """

    tags: dict[str, str]
    recognised: frozenset[str]


def redelivered(plan: Plan, found: Sequence[Found], inbox: Inbox, previous: Snapshot | None) -> Redelivered:
    tags = {name: _tag(plan, name) for name in plan.sources if _whole(plan, name, found, inbox)}
    again = {f.source for f in found if f.again}
    held = {name for name, tag in tags.items() if previous and (table_of(name).name, tag) in previous.files}
    return Redelivered(tags, frozenset(held - again))


def _whole(plan: Plan, name: str, found: Sequence[Found], inbox: Inbox) -> bool:
    """One group says all there is of a source, and no tombstone any night said more."""
    mine = [f for f in found if f.source == name and f.state != "vanished"]
    source = plan.sources[name]
    buried = any(known.deleted for known in inbox.sources.get(name, {}).values())
    alone = len(mine) == 1 and mine[0].to_read and not buried
    return alone and source.delivery == "full" and isinstance(source, Recognising)


def _tag(plan: Plan, name: str) -> str:
    """Changes with whatever may make other rows of the same raw rows: code, mapping, parameters, libraries."""
    source = plan.sources[name]
    made = fingerprint(plan.pipeline.sources[name], str(getattr(source, "digest", str)()))
    said = [code_digest(), made, platform.python_version(), [metadata.version(library) for library in LIBRARIES]]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]
