"""What programs found beside the codes, as the tabs show it: imaging drafts, adverse events, fields of pathology."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imaging.flags import in_words
from review.charts.chart import Chart
from review.web.shown.noted import title

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    anchor: str
    title: str


def drafts(chart: Chart) -> list[Row]:
    return [
        {
            "title": f"Study of {report['time']:%Y-%m-%d %H:%M}" if report.get("time") else "Study",
            "text": report.get("text") or "",
            "findings": [_finding(each) for each in report.get("findings") or ()],
            "flags": [in_words(flag) for flag in report.get("flags") or ()],
        }
        for report in chart.reports
    ]


def _finding(found: Row) -> Row:
    more = [found.get(name) for name in ("side", "severity", "position")]
    return {
        "name": _plain(found.get("finding")),
        "more": ", ".join(_plain(each) for each in more if each),
        "state": _plain(found.get("state")),
        "score": found.get("score"),
    }


def events(chart: Chart) -> list[Row]:
    known = {note.note_id: at for at, note in enumerate(chart.notes)}
    return [
        {
            "effect": found.get("effect") or _plain(found.get("kind")),
            "code": (found.get("code") or "").replace("//", " "),
            "drug": found.get("drug") or "",
            "assertion": _plain(found.get("assertion")),
            "onset": found.get("onset"),
            "score": found.get("score"),
            "flags": list(found.get("flags") or ()),
            "where": _links(chart, known, found),
        }
        for found in chart.findings
    ]


def _links(chart: Chart, known: Mapping[str, int], found: Row) -> list[Link]:
    """Each note once; notes of other stays are not on the page."""
    spans = found.get("evidence") or ()
    ids = dict.fromkeys([*(span["note_id"] for span in spans), found.get("note_id")])
    return [Link(f"n{known[name]}", title(chart.notes[known[name]])) for name in ids if name in known]


def specimens(chart: Chart) -> list[Row]:
    known = {note.note_id: at for at, note in enumerate(chart.notes)}
    by_specimen: dict[tuple[str, str], list[Row]] = {}
    for row in chart.pathology:
        field = {name: row.get(name) or "" for name in ("value", "system", "code")}
        field |= {"name": _plain(row.get("field")), "score": row.get("score")}
        by_specimen.setdefault((row.get("note_id") or "", row.get("specimen") or ""), []).append(field)
    return [
        {
            "title": f"Specimen {name}" if name else "Report",
            "anchor": f"n{known[note]}" if note in known else "",
            "fields": fields,
        }
        for (note, name), fields in by_specimen.items()
    ]


def _plain(said: Any) -> str:
    return str(said or "").replace("_", " ")
