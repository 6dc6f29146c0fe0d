"""Everything that an auditor reads about agreement and bias, counted at once from the finished lists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select

from review.judging import acceptance, agreement, bias, lists
from review.judging.acceptance import Band, Bin
from review.judging.agreement import Part
from review.judging.bias import Contrast
from review.judging.figure import Figure
from review.judging.grouped import Groups
from review.judging.lists import Finished
from review.state.tables import finished, planted

MOST = 20  # categories that are shown
LONG = 2.0  # seconds


@dataclass(frozen=True)
class Period:
    """From `since` up to, but without, `until`."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, time: datetime) -> bool:
        return (self.since is None or time >= self.since) and (self.until is None or time < self.until)


@dataclass(frozen=True)
class Report:
    """`charts`: finished by a first coder; `twice` by two. `blind`, `planted`: charts."""

    charts: int
    twice: int
    blind: int
    planted: int
    agreement: tuple[Figure, ...]
    chapters: tuple[Part, ...]
    categories: tuple[Part, ...]
    bands: tuple[Band, ...]
    bins: tuple[Bin, ...]
    calibration: tuple[Figure, ...]
    accepted: tuple[Figure, ...]  # planted codes: all, then by how they were chosen
    contrasts: tuple[Contrast, ...]
    recall: Figure

    def rows(self) -> Iterator[tuple[str, str, Figure]]:
        """(section, part, figure), of all figures."""
        yield from (("agreement", "", each) for each in self.agreement)
        for section, parts in (("chapter", self.chapters), ("category", self.categories)):
            for part in parts:
                yield section, part.name, part.f1
                yield section, part.name, part.kappa
        yield from (("acceptance by band", "", each.share) for each in self.bands)
        yield from (("acceptance by score", f"mean score {each.score:.3f}", each.share) for each in self.bins)
        yield from (("calibration", "", each) for each in self.calibration)
        yield from (("planted", "", each) for each in self.accepted)
        for pair in self.contrasts:
            yield "bias", "shown", pair.shown
            yield "bias", "hidden", pair.blind
            yield "bias", "difference", pair.difference
        yield "bias", "", self.recall


@dataclass(frozen=True)
class Kept:
    """`state`: what it was counted from. `until`: it is shown again until then, whatever was finished since."""

    state: tuple[object, ...]
    period: Period
    until: float
    report: Report


_kept: WeakKeyDictionary[Engine, Kept] = WeakKeyDictionary()


def report(connection: Connection, groups: Groups, period: Period) -> Report:
    """Counted anew only once another list is finished; and where that takes long, so that coders would feel it, not
    more often than that it takes a twentieth of the time.
    """
    newest = tuple(connection.execute(select(func.count(), func.max(finished.c.time)).select_from(finished)).one())
    known, began = _kept.get(connection.engine), monotonic()
    if known is None or known.period != period or (known.state != newest and began >= known.until):
        every = [each for each in lists.read(connection) if period.holds(each.time)]
        found = counted(every, likeness(connection), groups)
        took = monotonic() - began
        until = monotonic() + (20 * took if took > LONG else 0)
        known = _kept[connection.engine] = Kept(newest, period, until, found)
    return known.report


def likeness(connection: Connection) -> dict[tuple[str, str, str], str]:
    """How each planted code was chosen."""
    rows = connection.execute(select(planted.c.chart_id, planted.c.system, planted.c.code, planted.c.likeness))
    return {(row.chart_id, row.system, row.code): row.likeness for row in rows}


def counted(every: Sequence[Finished], chosen: dict[tuple[str, str, str], str], groups: Groups) -> Report:
    pairs, seen, arms = agreement.pairs(every), acceptance.shown(every), bias.arms(every)
    omitted = bias.omission(arms)
    contrasts = (
        bias.commission(arms),
        *(bias.followed(arms, band) for band in acceptance.BANDS),
        omitted,
        bias.recall(arms),
        bias.minutes(arms),
    )
    return Report(
        len(arms.shown) + len(arms.blind),
        len(pairs),
        len(arms.blind),
        sum(bool(each.planted) for each in arms.shown),
        tuple(agreement.figures(pairs)),
        tuple(agreement.by(pairs, groups.chapter)),
        tuple(agreement.by(pairs, groups.category)[:MOST]),
        tuple(acceptance.bands(seen)),
        tuple(acceptance.reliability(seen)),
        (acceptance.in_the_large(seen), acceptance.calibration_error(seen)),
        tuple(bias.planted(arms, chosen)),
        contrasts,
        bias.relative_recall(omitted),
    )
