"""One wrong suggestion on some charts, to measure who accepts what is suggested. Off unless a site wants it.

It looks like the others: its score, band and evidence are of the kind that the chart's own suggestions have. It is
disclosed at the first finish (finishing.py), and neither the night nor an export ever hears of it.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, exists, insert, select

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.chart import DIAGNOSES, HIDDEN
from review.charts.chart import Chart, Span, Suggestion
from review.coding.tables import Tables
from review.coding.wrong import said, wrong
from review.settings import Settings
from review.state.tables import decisions
from review.state.tables import planted as table

LEAST = 3  # suggestions of a chart on which one more is not seen at once
WORD = re.compile(r"[^\W\d_]{6,}")
WEAK = "words"  # source of evidence that a machine guessed: its weight is small


def planted(
    connection: Connection, key: bytes, settings: Settings, tables: Tables, chart: Chart
) -> tuple[Suggestion, ...]:
    """What stands on the chart, or would: the same in every process. Nothing is written."""
    rows = connection.execute(select(table).where(table.c.chart_id == chart.id)).mappings().all()
    codes = tables.newest(DIAGNOSES)
    if rows:
        return tuple(_looking(row["code"], row["display"], row["score"], chart, codes, key) for row in rows)
    share = Draw(key, chart.id)
    if not settings.planted or chart.blind or share("chart") >= settings.planted or _begun(connection, chart):
        return ()
    found = _chosen(share, chart, codes)
    return (_looking(found[1], codes.title(found[1]), _score(share, chart), chart, codes, key),) if found else ()


def keep(connection: Connection, key: bytes, chart: Chart, found: Sequence[Suggestion], tables: Tables) -> None:
    """With the first act on the chart: so a new night changes nothing of it."""
    known = set(connection.execute(select(table.c.code).where(table.c.chart_id == chart.id)).scalars())
    for each in found:
        if each.code not in known:
            chosen = _chosen(Draw(key, chart.id), chart, tables.newest(DIAGNOSES))
            likeness = chosen[0] if chosen else ""
            row = {"chart_id": chart.id, "system": each.system, "code": each.code, "display": each.display}
            connection.execute(insert(table).values(**row, score=each.score, likeness=likeness))


class Draw:
    """Numbers from 0 to below 1 that nobody without the key can foresee."""

    def __init__(self, key: bytes, chart_id: str) -> None:
        self._key, self._chart = key[:64], chart_id

    def __call__(self, what: str) -> float:
        name = f"planted/{what}/{self._chart}".encode()
        digest = hashlib.blake2b(name, key=self._key, digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2.0**64


def _begun(connection: Connection, chart: Chart) -> bool:
    return bool(connection.execute(select(exists().where(decisions.c.chart_id == chart.id))).scalar())


def _shown(chart: Chart) -> list[Suggestion]:
    return [each for each in chart.suggestions if each.band != HIDDEN and each.system == DIAGNOSES]


def _chosen(draw: Draw, chart: Chart, codes: Catalogue) -> tuple[str, str] | None:
    """(likeness, code); nothing where the chart has too little to hide it among."""
    if len(_shown(chart)) < LEAST:
        return None
    found = {name: each for name, each in wrong(chart, codes).items() if each}
    ways = [name for name in found for _ in range(said()["likeness"][name])]
    if not ways:
        return None
    way = ways[int(draw("likeness") * len(ways))]
    return way, found[way][int(draw("code") * len(found[way]))][0]


def _score(draw: Draw, chart: Chart) -> float:
    """Between two that are shown of one band, so it is as sure as they are."""
    shown = _shown(chart)
    like = shown[int(draw("score") * len(shown))]
    band = [each.score for each in shown if each.band == like.band]
    other = band[int(draw("other") * len(band))]
    return like.score + (other - like.score) * draw("between")


def _looking(code: str, display: str, score: float, chart: Chart, codes: Catalogue, key: bytes) -> Suggestion:
    """As it is shown; a chart whose suggestions have changed since shows it in the band of its nearest."""
    shown = _shown(chart)
    near = min(shown, key=lambda each: abs(each.score - score)) if shown else None
    evidence = _evidence(Draw(key, chart.id), code, chart, codes)
    band = near.band if near else "review"
    return Suggestion(DIAGNOSES, code, display, near.rank if near else 1, score, band, evidence, planted=True)


def _evidence(draw: Draw, code: str, chart: Chart, codes: Catalogue) -> tuple[Span, ...]:
    """That of the suggestion it is like; else a word, as the weakest layer shows some; none where most have none."""
    shown = _shown(chart)
    with_some = [each for each in shown if each.evidence]
    if 2 * len(with_some) < len(shown):
        return ()
    alike = [each for each in with_some if codes.parent(each.code) == codes.parent(code)]
    alike += [each for each in with_some if each.code[:3] == code[:3]]
    if alike:
        return alike[0].evidence
    places = [(note.note_id, match.span()) for note in chart.notes for match in WORD.finditer(note.text)]
    if not places:
        return ()
    note_id, (start, end) = places[int(draw("word") * len(places))]
    weak = next((span for each in shown for span in each.evidence if span.source == WEAK), None)
    return (replace(weak or Span(note_id, start, end, WEAK, 0.05), note_id=note_id, start=start, end=end),)
