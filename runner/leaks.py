"""A folder that is to leave, searched for what the lake knows of its persons; files are told by digest alone."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from contract.errors import InputError
from nlp.deid.audit.artifact import scan_folder
from nlp.deid.audit.digests import READS
from nlp.deid.known.people import persons
from nlp.deid.person import Person
from runner import audit
from runner.published import published
from runner.rows import SHARED
from store.snapshot import Snapshot

DIGITS = 16  # of a file's SHA-256
IDENTITIES = "phi/identities"


def search(lake: Path, folder: Path) -> Counter[tuple[str, str, str]]:
    """(first digits of the file's SHA-256, rule, label) -> places. Names of files may hold names of persons, too."""
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; name the folder of the artifact or release.")
    snapshot = published(lake)
    if not snapshot.shards(IDENTITIES):
        raise InputError(
            f"the published night of {lake} knows no persons, so nothing can be searched for; run a night."
        )
    audit.record(lake, "audit folder", str(folder.resolve()))
    found = scan_folder(folder, known(snapshot))
    digests = {name: digest(folder / name) for name in {finding.file for finding in found}}
    return Counter((digests[finding.file], finding.rule, finding.label) for finding in found)


def known(snapshot: Snapshot) -> Iterator[Person]:
    """Everyone: what their identities say, then, shard by shard, what their resources say."""
    yield from persons({IDENTITIES: snapshot.read_many(IDENTITIES, snapshot.shards(IDENTITIES))}).values()
    held = {name: set(snapshot.shards(name)) for name in READS if name != IDENTITIES}
    shared = {name: snapshot.read(name, SHARED) for name, shards in held.items() if SHARED in shards}
    for shard in sorted(set().union(*held.values()) - {SHARED}):
        rows = {name: snapshot.read(name, shard) for name, shards in held.items() if shard in shards}
        yield from persons(rows, {**rows, **shared}).values()


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:DIGITS]
