"""The desk of the coders' page: charts of the published night, whichever that is by now."""

import sys
from dataclasses import replace
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, select

from contract.errors import StoreError
from review.charts.assembled import assembled
from review.charts.chart import Chart, Side
from review.charts.faults import Damaged, Forgotten, Gone, NoNight, Unknown
from review.charts.kept import Kept
from review.charts.night import Night, opened, rows_kept
from review.charts.place import place
from review.charts.refresh import Refreshed, refresh
from review.state.database import Database
from review.state.tables import charts, erasures
from store.lake import Lake
from store.snapshot import Snapshot

KEPT = 32 << 20  # bytes of charts: those that are being worked on; many more small objects would slow Python down


class Desk:
    """Any number of threads may ask; each process has its own."""

    def __init__(self, lake: Path, database: Database) -> None:
        self.lake = lake
        self.database = database
        self._lock = Lock()
        self._rows = rows_kept()
        self._charts: Kept[Chart] = Kept(KEPT, _size)
        self._night: Night | None = None
        self._refreshed = ""

    @property
    def snapshot(self) -> Snapshot:
        return self.night.snapshot

    @property
    def night(self) -> Night:
        """The published night; to look whether it is still the same costs some microseconds."""
        pointer = self.lake / "current"
        try:
            name = pointer.readlink().name
        except OSError as error:
            raise NoNight from error
        held = self._night
        if held is not None and held.snapshot.id == name:
            return held
        with self._lock:
            if self._night is None or self._night.snapshot.id != name:
                self._night = opened(self._current(name), self._rows)
            return self._night

    def chart(self, chart_id: str, side: Side) -> Chart:
        """Raises a ChartFault where there is none to show."""
        with self.database.read() as connection:
            row = _row(connection, chart_id)
        night = self.night
        try:
            return self._chart(night, chart_id, side, row)
        except Damaged:
            if self.night is night:
                raise
            return self._chart(self.night, chart_id, side, row)  # a night was published, and the old one pruned

    @property
    def stale(self) -> bool:
        """The published night is not the one that was last brought into the worklist by this desk."""
        return self._refreshed != self.night.snapshot.id

    def refresh(self) -> Refreshed:
        """Table charts as the published night has them; seconds of work, so in no request."""
        done = refresh(self.database, lambda: self.night)
        self._refreshed = done.snapshot
        return done

    def _chart(self, night: Night, chart_id: str, side: Side, row: tuple[int, str, bool]) -> Chart:
        subject_id, encounter_id, blind = row
        now = night.people.merged.get(subject_id, subject_id)
        key = (chart_id, side, night.snapshot.id, now, encounter_id)
        found = self._charts.get(key, lambda: assembled(place(night, side, now, encounter_id), chart_id, blind=blind))
        return found if found.blind or not blind else replace(found, blind=True)

    def _current(self, name: str) -> Snapshot:
        try:
            found = Lake(self.lake).current()
        except (OSError, StoreError) as error:
            raise Damaged(name) from error
        if found is None:
            raise NoNight
        return found


def _row(connection: Connection, chart_id: str) -> tuple[int, str, bool]:
    asked = select(charts.c.subject_id, charts.c.encounter_id, charts.c.blind, charts.c.gone)
    found = connection.execute(asked.where(charts.c.id == chart_id)).first()
    if found is None:
        forgotten = select(erasures.c.chart_id).where(erasures.c.chart_id == chart_id)
        raise Forgotten if connection.execute(forgotten).first() else Unknown
    if found.gone:
        raise Gone
    return found.subject_id, found.encounter_id, found.blind


def _size(chart: Chart) -> int:
    """About; a chart's notes are most of it."""
    texts = sum(sys.getsizeof(note.text) + 120 * len(note.sections) for note in chart.notes)
    spans = sum(len(each.evidence) for each in chart.suggestions)
    return texts + 400 * len(chart.suggestions) + 150 * spans + 250 * len(chart.events) + 2000
