"""Opt-outs: kept beside the lake's key, in force from the next night on."""

from collections.abc import Sequence
from pathlib import Path

from runner import audit, secret
from runner.forgetting.ledger import OPT_OUTS, Ledger
from runner.forgetting.person import Asked, find
from runner.mishaps import foreseen
from runner.published import published
from store.lake import Lake


def opt(lake: Path, asked: Sequence[Asked], *, undo: bool) -> int:
    """How many persons opted out, or in again."""
    published(lake)
    with foreseen(lake), Lake(lake).lock():
        snapshot = published(lake)
        persons = {tuple(person.subjects): person for person in (find(snapshot, each) for each in asked)}
        secret.ensure(lake, snapshot)
        for person in persons.values():
            ledger, rows = Ledger(lake, OPT_OUTS), person.rows()
            audit.record(lake, "opt-out --undo" if undo else "opt-out", " ".join(sorted(ledger.keys(rows))))
            ledger.add(ledger.keys(rows) | ledger.identifiers(rows), holds=not undo)
        return len(persons)
