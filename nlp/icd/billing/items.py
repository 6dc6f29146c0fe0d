"""What is exported of codes: accepted ones, on request suggestions, and what was accepted once and is withdrawn."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from nlp.icd.billing.decided import ACCEPTED, FINISH, REOPEN, Decision, Key, Visit, decided
from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.chart import DIAGNOSES, HIDDEN, PROCEDURES

SUGGESTED, WITHDRAWN = "suggested", "withdrawn"
CHANGED = "notes-changed"  # flag: a note was added or changed after the encounter was finished
NOTHING: Mapping[Visit, str] = MappingProxyType({})
STATES = (ACCEPTED, SUGGESTED, WITHDRAWN)
LAST = 1 << 30
DISPUTED, UNFINISHED = "disputed", "unfinished"  # flags: coders decided otherwise before; nobody said finish
UNSETTLED = "unsettled"  # flag: a second coder has yet to say, or nobody has settled what two coders did differently


@dataclass(frozen=True)
class Item:
    """One code of one encounter. `sequence` counts from 1 in the encounter and kind, 0 where it is withdrawn."""

    subject_id: int
    encounter_id: str
    system: str
    code: str
    status: str
    display: str = ""
    sequence: int = 0
    score: float | None = None
    band: str = ""
    artifact: str = ""
    actor: str = ""
    decided: datetime | None = None
    poa: str = ""
    principal: bool = False
    admitting: bool = False
    flags: tuple[str, ...] = ()
    evidence: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    @property
    def procedure(self) -> bool:
        return self.system == PROCEDURES

    @property
    def id(self) -> str:
        """The same in every export."""
        said = "|".join((str(self.subject_id), self.encounter_id, self.system, self.code))
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def items(
    codes: Iterable[Mapping[str, Any]],
    decisions: Iterable[Mapping[str, Any]],
    suggested: bool,
    notes: Mapping[Visit, str] = NOTHING,
) -> list[Item]:
    """Rows of phi/codes and phi/decisions of some persons; by person, encounter, and place in it.

    `notes`: digests of the encounters' notes as they are now, to tell that some came after an encounter was finished.
    Of an encounter that was reopened and is not finished again nothing is given: its codes are being changed.
    """
    said = decided(decisions)
    known = {(row["subject_id"], row["encounter_id"], row["system"], row["code"]): row for row in codes}
    held = []
    for key, act in said.codes.items():
        visit = key[:2]
        doubts = {DISPUTED: act.disputed, UNFINISHED: said.ends.get(visit) != FINISH}
        doubts[UNSETTLED] = said.waits.get(visit, False)
        doubts[CHANGED] = bool(said.seen.get(visit) and notes.get(visit, "") not in ("", said.seen[visit]))
        flags = tuple(flag for flag, true in doubts.items() if true)
        row = known.get(key)
        if not (suggested and not act.state and _shown(row)):  # else it is a suggestion again
            held.append((_decided(key, act, row, flags), act.rank))
    if suggested:
        rest = (row for key, row in known.items() if _shown(row) and not (key in said.codes and said.codes[key].state))
        held += [(_suggested(row), None) for row in rest]
    reopened = {visit for visit, end in said.ends.items() if end == REOPEN}
    return _numbered(
        [(item, rank) for item, rank in held if item and (item.subject_id, item.encounter_id) not in reopened]
    )


def _decided(key: Key, act: Decision, row: Mapping[str, Any] | None, flags: tuple[str, ...]) -> Item | None:
    """Nothing for what was rejected and never accepted."""
    if act.state != ACCEPTED and not act.before:
        return None
    base = _suggested(row) if row else Item(*key, ACCEPTED, _title(key[2], key[3]), sequence=LAST)
    stands = act.state == ACCEPTED
    return replace(
        base,
        status=ACCEPTED if stands else WITHDRAWN,
        actor=act.actor,
        decided=act.time,
        poa=act.poa or "",
        principal=act.principal and stands,
        admitting=act.admitting and stands,
        flags=(*base.flags, *flags),
        evidence=_spans(act, base),
    )


def _spans(act: Decision, base: Item) -> tuple[Mapping[str, Any], ...]:
    """What the coder marked before what was suggested, each place once."""
    places = {(each["note_id"], each["start"], each["end"]): each for each in (*base.evidence, *act.evidence)}
    mine = {(each["note_id"], each["start"], each["end"]) for each in act.evidence}
    return tuple(places[place] for place in sorted(places, key=lambda place: place not in mine))


def _shown(row: Mapping[str, Any] | None) -> bool:
    return row is not None and row["band"] != HIDDEN


def _title(system: str, code: str) -> str:
    """Of a code that a coder added; empty where no table is at hand."""
    return Catalogue.icd10cm().title(code) if system == DIAGNOSES else ""


def _suggested(row: Mapping[str, Any]) -> Item:
    return Item(
        row["subject_id"],
        row["encounter_id"],
        row["system"],
        row["code"],
        SUGGESTED,
        row["display"] or "",
        row["rank"] or LAST,
        row["score"],
        row["band"] or "",
        row["artifact"] or "",
        flags=tuple(row["flags"] or ()),
        evidence=tuple(row["evidence"] or ()),
    )


def _numbered(held: list[tuple[Item, int | None]]) -> list[Item]:
    """Accepted before suggested, the principal first; where a coder ordered them in that order, else as they came."""
    ordered = sorted(held, key=lambda each: _place(*each))
    numbered, last, count = [], None, 0
    for item, _ in ordered:
        group = (item.subject_id, item.encounter_id, item.procedure)
        count = count + 1 if group == last else 1
        last = group
        numbered.append(replace(item, sequence=0 if item.status == WITHDRAWN else count))
    return numbered


def _place(item: Item, rank: int | None) -> tuple[Any, ...]:
    group = (item.subject_id, item.encounter_id, item.procedure, STATES.index(item.status))
    came = item.decided if item.sequence == LAST and item.decided else datetime.min
    return (*group, not item.principal, LAST if rank is None else rank, item.sequence, came, item.code)
