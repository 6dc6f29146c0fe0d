"""Reports in one order to learn from: what states a finding, the commonest first, then the rest as it was.

Of reports as written, a network learns the first sentence of most of them, which is a normal one, and goes on from
there: where in a report a finding is named, and how often, is the writer's habit, and no image tells.
"""

from collections import Counter
from collections.abc import Sequence

from imaging.finding import stated
from imaging.labeller.labeller import Labeller
from imaging.literature.written import split

Said = tuple[tuple[str, str], ...]  # the findings of a sentence with their sides


def findings_first(reports: Sequence[str]) -> list[list[str]]:
    """Of each report its sentences; one that states only what another has stated before is left out."""
    labeller = Labeller()
    read = [[(text, _said(labeller, text)) for text in split(report)] for report in reports]
    often = Counter(name for report in read for name in {name for _, said in report for name, _ in said})
    return [_ordered(report, often) for report in read]


def _said(labeller: Labeller, sentence: str) -> Said:
    return tuple((each.name, each.side) for each in stated(labeller.one(sentence)))


def _ordered(report: Sequence[tuple[str, Said]], often: Counter[str]) -> list[str]:
    first = {text: min((-often[name], name) for name, _ in said) for text, said in report if said}
    stating, known = [], set[tuple[str, str]]()
    for text, said in sorted((each for each in report if each[1]), key=lambda each: first[each[0]]):
        if not known.issuperset(said):
            stating.append(text)
        known.update(said)
    return [*stating, *(text for text, said in report if not said)]
