"""A chart out of the rows of its person's shard, on one side of the gate. Nothing of the other side is read."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nlp.icd.encounter import day
from nlp.text.sections import LANGUAGES, sections
from review.charts import events, stay
from review.charts.chart import Chart, Event, Note, Section, Span, Suggestion
from review.charts.faults import Gone, Withheld
from review.charts.place import Place
from review.charts.stay import Stay

YEAR = 365.2425  # days


def assembled(place: Place, chart_id: str, *, blind: bool) -> Chart:
    listed = _first(place.of_encounter("worklist"))
    notes = _notes(place)
    if not listed:
        raise Gone if place.side == "phi" else Withheld
    when, account, person = _stay(place), _first(place.of_encounter("codes_account")), _first(place.own("fhir/Patient"))
    begun = when.admitted or next((note.time for note in notes if note.time), None)
    setting = account.get("setting") or when.setting
    ids = [note.note_id for note in notes]
    return Chart(
        id=chart_id,
        side=place.side,
        snapshot=place.night.snapshot.id,
        subject_id=place.subject_id,
        encounter_id=str(listed["encounter_id"]),
        digest=listed["notes"] or "",
        notes=notes,
        suggestions=_suggestions(place),
        events=_events(place, when),
        findings=_of_notes(place, "findings", ids),
        pathology=_of_notes(place, "pathology", ids),
        reports=_reports(place, when),
        flags=tuple(account.get("flags") or ()),
        sex=person.get("gender") or "",
        age=_age(person.get("birthDate"), begun),
        setting=setting,
        ward=when.ward,
        admitted=when.admitted,
        discharged=when.discharged,
        service=begun.date() if begun and setting == "outpatient" else None,
        blind=blind or bool(listed["blind"]),
    )


def _first(rows: pa.Table | None) -> Mapping[str, Any]:
    found: list[dict[str, Any]] = rows.slice(0, 1).to_pylist() if rows is not None else []
    return found[0] if found else {}


def _stay(place: Place) -> Stay:
    rows = place.own("fhir/Encounter")
    mine = _first(rows.filter(place.among(rows["id"]))) if rows is not None else {}
    return stay.stay(mine, place.night.places(place.side)) if mine else Stay()


def _notes(place: Place) -> tuple[Note, ...]:
    rows = place.own("notes")
    if rows is None:
        return ()
    alone = pc.and_(pc.is_null(rows["encounter_id"]), place.among(rows["note_id"]))
    held = rows.filter(pc.or_(pc.fill_null(place.among(rows["encounter_id"]), fill_value=False), alone))
    found = {row["note_id"]: _note(row) for row in held.to_pylist()}
    return tuple(sorted(found.values(), key=lambda note: (note.time is None, note.time or datetime.min, note.note_id)))


def _note(row: Mapping[str, Any]) -> Note:
    text, language = row["text"] or "", (row["language"] or "").partition("-")[0]
    parts = sections(text, language if language in LANGUAGES else "")
    return Note(
        note_id=row["note_id"],
        time=row["time"],
        kind=row["kind"] or "other",
        author_role=row["author_role"] or "",
        language=row["language"] or "",
        text=text,
        sections=tuple(Section(part.start, part.end, part.name) for part in parts),
    )


def _suggestions(place: Place) -> tuple[Suggestion, ...]:
    """Diagnoses before procedures, as systems are named; best first."""
    rows = place.of_encounter("codes")
    if rows is None:
        return ()
    found = [_suggestion(row) for row in rows.to_pylist()]
    return tuple(sorted(found, key=lambda each: (each.system, each.rank, each.code)))


def _suggestion(row: Mapping[str, Any]) -> Suggestion:
    spans = tuple(
        Span(each["note_id"], each["start"], each["end"], each["source"] or "", each["weight"] or 0.0)
        for each in row["evidence"] or ()
        if each["start"] is not None and each["end"] is not None
    )
    return Suggestion(
        system=row["system"],
        code=row["code"],
        display=row["display"] or "",
        rank=row["rank"] or 0,
        score=row["score"] or 0.0,
        band=row["band"] or "review",
        evidence=spans,
        flags=tuple(row["flags"] or ()),
    )


def _events(place: Place, when: Stay) -> tuple[Event, ...]:
    rows = place.timeline()
    if rows is None:
        return ()
    return events.events(rows.filter(_of_stay(place, rows, when)), place.night.names(place.side))


def _of_stay(place: Place, rows: pa.Table, when: Stay) -> pa.ChunkedArray:
    """Said to be of it; or of no encounter, and while it lasted."""
    own = pc.fill_null(place.among(rows["encounter_id"]), fill_value=False)
    if when.admitted is None or when.discharged is None:
        return own
    began, ended = (pa.scalar(each, pa.timestamp("us")) for each in (when.admitted, when.discharged))
    within = pc.and_(pc.greater_equal(rows["time"], began), pc.less_equal(rows["time"], ended))
    return pc.or_(own, pc.fill_null(pc.and_(pc.is_null(rows["encounter_id"]), within), fill_value=False))


def _of_notes(place: Place, table: str, notes: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
    rows = place.own(table)
    if rows is None:
        return ()
    return tuple(rows.filter(pc.is_in(rows["note_id"], pa.array(notes, pa.string()))).to_pylist())


def _reports(place: Place, when: Stay) -> tuple[Mapping[str, Any], ...]:
    """Of studies of the encounter; or of none, and made while it lasted."""
    rows, studies = place.own("reports"), place.own("fhir/ImagingStudy")
    if rows is None:
        return ()
    names = {f"Encounter/{each}" for each in place.encounters}
    said = {row["id"]: row.get("encounter") or {} for row in studies.to_pylist()} if studies is not None else {}
    return tuple(row for row in rows.to_pylist() if _of(said.get(row["study_id"], {}), row["time"], names, when))


def _of(encounter: Mapping[str, Any], time: datetime | None, names: set[str], when: Stay) -> bool:
    reference = encounter.get("reference")
    if reference:
        return reference in names
    known = time is not None and when.admitted is not None and when.discharged is not None
    return known and when.admitted <= time <= when.discharged  # type: ignore[operator]


def _age(born: str | None, begun: datetime | None) -> float | None:
    """In years; from partial dates as well as they can say."""
    first: date | None = day(born)
    if first is None or begun is None or begun.date() < first:
        return None
    return round((begun.date() - first).days / YEAR, 2)
