"""The kinds of work a night is made of. Each is a dataclass; its fields are its parameters in pipelines.yaml."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

Shard = Mapping[str, pa.Table]
"""Some persons' rows, table by table. Rows of one person stand together, persons in the order of their ordinal."""

Delivery = Literal["full", "delta"]

PEOPLE = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),  # how the source's own rows name the person
        pa.field("identifiers", pa.list_(pa.struct([("system", pa.string()), ("value", pa.string())]))),
        pa.field("replaced_by", pa.string()),  # key of the person this one was merged into (Patient.link)
    ]
)
"""What a source says of the persons it speaks of. Only identifiers that the mapping names as identifying."""

HOMES = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        pa.field("origin_id", pa.int64(), nullable=False),  # the subject given to this key at first sight
        pa.field("subject_id", pa.int64(), nullable=False),  # the subject it is now, after merges
        pa.field("ordinal", pa.int64(), nullable=False),  # order of first sight of subject_id: rows are sorted by it
        pa.field("batch", pa.int32(), nullable=False),  # the piece of tonight's work its rows belong to
    ]
)
"""Where each person known to a source lives tonight."""

SHARED_BATCH = -1
"""The batch of rows that belong to no patient (Practitioner, Organization, Location, Medication)."""


TALLY = "tally"
TALLIED = pa.schema([("table", pa.string()), ("became", pa.string()), ("rows", pa.int64())])
"""What `read` says under TALLY of every spooled row it read, and of what it hands over: the balance is held against it.

`became` is `resources`, `rejected`, or `nothing` where the mapping asks for nothing of the row; `table` is its raw
table. Where it is `made`, `table` is a table of the Shard, which has so many rows. `unmatched` counts rows once more:
good ones that found no row in another table; `table` is `raw table.join`.
"""


WRITING = "group(s) still being written"
LACKING = "group(s) that lack files of their manifest"
UNKNOWN = "file(s) of a kind that the source does not read"
WAITING = (WRITING, LACKING)
"""What lies in an inbox and is not read tonight: groups wait, unknown files are left alone."""


@dataclass(frozen=True)
class Group:
    """Files that must be read together. `name` is their place below the inbox, and PHI: exports carry names in it.

    `folder` is what the places of files are told from; None: the folder that each file lies in.
    """

    name: str
    files: tuple[Path, ...]
    folder: Path | None = None


@dataclass(frozen=True)
class Spooled:
    """What one pass over a group's files found. Every row in is spooled to a batch or stands in `quarantine`."""

    rows_in: Mapping[str, int]  # raw table -> data rows found in its files
    rows_spooled: Mapping[str, int]
    batches: Sequence[int]
    quarantine: pa.Table = field(default_factory=lambda: pa.table({}))  # phi/quarantine
    deleted: pa.Table = field(default_factory=lambda: pa.table({}))  # (type, id): tombstones of a delta
    notes: Sequence[str] = ()  # what was unusual but no fault, such as added columns; shown in the report, so never PHI
    barred: int = 0  # raw rows of persons who were forgotten: neither spooled nor in quarantine


class Source(Protocol):
    """A reader of raw exports. Writes phi/ tables only. Absence deletes only under delivery `full`."""

    delivery: Delivery

    @property
    def writes(self) -> tuple[str, ...]: ...
    def groups(self, root: Path) -> list[Group]:
        """The groups that are complete now, in order of arrival; files still being written are left out."""

    def aside(self, root: Path) -> Mapping[str, int]:
        """What is not read tonight: how many of WRITING, LACKING and UNKNOWN; no names."""

    def people(self, group: Group) -> pa.Table:
        """PEOPLE of the group; cheap: it reads only what says who is who."""

    def spool(self, group: Group, homes: pa.Table, folder: Path) -> Spooled:
        """One pass over the files: raw rows into `folder`, split by HOMES.batch; memory does not grow with them."""

    def read(self, folder: Path, batch: int) -> Shard:
        """One batch as declared tables, sorted by ordinal, phi/quarantine for rows that cannot be mapped, and TALLY."""


@runtime_checkable
class Recognising(Protocol):
    """A Source that can tell whose raw rows are as they were: under `full` those are not read again.

    What it makes of a person's rows may depend on nothing but these rows, its parameters and its `digest()`.
    """

    def digests(self, folder: Path, batch: int) -> pa.Table:
        """origin_id, digest (uint64) of all raw cells of each person of the batch that are read; null: always read.

        Beside them, for each raw table, how many rows of it each person has, in a column of the table's name.
        """

    def read(self, folder: Path, batch: int, skip: np.ndarray | None = None) -> Shard:
        """As Source.read without the rows of the persons in `skip`; phi/quarantine has origin_id beside its columns."""


@runtime_checkable
class Weighing(Protocol):
    """A Source whose rows become far more, or less, than the bytes of their files."""

    def weight(self, group: Group) -> float:
        """What a group comes to in memory, in bytes of text; cheap, and the same on every look at the same files."""


@runtime_checkable
class Referring(Protocol):
    """A Source that names persons whom the lake knows already. It brings nobody: `people` has no rows.

    `refers`: True: by the lake's own subject_id, in digits; a text: by their identifiers of that system.
    """

    @property
    def refers(self) -> Literal[True] | str: ...


@dataclass(frozen=True)
class Leaving:
    """A person who is to be forgotten, as one source knows them. PHI.

    `ids`: Type/id of their resources. `words`: what names them in a row that cannot be read: keys, identifiers, ids.
    """

    keys: frozenset[str] = field(repr=False)
    ids: frozenset[str] = field(default=frozenset(), repr=False)
    words: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class Purged:
    """A raw file that a person was taken out of. `after` is None where nothing was left and the file went."""

    path: Path = field(repr=False)
    rows: int
    before: str  # sha256
    after: str | None


@runtime_checkable
class Forgetting(Protocol):
    """A Source that can take a person out of the raw files of its inbox, of deliveries of all nights."""

    def forget(self, root: Path, leaving: Leaving) -> list[Purged]:
        """Files rewritten each at once or not at all, with all other rows byte for byte."""


@runtime_checkable
class Stage(Protocol):
    """Tables in, tables out, unit by unit; `run` is a pure function of its rows: no disk, clock, network or global."""

    @property
    def reads(self) -> tuple[str, ...]: ...
    @property
    def writes(self) -> tuple[str, ...]: ...
    @property
    def unit(self) -> str:
        """A column; rows that share it are one piece of work. Tables read that lack it are context."""

    @property
    def version(self) -> str:
        """Changes when the same rows would give another result: everything is run again."""

    @property
    def releases(self) -> bool:
        """True lets a step read phi/ and write open tables: the gate."""

    def open(self) -> None:
        """Load models and tables of knowledge; once per worker."""

    def run(self, shard: Shard) -> Shard: ...


@runtime_checkable
class Keyed(Protocol):
    """A Stage that draws ids from the lake's key; it is handed over before `open`."""

    def unlock(self, key: bytes) -> None: ...


@runtime_checkable
class Summary(Protocol):
    """A table about all patients: partial results per shard, merged once.

    phi/quarantine, if it reads that, comes to no partial: `merge` is handed it whole, as one more part.
    """

    @property
    def reads(self) -> tuple[str, ...]: ...
    @property
    def writes(self) -> tuple[str, ...]: ...
    def partial(self, shard: Shard) -> Shard: ...
    def merge(self, partials: Iterable[Shard]) -> Shard:
        """Partial results may come joined, the rows of many shards in one."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Rows that must not be published: those of an open table whose column holds the value. PHI, never written.

    `subject_id` is that of the open rows, null where they have none. `note_id` and `phi_subject_id` name the note and
    the person on the PHI side, where a note is withheld.
    """

    table: str
    column: str
    value: str = field(repr=False)
    rule: str
    subject_id: int | None = None
    note_id: str = field(default="", repr=False)
    phi_subject_id: int = 0


@dataclass(frozen=True)
class Verdict:
    """What a Check found. `lines` are shown in the report and in logs: numbers and rules, never PHI.

    Rows in `withheld` are taken out of the snapshot before it appears.
    """

    passed: bool
    lines: tuple[str, ...] = ()
    withheld: tuple[Withheld, ...] = field(default=(), repr=False)


MANIFEST = "manifest"
"""What a Check reads to see the night's manifest as it stands before publication: a table of one column, `text`."""


@runtime_checkable
class Check(Protocol):
    """A condition on the new snapshot, before anyone can see it.

    It is shown the tables it reads of the shards that were looked at, batch by batch; a table that a summary writes
    whole, once, when all summaries are merged; and MANIFEST, if it reads that, as one text.
    """

    @property
    def reads(self) -> tuple[str, ...]: ...
    def partial(self, shard: Shard) -> Shard: ...
    def verdict(self, partials: Iterable[Shard]) -> Verdict: ...


@runtime_checkable
class Counting(Protocol):
    """A Check that holds what was rejected against all that was delivered, read tonight or not."""

    def delivered(self, source: str, delivery: Delivery, rows: Mapping[str, int]) -> Shard:
        """A partial result of so many rows a raw table that the source brought tonight."""

    def standing(self, rows: Mapping[str, int]) -> Shard:
        """A partial result of so many rows a table that stand unread."""


@runtime_checkable
class Reviewing(Protocol):
    """A Check that lays a random sample of what is published before a person, every night."""

    sample: int  # rows

    @property
    def samples(self) -> tuple[str, ...]:
        """The open table that is sampled, then tables whose rows of the same shards are shown beside it."""

    def sheet(self, drawn: pa.Table, beside: Shard) -> Mapping[str, bytes]:
        """Files by name. They may show PHI, and are kept closed."""


@runtime_checkable
class Collector(Protocol):
    """Work over all shards that ends in files: training, scoring, releases. No night runs it yet."""

    @property
    def reads(self) -> tuple[str, ...]: ...
    def collect(self, shards: Iterable[Shard], out: Path) -> None: ...
