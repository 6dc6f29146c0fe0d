"""Decisions handed over to the night: from the database into files that a Source reads (etl/decisions/source.py).

A decision leaves the outbox once its line is on disk. Killed between the two, its line is written a second time, and
the night takes it once, by its decision_id.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract.errors import StoreError
from etl.decisions.line import Broken
from review.handover import hours, outbox
from review.handover.decision import line
from review.state import clock
from review.state.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Inbox:
    """`folder`: what the source of decisions reads. Files in it are their owner's alone."""

    folder: Path
    _named: set[str] = field(default_factory=set, init=False, repr=False)  # refused, and the log says so

    def hand_over(self, database: Database) -> int:
        """Lines written. What cannot be written stays in the outbox, and the error says why."""
        with database.read() as connection:
            if not outbox.any_rows(connection):
                return 0
        try:
            with hours.held(self.folder):
                return self._batches(database)
        except OSError as error:
            raise StoreError(
                f"the inbox of decisions, {self.folder}, cannot be written: {error.strerror}. Nothing is lost: "
                "decisions stay in the database until it can. Free some space, or let the page write there."
            ) from error

    def _batches(self, database: Database) -> int:
        many = above = 0
        while True:
            with database.read() as connection:
                rows = outbox.batch(connection, above)
            if not rows:
                break
            lines = dict(self._lines(rows))
            if lines:
                hours.add(self.folder, clock.now(), list(lines.values()))
            with database.write() as connection:
                outbox.taken(connection, lines)
            many, above = many + len(lines), rows[-1]["seq"]
        with database.read() as connection:
            left = outbox.any_kept_back(connection)
        if left:
            with database.write() as connection:
                outbox.clear(connection)
        return many

    def _lines(self, rows: Iterable[Mapping[str, Any]]) -> Iterable[tuple[int, bytes]]:
        for row in rows:
            try:
                yield row["seq"], line(row)
            except (Broken, ValueError, KeyError, TypeError, AttributeError) as fault:
                self._refuse(row["decision_id"], fault)

    def _refuse(self, decision_id: str, fault: Exception) -> None:
        """It stays in the outbox, and holds up nothing. No text of the decision is said: it may be PHI."""
        if decision_id not in self._named:
            rule = f"{fault.rule} {fault.field}".strip() if isinstance(fault, Broken) else type(fault).__name__
            log.error("decision %s cannot be handed over (%s); it stays in the outbox. Report this.", decision_id, rule)
            self._named.add(decision_id)
