"""Automation bias: how far coders follow a suggestion because it is there.

Two experiments run beside the work. Wrong suggestions of ours are planted on some charts; accepting one is an error of
commission. Some charts are blind, drawn with a key of the lake: suggestions are hidden, and what coders choose there is
what they choose by themselves; a code that only they find, found less often where suggestions are shown, is an error of
omission (Goddard, Roudsari and Wyatt, J Am Med Inform Assoc 2012;19:121-127; Lyell and others, BMC Med Inform Decis Mak
2017;17:28). Counted is each chart's first coder, the first time that she finished it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from review.judging.agreement import pairs
from review.judging.figure import Counted, Figure, exact, minus, over, ratio, resampled
from review.judging.lists import Finished, Key


@dataclass(frozen=True)
class Arms:
    """Charts by whether suggestions were shown. `settled`: codes that stood in the end, of charts coded twice."""

    shown: tuple[Finished, ...]
    blind: tuple[Finished, ...]
    settled: Mapping[str, frozenset[Key]]


@dataclass(frozen=True)
class Contrast:
    """The same figure with and without suggestions; `difference`: shown - blind."""

    name: str
    shown: Figure
    blind: Figure
    difference: Figure


def arms(finished: Sequence[Finished]) -> Arms:
    first: dict[str, Finished] = {}
    for each in sorted((each for each in finished if each.thread == "1"), key=lambda each: each.time):
        first.setdefault(each.chart_id, each)
    settled = {pair.chart_id: frozenset(pair.first.chosen) for pair in pairs(finished) if pair.compared.same}
    settled |= {each.chart_id: frozenset(each.chosen) for each in finished if each.thread == "3"}
    shown, blind = (tuple(each for each in first.values() if each.blind is is_so) for is_so in (False, True))
    return Arms(shown, blind, settled)


def planted(found: Arms, likeness: Mapping[tuple[str, str, str], str]) -> list[Figure]:
    """Share of planted codes accepted: all, then by how they were chosen. `likeness`: by chart, system and code."""
    rows = [
        (likeness.get((each.chart_id, *entry.key), ""), entry.chosen) for each in found.shown for entry in each.planted
    ]
    kinds = sorted({kind for kind, _ in rows} - {""})
    out = [exact(sum(yes for _, yes in rows), Counted("all", len(rows), "planted codes", len(rows)))]
    for kind in kinds:
        those = [yes for each, yes in rows if each == kind]
        out.append(exact(sum(those), Counted(kind, len(those), "planted codes", len(those))))
    return out


def commission(found: Arms) -> Contrast:
    """Planted codes accepted, against the same codes chosen on blind charts, where nobody saw them suggested."""
    keys = sorted({entry.key for each in found.shown for entry in each.planted})
    place = {key: at for at, key in enumerate(keys)}
    often = np.zeros(len(keys))
    taken = [entry for each in found.shown for entry in each.planted]
    for entry in taken:
        often[place[entry.key]] += 1 / len(taken)
    chosen = np.array([sum(often[place[key]] for key in each.chosen if key in place) for each in found.blind])
    shown = exact(sum(each.chosen for each in taken), Counted("commission", len(taken), "planted codes", len(taken)))
    blind = len(found.blind)
    said = Counted("commission", blind, "blind charts", blind if taken else 0)
    base = exact(0, said) if not chosen.any() else resampled(ratio(chosen, np.ones(blind)), blind, said)
    return Contrast("commission", shown, base, minus(shown, base, "commission"))


def followed(found: Arms, band: str) -> Contrast:
    """Suggestions of a band accepted where shown, against the same kind chosen where hidden."""

    def sums(each: Finished) -> tuple[float, float]:
        said = [entry for entry in each.entries if entry.offered and not entry.planted and entry.band == band]
        return sum(entry.chosen for entry in said), len(said)

    return _contrast(f"followed, {band}", found, sums, "suggestions")


def omission(found: Arms) -> Contrast:
    """Codes a chart that nothing suggested. Their quotient is the recall of such codes where suggestions are shown,
    relative to that of blind charts: which charts are blind was drawn, so the codes to be found are as many."""

    def sums(each: Finished) -> tuple[float, float]:
        return sum(not entry.offered for entry in each.chosen.values()), 1

    return _contrast("omission", found, sums, "charts", 100.0)


def relative_recall(contrast: Contrast) -> Figure:
    return over(contrast.shown, contrast.blind, "relative recall")


def recall(found: Arms) -> Contrast:
    """Of codes that nothing suggested and that stand on the settled list: those the first coder had."""

    def sums(each: Finished) -> tuple[float, float]:
        offered = {entry.key for entry in each.entries if entry.offered}
        right = found.settled.get(each.chart_id, frozenset()) - offered
        return len(right & each.chosen.keys()), len(right)

    return _contrast("recall", found, sums, "settled codes")


def minutes(found: Arms) -> Contrast:
    """Where timing is on."""

    def sums(each: Finished) -> tuple[float, float]:
        return (0, 0) if each.seconds is None else (each.seconds / 60, 1)

    return _contrast("minutes", found, sums, "timed charts", 1e6)


def _contrast(
    name: str, found: Arms, sums: Callable[[Finished], tuple[float, float]], of: str, high: float = 1.0
) -> Contrast:
    shown, blind = (_side(name, [sums(each) for each in side], of, high) for side in (found.shown, found.blind))
    return Contrast(name, shown, blind, minus(shown, blind, name))


def _side(name: str, rows: Sequence[tuple[float, float]], of: str, high: float) -> Figure:
    """What is divided, and by what, one a chart."""
    top, bottom = np.array(rows, np.float64).reshape(len(rows), 2).T
    said = Counted(name, int(bottom.sum()), of, int((bottom > 0).sum()), 0.0, high)
    return resampled(ratio(top, bottom), len(rows), said)
