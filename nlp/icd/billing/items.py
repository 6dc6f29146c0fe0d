"""What is exported of codes: accepted ones, on request suggestions, and what was accepted once and is withdrawn."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from nlp.icd.billing.decided import ACCEPTED, Decision, Key, decided
from nlp.icd.chart import HIDDEN, PROCEDURES

SUGGESTED, WITHDRAWN = "suggested", "withdrawn"
DISPUTED = "disputed"  # flag: coders decided otherwise before


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


def items(codes: Iterable[Mapping[str, Any]], decisions: Iterable[Mapping[str, Any]], suggested: bool) -> list[Item]:
    """Rows of phi/codes and phi/decisions of some persons; by person, encounter, and place in it."""
    acts = decided(decisions)
    known = {(row["subject_id"], row["encounter_id"], row["system"], row["code"]): row for row in codes}
    held = [made for key, act in acts.items() if (made := _decided(key, act, known.get(key)))]
    ranks = {item.id: (act.rank, row) for item, act, row in _ranked(held, acts, known)}
    if suggested:
        rest = [_suggested(key, row) for key, row in known.items() if key not in acts and row["band"] != HIDDEN]
        held, ranks = held + rest, {**ranks, **{item.id: (None, item.sequence) for item in rest}}
    return _numbered(held, ranks)


def _decided(key: Key, act: Decision, row: Mapping[str, Any] | None) -> Item | None:
    """Nothing for what was rejected and never accepted."""
    if act.state != ACCEPTED and not act.before:
        return None
    status = ACCEPTED if act.state == ACCEPTED else WITHDRAWN
    base = _suggested(key, row) if row else Item(*key, status)
    flags = (*base.flags, *((DISPUTED,) if act.disputed else ()))
    return replace(base, status=status, actor=act.actor, decided=act.time, poa=act.poa or "", flags=flags)


def _suggested(key: Key, row: Mapping[str, Any]) -> Item:
    return Item(
        *key,
        SUGGESTED,
        row["display"] or "",
        row["rank"] or 0,
        row["score"],
        row["band"] or "",
        row["artifact"] or "",
        flags=tuple(row["flags"] or ()),
        evidence=tuple(row["evidence"] or ()),
    )


def _ranked(
    held: Iterable[Item], acts: Mapping[Key, Decision], known: Mapping[Key, Mapping[str, Any]]
) -> Iterable[tuple[Item, Decision, int]]:
    for item in held:
        key = (item.subject_id, item.encounter_id, item.system, item.code)
        yield item, acts[key], (known[key]["rank"] or 0) if key in known else 1 << 30


def _numbered(held: list[Item], ranks: Mapping[str, tuple[int | None, int]]) -> list[Item]:
    """Accepted before suggested; where a coder ordered them in that order, else in the order of suggestion."""

    def place(item: Item) -> tuple[Any, ...]:
        rank, suggested = ranks[item.id]
        states = (ACCEPTED, SUGGESTED, WITHDRAWN)
        order = rank if rank is not None else 1 << 30
        return (
            item.subject_id,
            item.encounter_id,
            item.procedure,
            states.index(item.status),
            order,
            suggested,
            item.code,
        )

    numbered, last, count = [], None, 0
    for item in sorted(held, key=place):
        group = (item.subject_id, item.encounter_id, item.procedure)
        count = count + 1 if group == last else 1
        last = group
        numbered.append(replace(item, sequence=0 if item.status == WITHDRAWN else count))
    return numbered
