"""Figures of one coder. Nobody is ranked: people work on different charts, and the intervals say how little is known.

Shown to auditors only where a site wants it (settings.sheets); each coder may always see her own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from review.judging.agreement import Pair
from review.judging.figure import Counted, Figure, exact, ratio, resampled
from review.judging.lists import Entry, Finished

CODERS = ("1", "2")


@dataclass(frozen=True)
class Sheet:
    """`charts`: finished lists, of them `second` as second coder and `blind` with suggestions hidden; `practised` as a
    trainee. `agreement`: F1 with whoever coded the same chart; `practice`: with the list that stands.
    """

    user_id: int
    charts: int
    second: int
    blind: int
    practised: int
    codes: int
    practice: Figure
    per_chart: Figure
    accepted: Figure
    added: Figure
    agreement: Figure
    planted: Figure
    minutes: Figure


def sheet(user_id: int, finished: Sequence[Finished], pairs: Sequence[Pair]) -> Sheet:
    every = [each for each in finished if each.user_id == user_id]
    mine = [each for each in every if each.thread in CODERS]
    shown = [each for each in mine if not each.blind]
    return Sheet(
        user_id,
        len(mine),
        sum(each.thread == "2" for each in mine),
        len(mine) - len(shown),
        sum(each.thread.startswith("practice") for each in every),
        sum(len(each.chosen) for each in mine),
        _practice([each for each in every if each.thread.startswith("practice")], finished),
        _figure("codes a chart", [(len(each.chosen), 1) for each in mine], "charts", 1e6),
        _figure("accepted", [_taken(each) for each in shown], "suggestions shown"),
        _figure("added a chart", [(_added(each), 1) for each in shown], "charts", 1e6),
        _agreement(user_id, pairs),
        _planted(shown),
        _figure("minutes a chart", [(each.seconds / 60, 1) for each in mine if each.seconds is not None],
                "timed charts", 1e6),
    )  # fmt: skip


def _taken(finished: Finished) -> tuple[float, float]:
    said = [each for each in finished.entries if each.offered and not each.planted]
    return sum(each.chosen for each in said), len(said)


def _added(finished: Finished) -> int:
    return sum(not each.offered for each in finished.chosen.values())


def _practice(mine: Sequence[Finished], finished: Sequence[Finished]) -> Figure:
    """Of charts that coders have finished too; what was settled stands before the first list."""
    wanted = {each.chart_id for each in mine}
    known = [each for each in finished if each.chart_id in wanted]
    stands = {each.chart_id: each for thread in ("1", "3") for each in known if each.thread == thread}
    both = [(each.chosen.keys(), stands[each.chart_id].chosen.keys()) for each in mine if each.chart_id in stands]
    rows = [(2 * len(one & other), len(one) + len(other)) for one, other in both]
    return _figure("F1 of practice", rows, "codes of both, twice")


def _agreement(user_id: int, pairs: Sequence[Pair]) -> Figure:
    tables = [pair.table() for pair in pairs if user_id in (pair.first.user_id, pair.second.user_id)]
    return _figure("F1", [(2 * both, 2 * both + one + other) for both, one, other, _ in tables], "codes of both, twice")


def _planted(shown: Sequence[Finished]) -> Figure:
    said: list[Entry] = [entry for each in shown for entry in each.planted]
    return exact(sum(each.chosen for each in said), Counted("planted", len(said), "planted codes", len(said)))


def _figure(name: str, rows: Sequence[tuple[float, float]], of: str, high: float = 1.0) -> Figure:
    """What is divided, and by what, one a chart."""
    top, bottom = np.array(rows, np.float64).reshape(len(rows), 2).T
    said = Counted(name, int(bottom.sum()), of, int((bottom > 0).sum()), 0.0, high)
    return resampled(ratio(top, bottom), len(rows), said)
