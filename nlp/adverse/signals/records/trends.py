"""Cases of a pair by month, quarter or year: the finest that leaves no small number to be seen."""

import numpy as np

from nlp.adverse.signals.cells import Ints
from nlp.adverse.signals.records.population import Population
from nlp.adverse.signals.records.windows import Windows

SMALL = 5  # persons: a smaller number that is not 0 is not shown


def case_days(people: Population, drug: int, event: int, windows: Windows) -> Ints:
    """The days of events that fell into the risk window of the drug."""
    mine = slice(*np.searchsorted(people.event_kind, [event, event + 1]))
    day = np.full(people.persons, -(10**7))
    day[people.event_who[mine]] = people.event_day[mine]
    taken = people.course_drug == drug
    who, start, stop = people.course_who[taken], people.course_start[taken], people.course_stop[taken]
    when, end = day[who], np.minimum(start + windows.risk, stop + windows.carry)
    seen = (when > people.start[who] + windows.run_in) & (when <= people.stop[who])
    inside = (when >= start + windows.first) & (when <= end) & seen
    return np.unique(np.column_stack([who, when])[inside], axis=0)[:, 1]


def by_period(days: Ints) -> list[tuple[str, int]]:
    """(2024-03, 7) ...: months, quarters (2024-Q1) or years, one for the whole pair; none where years are small."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)  # since 1970
    for width in (1, 3, 12):
        period, counted = np.unique(months // width, return_counts=True)
        if len(period) and counted.min() >= SMALL:
            return [(_named(int(p), width), int(n)) for p, n in zip(period, counted, strict=True)]
    return []


def _named(period: int, width: int) -> str:
    year, part = divmod(period, 12 // width)
    return {1: f"{1970 + year:04d}-{part + 1:02d}", 3: f"{1970 + year:04d}-Q{part + 1}"}.get(
        width, f"{1970 + year:04d}"
    )
