"""The structured side of the gate: PHI tables in, open tables out, every value accounted for."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import StageError
from contract.work import Shard
from nlp.deid.keys import Secret
from nlp.deid.policy.account import Account
from nlp.deid.policy.ages import earliest_years
from nlp.deid.policy.cells import Parts
from nlp.deid.policy.codes import Systems
from nlp.deid.policy.context import Context, Reader, Surrogates, Texts
from nlp.deid.policy.elements import OTHER, elements, short
from nlp.deid.policy.facts import age_rows, genders, own_numbers
from nlp.deid.policy.policy import Policy
from nlp.deid.policy.references import Index
from nlp.deid.policy.walk import Walk
from nlp.deid.policy.withhold import Withheld, withheld
from schemas.registry import table as declared
from schemas.segments import keep


@dataclass
class Release:
    """One shard's way through the gate: `withheld(shard)` first, then `table` for each of its tables.

    `displays` reads short names of codes; without it `texts` does. `as_of` is the day of an export, by which ages
    are counted where years are all that passes; without it, each person's last day in the data is.
    """

    policy: Policy
    secrets: Mapping[int, Secret]
    surrogates: Callable[[int], Surrogates] = field(repr=False)
    lake_key: bytes = field(repr=False)
    texts: Texts = field(repr=False)
    displays: Texts | None = field(default=None, repr=False)
    as_of: date | None = None
    shared: Index | None = field(default=None, repr=False)  # rows of no person, the same for other slices of a shard
    _account: Account = field(default_factory=Account, repr=False)
    _withheld: Withheld | None = field(default=None, repr=False)
    _context: Context | None = field(default=None, repr=False)

    def withheld(self, shard: Shard, held: Collection[str] = ()) -> Withheld:
        """What stays behind of these tables, and which rows the others may refer to; `held`: other tables with rows."""
        found = withheld(self.policy, self.secrets, shard)
        index = self._index(shard, found, held)
        texts = Reader(self.texts)
        self._context = Context(
            self.policy,
            self.secrets,
            self.surrogates,
            index,
            texts,
            Reader(self.displays) if self.displays else texts,
            Systems(self.policy.systems),
            own_numbers(shard),
            genders(shard),
            earliest_years(shard, self.as_of) if self.policy.dates == "years" else {},
        )
        self._withheld = found
        return found

    def _index(self, shard: Shard, found: Withheld, held: Collection[str]) -> Index:
        known = self.shared or Index(self.secrets, self.lake_key)
        tables = {short(name): rows for name, rows in sorted(shard.items()) if _indexed(name)}
        own = {kind: rows for kind, rows in tables.items() if "subject_id" in rows.column_names}
        for kind in tables.keys() - own.keys() - known.held:
            known.add(kind, _named(tables[kind], found.kept(kind, tables[kind])))
        index = known.beside({short(name) for name in held if _indexed(name)})
        for kind, rows in own.items():
            index.add(kind, _named(rows, found.kept(kind, rows)))
        return index

    @property
    def account(self) -> pa.Table:
        return self._account.table()

    def table(self, name: str, rows: pa.Table, read: frozenset[str] = frozenset()) -> pa.Table:
        """phi/NAME as NAME: the same columns, fewer rows, nothing of whose values was not decided about.

        `read`: columns whose texts the note layers have read already, such as the text of notes.
        """
        if self._context is None or self._withheld is None:
            raise StageError("Release.table was called before Release.withheld: call it with the whole shard first.")
        rows = self._passing(name, rows)
        owners = self._context.owners(rows)
        walk = Walk(short(name), self._context, owners, self._account, age_rows(rows), read)
        return self._arranged(name, rows, self._columns(walk, rows), walk)

    def _passing(self, name: str, rows: pa.Table) -> pa.Table:
        reasons = self._withheld.reasons(name, rows) if self._withheld else []
        subjects = rows["subject_id"].to_pylist() if "subject_id" in rows.column_names else [None] * len(rows)
        for rule in sorted({reason for reason in reasons if reason}):
            whose = [s for s, reason in zip(subjects, reasons, strict=True) if reason == rule]
            distinct = list(dict.fromkeys(whose))
            place = {subject: at for at, subject in enumerate(distinct)}
            self._account.add(distinct, short(name), "", f"withhold: {rule}", np.array([place[s] for s in whose]))
        return keep(rows, np.array([reason is None for reason in reasons], dtype=bool)) if reasons else rows

    def _columns(self, walk: Walk, rows: pa.Table) -> dict[str, pa.Array]:
        beside = Parts((n, rows[n].combine_chunks()) for n in ("precision", "code") if n in rows.column_names)
        return {
            node.name: walk.column(node, rows[node.name].combine_chunks(), beside)
            for node in elements(walk.table)
            if node.name in rows.column_names and not walk.dropped(node, rows[node.name])
        }

    def _arranged(self, name: str, rows: pa.Table, columns: Mapping[str, pa.Array], walk: Walk) -> pa.Table:
        """Rows that lost what a row must have go; persons stand as they stood, their rows in the table's order."""
        said = declared(name.removeprefix("phi/"))
        whole = np.ones(len(rows), dtype=bool)
        for column in said.columns:
            if column.required:
                whole &= np.asarray(columns[column.name].is_valid()) if column.name in columns else False
        at = walk.owners.of_row[~whole]
        self._account.add(walk.owners.subjects, walk.table, "", "drop: row without what it must have", at)
        kept = {c.name: columns[c.name] for c in said.columns if c.name in columns}
        held = [
            n
            for n, v in kept.items()
            if not said.sparse or v.null_count < len(v) or said.schema.field(n).nullable is False
        ]
        out = keep(pa.table({n: kept[n] for n in held}), whole)
        out = out.take(_order(out, said.order)) if len(out) else out
        return out if said.sparse and len(out) else said.conform(out) if len(out) else said.empty()


def _named(rows: pa.Table, passing: np.ndarray) -> pa.Table:
    return keep(rows.select([c for c in ("id", "subject_id", "source") if c in rows.column_names]), passing)


def _indexed(name: str) -> bool:
    return name.startswith("phi/fhir/") and short(name) != OTHER


def _order(rows: pa.Table, by: tuple[str, ...]) -> pa.Array:
    keys = pa.table({name: rows[name] for name in by if name in rows.column_names})
    if "subject_id" in rows.column_names:
        coded = rows["subject_id"].combine_chunks().dictionary_encode().indices.fill_null(-1)
        keys = keys.append_column("_person", coded)
    wanted = (["_person"] if "_person" in keys.column_names else []) + [n for n in keys.column_names if n != "_person"]
    return pc.sort_indices(keys, [(name, "ascending", "at_start") for name in wanted])
