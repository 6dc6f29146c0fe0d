"""A newly trained coder held against the one in its place, on charts that neither learned from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from contract.errors import CheckFailed
from nlp.icd import artifact
from nlp.icd.chart import Chart, System
from nlp.icd.learning.never_worse import Comparison, compare


def require_no_worse(old: Path, new: Path, frozen: Mapping[str, Sequence[Chart]]) -> list[str]:
    """What the frozen charts say of each code system, a line each; raises where one of them is worse."""
    judged = {s: charts for s, charts in frozen.items() if charts} if artifact.there(old) else {}
    if not judged:
        return []
    before, after = artifact.load(old).parts, artifact.load(new).parts
    found = {s: _compared(before[s], after[s], charts) for s, charts in judged.items() if s in before and s in after}
    for system, each in found.items():
        if not each.passed:
            raise CheckFailed(f"{system}: {each.line}. Name a new folder with --out to keep the new one beside it.")
    return [f"{system}: {each.line}" for system, each in found.items()]


def _compared(before: System, after: System, charts: Sequence[Chart]) -> Comparison:
    gold = [frozenset(chart.gold) for chart in charts]
    return compare(gold, _said(before, charts), _said(after, charts))


def _said(system: System, charts: Sequence[Chart]) -> list[frozenset[str]]:
    every = system.suggest(charts)
    return [frozenset(each.code for each in said if each.score >= system.threshold) for said in every]
