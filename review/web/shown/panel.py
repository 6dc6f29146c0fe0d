"""The panel of codes as the page shows it: groups in the order of the claim, what rules say of each, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from nlp.icd.chart import HIDDEN
from nlp.icd.rules.case import Message
from review.charts.chart import Chart, Span, Suggestion
from review.coding.kind import kind
from review.coding.line import ACCEPTED, REJECTED, SUGGESTED, Coding, Line
from review.web.shown.noted import title
from review.web.shown.words import words

KINDS = {"diagnosis": "Diagnoses", "procedure": "Procedures"}
UNLIKELY = 25  # less likely codes that are listed
QUOTED = 60  # characters of a note that a place shows


@dataclass(frozen=True, slots=True)
class Where:
    """A place that speaks for a code. `quote` is text of a note: only on pages whose view is audited."""

    anchor: str
    title: str
    section: str
    quote: str


@dataclass(frozen=True, slots=True)
class Row:
    """`at`: its number on the page. `spans`: JSON of [note's number, start, end] for the marks."""

    at: int
    line: Line
    chosen: bool
    said: tuple[Message, ...]
    where: tuple[Where, ...]
    spans: str

    @property
    def on(self) -> str:
        """What a button sends behind its action."""
        return f"{self.line.system}|{self.line.code}"


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    kind: str
    rows: tuple[Row, ...]
    unlikely: tuple[Row, ...]
    rejected: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    groups: tuple[Group, ...]
    said: tuple[Message, ...]  # by rules, of no line in particular
    left: int
    decided: int
    sure: int  # suggestions that `accept all` takes
    missing: tuple[str, ...]

    @property
    def chosen(self) -> Row | None:
        return next((row for group in self.groups for row in _all(group) if row.chosen), None)


def panel(chart: Chart, coding: Coding, chosen: int | None, *, quotes: bool) -> Panel:
    """`chosen`: number of a line, or the first that is undecided."""
    ordered = lines(chart, coding)
    if chosen is None or not 0 <= chosen < len(ordered):
        chosen = next((at for at, line in enumerate(ordered) if _undecided(line)), 0)
    numbers = {note.note_id: at for at, note in enumerate(chart.notes)}
    known = {line.code for line in ordered}
    rows = []
    for at, line in enumerate(ordered):
        said = tuple(m for m in coding.messages if m.code == line.code and line.state != REJECTED)
        spans = [span for span in line.evidence if span.note_id in numbers]
        where = tuple(_where(chart, numbers, span, quotes) for span in spans)
        placed = orjson.dumps([[numbers[span.note_id], span.start, span.end] for span in spans]).decode()
        rows.append(Row(at, line, at == chosen, said, where, placed))
    groups = tuple(_group(name, sort, rows) for sort, name in KINDS.items())
    left = sum(_undecided(line) for line in ordered)
    decided = sum(line.state != SUGGESTED for line in ordered)
    sure = sum(line.state == SUGGESTED and line.band == "pre-accept" for line in ordered)
    general = tuple(m for m in coding.messages if m.code not in known)
    return Panel(groups, general, left, decided, sure, _missing(coding, left))


def lines(chart: Chart, coding: Coding) -> list[Line]:
    """As they stand on the page; behind what is offered what is less likely, to be added on request."""
    less = () if chart.blind or coding.finished else chart.suggestions
    unlikely = [_unlikely(each) for each in less if each.band == HIDDEN and coding.of(each.system, each.code) is None]
    every = [*coding.lines, *unlikely[:UNLIKELY]]
    return [line for sort in KINDS for line in _ordered(every, sort)]


def number(chart: Chart, coding: Coding, system: str, code: str) -> int | None:
    """Of a code among the lines of the page."""
    found = (at for at, line in enumerate(lines(chart, coding)) if (line.system, line.code) == (system, code))
    return next(found, None)


def _unlikely(said: Suggestion) -> Line:
    named = said.system, said.code, said.display, SUGGESTED, kind(said.system), said.band, said.score
    return Line(*named, evidence=said.evidence, flags=said.flags)


def _undecided(line: Line) -> bool:
    return line.state == SUGGESTED and line.band != HIDDEN


def _ordered(every: Sequence[Line], sort: str) -> list[Line]:
    """Accepted in the order of the claim, then what is to be decided: the border moves, lines do not."""
    place = {ACCEPTED: 0, SUGGESTED: 1, REJECTED: 3}
    mine = [(at, line) for at, line in enumerate(every) if (line.kind if line.kind in KINDS else "diagnosis") == sort]

    def key(each: tuple[int, Line]) -> tuple[int, int, int]:
        at, line = each
        unlikely = line.state == SUGGESTED and line.band == HIDDEN
        return (2 if unlikely else place[line.state], line.rank if line.state == ACCEPTED else 0, at)

    return [line for _, line in sorted(mine, key=key)]


def _group(name: str, sort: str, rows: Sequence[Row]) -> Group:
    mine = [row for row in rows if (row.line.kind if row.line.kind in KINDS else "diagnosis") == sort]
    shown = tuple(row for row in mine if row.line.state == ACCEPTED or _undecided(row.line))
    unlikely = tuple(row for row in mine if row.line.state == SUGGESTED and row.line.band == HIDDEN)
    rejected = tuple(row for row in mine if row.line.state == REJECTED)
    return Group(name, sort, shown, unlikely, rejected)


def _all(group: Group) -> tuple[Row, ...]:
    return (*group.rows, *group.unlikely, *group.rejected)


def _where(chart: Chart, numbers: dict[str, int], span: Span, quotes: bool) -> Where:
    note = chart.notes[numbers[span.note_id]]
    section = next((s.name for s in note.sections if s.start <= span.start < s.end), "")
    quote = " ".join(note.text[span.start : span.end].split()) if quotes else ""
    shown = quote if len(quote) <= QUOTED else quote[: QUOTED - 1] + "…"
    named = words().section(section) if section else ""
    when = f" {note.time:%m-%d}" if note.time else ""
    return Where(f"m{numbers[span.note_id]}-{span.start}", title(note) + when, named, shown)


def _missing(coding: Coding, left: int) -> tuple[str, ...]:
    accepted = [line for line in coding.lines if line.state == ACCEPTED]
    errors = sum(message.severity == "error" for message in coding.messages)
    said = []
    if left:
        said.append("One code is undecided." if left == 1 else f"{left} codes are undecided.")
    if not accepted:
        said.append("No code is accepted.")
    elif not any(line.principal for line in accepted) and any(line.kind == "diagnosis" for line in accepted):
        said.append("No diagnosis is principal.")
    if errors:
        said.append("One error is open." if errors == 1 else f"{errors} errors are open.")
    return tuple(said)
