"""How far two coders agree who coded the same charts without seeing each other.

The set of codes is open, so nobody can count the codes that both rightly left out. Two ways around it are shown:

F1 between coders, which needs no such count. With one coder as reference it is positive specific agreement, whoever of
the two is the reference (Hripcsak and Rothschild, J Am Med Inform Assoc 2005;12:296-298).

Cohen's kappa (Cohen, Educ Psychol Meas 1960;20:37-46) over candidates: every code that was suggested for the chart,
whether or not it was shown, or chosen by one of both; yes or no by each coder. It hangs on that set: more suggestions
that nobody takes raise it, and codes that neither coder nor program thought of are not in it. So it is compared between
months of one hospital and one artifact, not between hospitals. Prevalence and bias indices are given beside it (Byrt,
Bishop and Carlin, J Clin Epidemiol 1993;46:423-429), for kappa falls where nearly all are yes or no (Feinstein and
Cicchetti, J Clin Epidemiol 1990;43:543-549).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from eval.coding_sheet import Floats
from review.judging.compared import Compared, compared
from review.judging.figure import FEWEST, Counted, Figure, exact, ratio, resampled
from review.judging.lists import Finished, Key

Group = Callable[[str, str], str]
"""Name of the category or chapter of a system's code; empty: none."""


@dataclass(frozen=True)
class Pair:
    """A chart coded twice. `candidates`: suggested, or chosen by one; without planted codes."""

    chart_id: str
    first: Finished
    second: Finished
    candidates: frozenset[Key]
    compared: Compared

    def table(self) -> tuple[int, int, int, int]:
        """Codes of both, of the first alone, of the second alone, of neither."""
        first, second = (each.chosen.keys() for each in (self.first, self.second))
        return len(first & second), len(first - second), len(second - first), len(self.candidates - first - second)


def pairs(finished: Iterable[Finished]) -> list[Pair]:
    """Charts of which two coders finished a list on the same notes."""
    lists: dict[tuple[str, str], dict[str, Finished]] = {}
    for each in finished:
        lists.setdefault((each.chart_id, each.digest), {})[each.thread] = each
    found = {}
    for (chart_id, _), both in lists.items():
        if "1" in both and "2" in both:
            found[chart_id] = _pair(both["1"], both["2"])  # the last notes that both coded
    return list(found.values())


def _pair(first: Finished, second: Finished) -> Pair:
    chosen = {*first.chosen, *second.chosen}
    planted = {each.key for each in (*first.planted, *second.planted)} - chosen
    offered = {each.key for side in (first, second) for each in side.entries if each.offered}
    both = compared(first.chosen, second.chosen)
    return Pair(first.chart_id, first, second, frozenset((offered - planted) | chosen), both)


def figures(found: Sequence[Pair]) -> list[Figure]:
    """In the order in which they are shown."""
    counts = _counts(found)
    both, one, other, neither = counts.T
    codes, asked, charts = int((both + one + other).sum()), int(counts.sum()), len(found)
    return [
        resampled(_kappa(counts), charts, Counted("kappa", asked, "candidate codes", charts, -1.0)),
        resampled(ratio(2 * both, 2 * both + one + other), charts, Counted("F1", codes, "codes chosen", charts)),
        resampled(_mean(_f1(counts)), charts, Counted("F1, mean of charts", charts, "charts", charts)),
        _same_lists(found),
        _same_principal(found),
        _same_poa(found),
        _same_order(found),
        resampled(ratio(both - neither, counts.sum(1)), charts,
                  Counted("prevalence index", asked, "candidate codes", charts, -1.0)),
        resampled(ratio(one - other, counts.sum(1)), charts,
                  Counted("bias index", asked, "candidate codes", charts, -1.0)),
    ]  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Agreement on the codes of a chapter or a category. `kappa`: whether a chart has any of them, over all charts."""

    name: str
    f1: Figure
    kappa: Figure
    differences: int


def by(found: Sequence[Pair], group: Group) -> list[Part]:
    """Those with most differences first; only where one of both chose a code of it in at least five charts."""
    tables: dict[str, Floats] = {}
    for place, pair in enumerate(found):
        for key in pair.candidates:
            name = group(*key)
            if name not in tables:
                tables[name] = np.zeros((len(found), 4))
            tables[name][place, _cell(pair, key)] += 1
    tables.pop("", None)
    some = {name: counts for name, counts in tables.items() if (counts[:, :3].sum(1) > 0).sum() >= FEWEST}
    parts = [_part(name, counts) for name, counts in some.items()]
    return sorted(parts, key=lambda part: (-part.differences, part.name))


def _cell(pair: Pair, key: Key) -> int:
    """As in Pair.table."""
    return 2 * (key not in pair.first.chosen) + (key not in pair.second.chosen)


def _part(name: str, counts: Floats) -> Part:
    both, one, other, _ = counts.T
    charts, some, codes = len(counts), int(((both + one + other) > 0).sum()), int((both + one + other).sum())
    f1 = resampled(ratio(2 * both, 2 * both + one + other), charts, Counted("F1", codes, "codes chosen", some))
    first, second = both + one > 0, both + other > 0
    has = np.stack([first & second, first & ~second, ~first & second, ~first & ~second], axis=1).astype(np.float64)
    kappa = resampled(_kappa(has), charts, Counted("kappa", charts, "charts", some, -1.0))
    return Part(name, f1, kappa, int((one + other).sum()))


def _counts(found: Sequence[Pair]) -> Floats:
    return np.array([pair.table() for pair in found], np.float64).reshape(len(found), 4)


def _kappa(counts: Floats) -> Callable[[Floats], Floats]:
    def measure(weights: Floats) -> Floats:
        both, one, other, neither = (weights @ counts).T
        many = np.maximum(both + one + other + neither, 1e-12)
        seen = (both + neither) / many
        chance = ((both + one) * (both + other) + (neither + one) * (neither + other)) / many**2
        nothing = np.full(len(weights), np.nan)
        found: Floats = np.divide(seen - chance, 1 - chance, out=nothing, where=chance < 1 - 1e-12)
        return found

    return measure


def _f1(counts: Floats) -> Floats:
    """Chart by chart; 1 where neither chose anything."""
    both, one, other, _ = counts.T
    return np.where(both + one + other > 0, 2 * both / np.maximum(2 * both + one + other, 1), 1.0)


def _mean(values: Floats) -> Callable[[Floats], Floats]:
    return ratio(values, np.ones(len(values)))


def _same_lists(found: Sequence[Pair]) -> Figure:
    yes = sum(all(row.first and row.second for row in pair.compared.rows) for pair in found)
    return exact(yes, Counted("same codes", len(found), "charts", len(found)))


def _same_principal(found: Sequence[Pair]) -> Figure:
    """Of charts in which one of both named a principal diagnosis."""
    named = [pair for pair in found if _principals(pair.first) or _principals(pair.second)]
    yes = sum(_principals(pair.first) == _principals(pair.second) for pair in named)
    return exact(yes, Counted("same principal", len(named), "charts with one", len(named)))


def _principals(finished: Finished) -> set[Key]:
    return {key for key, each in finished.chosen.items() if each.principal and each.kind == "diagnosis"}


def _same_poa(found: Sequence[Pair]) -> Figure:
    """Of codes that both chose and one of both said it for."""
    rows = [[row for row in pair.compared.agreed if _poa(row.first) or _poa(row.second)] for pair in found]
    said = np.array([len(each) for each in rows], np.float64)
    same = np.array([sum(not row.poa for row in each) for each in rows], np.float64)
    counted = Counted("same present on admission", int(said.sum()), "codes of both", int((said > 0).sum()))
    return resampled(ratio(same, said), len(found), counted)


def _poa(entry: object) -> str:
    return str(getattr(entry, "poa", ""))


def _same_order(found: Sequence[Pair]) -> Figure:
    """Of charts with two codes or more that both chose."""
    ordered = [pair for pair in found if len(pair.compared.agreed) > 1]
    yes = sum(not pair.compared.reordered for pair in ordered)
    return exact(yes, Counted("same order", len(ordered), "charts with two or more codes of both", len(ordered)))
