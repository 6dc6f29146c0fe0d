"""The timeline of the stay as a table: one row a measurement, drug or procedure, each with its course drawn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from review.charts.chart import Chart, Event
from review.web.shown.words import words

WIDTH, HEIGHT, EDGE = 400, 22, 5
ROWS = 120  # of one lane
MARKS = 150  # drawn in one row; those that are unusual first
TOLD = 40  # values that a row tells in words
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Course:
    """All events of one name. `told`: (when, value, unusual), the latest first."""

    name: str
    code: str
    count: int
    unusual: int
    summary: str
    drawn: Markup
    told: tuple[tuple[datetime | None, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Lane:
    name: str
    courses: tuple[Course, ...]
    more: int  # courses that are not shown


@dataclass(frozen=True, slots=True)
class Stay:
    lanes: tuple[Lane, ...]
    begin: datetime | None
    end: datetime | None
    axis: Markup
    undated: int


@dataclass(frozen=True, slots=True)
class Scale:
    begin: datetime
    end: datetime

    def x(self, time: datetime) -> float:
        share = (time - self.begin) / ((self.end - self.begin) or timedelta(seconds=1))
        return round(EDGE + (WIDTH - 2 * EDGE) * min(max(share, 0.0), 1.0), 1)


def stay(chart: Chart) -> Stay:
    times = [event.time for event in chart.events if event.time is not None]
    begin = min((*times, *([chart.admitted] if chart.admitted else ())), default=None)
    end = max((*times, *([chart.discharged] if chart.discharged else ())), default=None)
    scale = Scale(begin, end) if begin and end else None
    by_lane: dict[str, dict[str, list[Event]]] = {name: {} for name in words().lanes}
    for event in chart.events:
        lane = by_lane.get(event.lane, by_lane["other"])
        lane.setdefault(event.name or event.code, []).append(event)
    lanes = tuple(_lane(words().lanes[name], courses, scale) for name, courses in by_lane.items() if courses)
    return Stay(lanes, begin, end, _axis(chart, scale), len(chart.events) - len(times))


def _lane(name: str, courses: dict[str, list[Event]], scale: Scale | None) -> Lane:
    ordered = sorted(courses.items(), key=lambda each: (not any(e.unusual for e in each[1]), each[0].lower()))
    shown = tuple(_course(title, events, scale) for title, events in ordered[:ROWS])
    return Lane(name, shown, max(0, len(ordered) - ROWS))


def _course(name: str, events: Sequence[Event], scale: Scale | None) -> Course:
    ordered = sorted(events, key=lambda event: event.time or datetime.min)
    unusual = sum(event.unusual for event in ordered)
    told = tuple((event.time, event.value, event.unusual) for event in reversed(ordered[-TOLD:]))
    drawn = _drawn(ordered, scale) if scale else Markup("")
    return Course(name, ordered[0].code, len(ordered), unusual, _summary(ordered), drawn, told)


def _summary(events: Sequence[Event]) -> str:
    """First and last value, and how far they went."""
    said = [event.value for event in events if event.value]
    if not said:
        return ""
    if len(said) == 1:
        return said[0]
    numbers = [number for value in said if (number := _number(value)) is not None]
    way = f"{said[0]} → {said[-1]}"
    if len(numbers) < 3:
        return way
    low, high = min(numbers), max(numbers)
    ends = (_number(said[0]), _number(said[-1]))
    return way if {low, high} <= set(ends) else f"{way}; lowest {low:g}, highest {high:g}"


def _number(value: str) -> float | None:
    found = NUMBER.match(value.lstrip("<>≤≥= "))
    return float(found[0].replace(",", ".")) if found else None


def _drawn(events: Sequence[Event], scale: Scale) -> Markup:
    dated = [event for event in events if event.time is not None]
    thinned = _thinned(dated)
    numbers = [_number(event.value) for event in thinned]
    known = [number for number in numbers if number is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    points = [
        (scale.x(event.time), _y(number, low, high), event.unusual)
        for event, number in zip(thinned, numbers, strict=True)
        if event.time
    ]
    way = "L".join(f"{x} {y}" for x, y, _ in points) if len(known) > 2 and low < high else ""
    dots = "".join(f"M{x} {y}h.01" for x, y, odd in points if not odd)
    odds = "".join(f"M{x} {y}h.01" for x, y, odd in points if odd)
    paths = (("way", f"M{way}" if way else ""), ("dots", dots), ("odd", odds))
    said = "".join(f'<path class="{kind}" d="{path}"/>' for kind, path in paths if path)
    return Markup(f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true">{said}</svg>')


def _thinned(events: Sequence[Event]) -> list[Event]:
    """What is unusual stays; of the rest so many that the row can be drawn."""
    if len(events) <= MARKS:
        return list(events)
    step = len(events) // MARKS + 1
    return [event for at, event in enumerate(events) if at % step == 0 or event.unusual][: 2 * MARKS]


def _y(number: float | None, low: float, high: float) -> float:
    if number is None or low == high:
        return HEIGHT / 2
    return round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (number - low) / (high - low), 1)


def _axis(chart: Chart, scale: Scale | None) -> Markup:
    """Admission and discharge, and the days between where there is room."""
    if scale is None:
        return Markup("")
    days = max(1, (scale.end.date() - scale.begin.date()).days)
    step = -(-days // 10)
    midnight = datetime.combine(scale.begin.date(), datetime.min.time())
    ticks = [midnight + timedelta(days=day) for day in range(0, days + 1, step)]
    days_path = "".join(f"M{scale.x(tick)} 10v8" for tick in ticks if scale.begin <= tick <= scale.end)
    ends = "".join(f"M{scale.x(time)} 2v16" for time in (chart.admitted, chart.discharged) if time is not None)
    said = f'<path d="{days_path}"/><path class="ends" d="{ends}"/>'
    return Markup(f'<svg viewBox="0 0 {WIDTH} 20" preserveAspectRatio="none" aria-hidden="true">{said}</svg>')
