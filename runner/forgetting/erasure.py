"""A new snapshot without a person: their rows of every table of both roots, and what names them in quarantine."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.table import Table
from contract.work import Shard
from etl.mentions import Mentions
from runner.adverse import adverse_of
from runner.assemble import Assembly, partials_table
from runner.coding import coding_of
from runner.drafts import drafts_of
from runner.forgetting.person import Person
from runner.inbox import MEMORY, Inbox
from runner.job import Result
from runner.manifest import quarantine_of, summary_fingerprints, tables_of, whole_of
from runner.outcomes import outcomes_of
from runner.plan import Plan
from runner.recognise import table_of
from runner.recorded import run_id
from runner.rows import SHARED, WHOLE, shard_name
from runner.signalling import signals_of
from schemas.night import QUARANTINE
from schemas.people import IDENTITIES
from schemas.registry import tables
from schemas.segments import keep
from store import parquet
from store.lake import Draft, Lake
from store.snapshot import Snapshot, read

RECOGNISED, PARTIALS = "phi/recognised/", "phi/partials/"


@dataclass
class Erasure:
    """`removed`: table -> rows that went."""

    lake: Lake
    plan: Plan
    previous: Snapshot
    person: Person
    removed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.id = run_id(self.previous, self.lake.root)
        self.work = self.lake.work / "forget"
        self.draft = Draft(self.previous, self.work / "files")

    @property
    def shards(self) -> list[str]:
        """Where the person's rows stand; of no patient's rows some may name them."""
        return [*own_shards(self.previous, self.person), SHARED]

    def count(self) -> Counter[str]:
        """What would go; nothing is written."""
        for name, shard in self._looked_at():
            rows = self.previous.read(name, shard)
            self.removed[name] += int(self._theirs(name, rows).sum())
        return +self.removed

    def publish(self, inbox: Inbox) -> Snapshot:
        """The new snapshot, visible at once; older ones stand until somebody drops them."""
        for name, shard in self._looked_at():
            self._erase(name, shard)
        self._summarise()
        for document in _documents(self.previous):
            self.draft.documents[document] = (self.previous.folder / document).read_bytes()
        self.draft.documents[MEMORY] = inbox.document()
        self.draft.documents["manifest.json"] = self._manifest()
        return self.lake.publish(self.draft, self.id)

    def _looked_at(self) -> list[tuple[str, str]]:
        held = {*self.shards, WHOLE}
        everywhere = (QUARANTINE.name, RECOGNISED, PARTIALS)
        merged = self.plan.merged_tables if self._resummed() else ()  # made anew of all parts
        return [
            (name, shard)
            for name, shard in self.previous.files
            if (shard in held or name.startswith(everywhere)) and name not in merged
        ]

    def _erase(self, name: str, shard: str) -> None:
        rows = self.previous.read(name, shard)
        gone = self._theirs(name, rows)
        if gone.any():
            self.removed[name] += int(gone.sum())
            rows = keep(rows, ~gone)
        left = self._unnamed(rows)
        if gone.any() or left is not rows:
            self.draft.drop(name, shard)
            if len(left):
                self.draft.add([parquet.write(_declared(name, left), left, shard, self.draft.written)])

    def _unnamed(self, rows: pa.Table) -> pa.Table:
        """Without the names of files that are called after the person, of rows of nobody that came with them."""
        if not self.person.files or not {"source", "source_file"} <= set(rows.column_names):
            return rows
        named = set(self.person.files)
        files = list(zip(rows["source"].to_pylist(), rows["source_file"].to_pylist(), strict=True))
        if named.isdisjoint(files):
            return rows
        column = pa.array([None if file in named else file[1] for file in files], pa.string())
        return rows.set_column(rows.column_names.index("source_file"), "source_file", column)

    def _theirs(self, name: str, rows: pa.Table) -> np.ndarray:
        gone = np.zeros(len(rows), bool)
        for column in ("subject_id", "origin_id", "merged_into"):
            if column in rows.column_names and pa.types.is_int64(rows.schema.field(column).type):
                opened = not name.startswith("phi/") or name.startswith(PARTIALS)  # parts of open tables too
                ids = pa.array([*self.person.subjects, *(self.person.open_ids if opened else [])])
                gone |= pc.fill_null(pc.is_in(rows[column], ids), False).to_numpy()
        if name.startswith((QUARANTINE.name, "phi/fhir/")):
            gone |= self._named(name, rows, ~gone)
        return gone

    def _named(self, name: str, rows: pa.Table, left: np.ndarray) -> np.ndarray:
        """Rejected rows, and rows of no patient, that name the person."""
        found = np.zeros(len(rows), bool)
        if name != QUARANTINE.name and "subject_id" in rows.column_names:
            left &= pc.is_null(rows["subject_id"]).to_numpy()
        for at in np.flatnonzero(left):
            row = rows.slice(int(at), 1).to_pylist()[0]
            if row.get("resourceType") == "Binary" and (row["source"], row["id"]) in self.person.binaries:
                found[at] = True
                continue
            said = row["raw"] if name == QUARANTINE.name else json.dumps(row, default=str)
            found[at] = self._mentions(row["source"], quarantine=name == QUARANTINE.name).inside(said or "")
        return found

    def _mentions(self, source: str, *, quarantine: bool) -> Mentions:
        """Of no patient's rows only keys count: such a row has an id of its own, and others' words."""
        leaving = self.person.leaving(source)
        ids = (id_.rpartition("/")[2] for id_ in leaving.ids if quarantine)
        return Mentions([*leaving.keys, *leaving.words, *ids])

    def _resummed(self) -> bool:
        """True where the summaries are those that made the last snapshot's; others a night makes anew."""
        before: dict[str, str] = self.previous.manifest().get("summaries", {})
        return summary_fingerprints(self.plan) == before

    def _summarise(self) -> None:
        """Parts of the person's shards again, of the rows that are left, and the summaries of all parts."""
        if not self._resummed() or not self.plan.summaries:
            return
        result = Result()
        for name, summary in self.plan.summaries.items():
            parts = ((shard, self._shard(summary.reads, shard)) for shard in self.shards)
            result.partials[name] = [(shard, summary.partial(rows)) for shard, rows in parts]
        Assembly(self.plan, self.lake, self.previous, self.work, self.id).summaries(self.draft, [result])

    def _shard(self, names: Sequence[str], shard: str) -> Shard:
        paths = {name: self.draft.path(name, shard) for name in names}
        found = {name: read(path) for name, path in paths.items() if path}
        people = self.draft.path(IDENTITIES.name, WHOLE)
        if IDENTITIES.name in names and people and shard != SHARED:
            rows, size = read(people), self.previous.manifest()["shard_subjects"]
            here = rows["ordinal"].to_numpy() // size == int(shard)
            found[IDENTITIES.name] = rows.filter(pa.array(here))
        return found

    def _manifest(self) -> bytes:
        said = self.previous.manifest()
        said.update(
            snapshot=self.id,
            tables=tables_of(self.draft, self.previous),
            quarantine=quarantine_of(self.draft),
            coverage=whole_of(self.draft, "phi/coverage"),
            quality=whole_of(self.draft, "phi/quality"),
            forgotten={"after": self.previous.id, "rows": sum(self.removed.values())},
        )
        counted = {
            "coding": coding_of, "adverse": adverse_of, "signals": signals_of, "outcomes": outcomes_of,
            "drafts": drafts_of,
        }  # fmt: skip
        said.update({name: of(self.draft) for name, of in counted.items() if name in said})
        said["persons"] = said.get("persons", 1) - 1
        return json.dumps(said, indent=1).encode()


def own_shards(snapshot: Snapshot, person: Person) -> list[str]:
    size = snapshot.manifest()["shard_subjects"]
    return sorted({shard_name(ordinal // size) for ordinal in person.ordinals})


def _declared(name: str, rows: pa.Table) -> Table:
    if name.startswith(RECOGNISED):
        return table_of(name.removeprefix(RECOGNISED))
    if name.startswith(PARTIALS):
        summary, _, key = name.removeprefix(PARTIALS).partition("/")
        return partials_table(summary, key, rows.schema)
    return tables()[name]


def _documents(snapshot: Snapshot) -> list[str]:
    """Files of the snapshot that are no tables."""
    known = {stat.path for stat in snapshot.files.values()} | {"index.parquet", "unpublished"}
    every = (path.relative_to(snapshot.folder).as_posix() for path in snapshot.folder.rglob("*") if path.is_file())
    return sorted(set(every) - known)
