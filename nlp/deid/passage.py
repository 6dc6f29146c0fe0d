"""One shard's way through the gate: the policy for structured rows, the layers for notes and free text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa

from contract.work import Shard
from nlp.deid.drawing import MOVES, Drawing
from nlp.deid.keys import Secret
from nlp.deid.known.people import persons
from nlp.deid.notes import NoteGate, Released
from nlp.deid.person import NOBODY, Person
from nlp.deid.pipeline import Pipeline
from nlp.deid.policy.policy import Policy
from nlp.deid.policy.references import Index
from nlp.deid.policy.release import Release
from nlp.deid.policy.withhold import Withheld
from nlp.deid.slices import slices, together
from nlp.deid.surrogates.surrogates import Surrogates
from nlp.deid.texts import Texts
from schemas.clinical import OPEN_NOTES, PHI_NOTES
from schemas.fhir import ORIGIN
from schemas.gate import DEID_ACCOUNT, NOTES_WITHHELD, SPANS
from schemas.people import IDENTITIES
from schemas.segments import whole

INNER = frozenset(column.name for column in ORIGIN) | {"resource_json"}
SHARED = 0
"""The subject of texts in rows that belong to no patient."""


def secrets_of(identities: pa.Table) -> dict[int, Secret]:
    """Of every subject that stands for itself; keys merged into another have no secrets of their own any more."""
    return {
        row["subject_id"]: Secret(
            row["subject_id"], row["open_id"], row["salt"], row["offset_weeks"], bool(row["opt_out"])
        )
        for row in identities.to_pylist()
        if row["merged_into"] is None
    }


@dataclass
class Passage:
    policy: Policy
    pipeline: Pipeline
    languages: Sequence[str]
    key: bytes = field(repr=False)

    def tables(self, shard: Shard) -> Shard:
        """The open tables of a shard's phi tables, phi/spans, phi/notes_withheld and phi/deid_account."""
        secrets = secrets_of(shard[IDENTITIES.name]) if IDENTITIES.name in shard else {}
        desk = Desk(self, secrets, persons(shard))
        rows = {n: t for n, t in shard.items() if n != IDENTITIES.name and len(t)}
        held = frozenset(rows)
        return together([self._passed(some, desk, held) for some in slices(rows)])

    def _passed(self, shard: Shard, desk: "Desk", held: frozenset[str]) -> Shard:
        """Of some persons. `held`: tables of all of them, where there are rows to refer to."""
        secrets, rows = desk.secrets, {n: whole(t) for n, t in shard.items() if len(t)}
        release = Release(self.policy, secrets, desk.drawn, self.key, desk.texts, shared=desk.shared)
        withheld = release.withheld(rows, held)
        notes = rows.pop(PHI_NOTES.name, PHI_NOTES.empty())
        passed = desk.gate(_reasons(withheld, notes)).release(notes)
        withheld.rows.update({(row["subject_id"], "note", row["note_id"]): row["rule"] for row in passed.withheld})
        made = {n.removeprefix("phi/"): release.table(n, t) for n, t in rows.items() if _now(t, secrets)}
        made[OPEN_NOTES.name] = _notes(release, passed)
        return {**made, **_beside(passed), DEID_ACCOUNT.name: _lost(release.account)}


@dataclass
class Desk:
    """Who is who in one shard, drawn up once a person."""

    passage: Passage
    secrets: Mapping[int, Secret]
    people: Mapping[int, Person]
    shared: Index = field(init=False)
    _drawn: dict[int, Surrogates] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shared = Index(self.secrets, self.passage.key)

    def person(self, subject: int) -> Person:
        return self.people.get(subject, NOBODY)

    def drawn(self, subject: int) -> Surrogates:
        if subject not in self._drawn:
            secret = self.secrets.get(subject) or Secret(SHARED, SHARED, self.passage.key)
            self._drawn[subject] = Surrogates(self.person(subject), secret, MOVES[self.passage.policy.dates])
        return self._drawn[subject]

    def drawing(self, subject: int) -> Drawing:
        return Drawing(self.drawn(subject), self.passage.policy.dates)

    @cached_property
    def texts(self) -> Texts:
        return Texts(self.passage.pipeline, self.passage.languages, self.person, self.drawing)

    def gate(self, refused: Mapping[str, str]) -> NoteGate:
        passage = self.passage
        return NoteGate(passage.pipeline, passage.languages, self.person, self.drawing, self.secrets, refused)


def _now(rows: pa.Table, secrets: Mapping[int, Secret]) -> bool:
    """True of rows to release now; those of no patient stand beside persons as context, and have their own turn."""
    return not secrets or "subject_id" in rows.column_names


def _reasons(withheld: Withheld, notes: pa.Table) -> dict[str, str]:
    """note_id -> the rule by which the policy withholds it."""
    reasons = zip(notes["note_id"].to_pylist(), withheld.reasons(PHI_NOTES.name, notes), strict=True)
    return {note: rule for note, rule in reasons if rule}


def _lost(account: pa.Table) -> pa.Table:
    """What passed, moved or not, is told by the open rows themselves; columns of origin are never meant to."""
    actions, elements = account["action"].to_pylist(), account["element"].to_pylist()
    lost = [a.startswith(("drop", "withhold")) and e not in INNER for a, e in zip(actions, elements, strict=True)]
    return account.filter(pa.array(lost, pa.bool_()))


def _notes(release: Release, passed: Released) -> pa.Table:
    """Open notes: the policy decides about all but the text, which the layers have read."""
    rows = pa.Table.from_pylist(passed.rows, schema=PHI_NOTES.schema)
    return release.table(PHI_NOTES.name, rows, frozenset({"text"})) if len(rows) else OPEN_NOTES.empty()


def _beside(passed: Released) -> dict[str, pa.Table]:
    return {
        SPANS.name: pa.Table.from_pylist(passed.spans, schema=SPANS.schema),
        NOTES_WITHHELD.name: pa.Table.from_pylist(passed.withheld, schema=NOTES_WITHHELD.schema),
    }
