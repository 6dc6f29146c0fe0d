"""Systems side by side with their intervals, for a terminal or as Markdown."""

import math
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from eval.resampling import Estimate

GROUPS: Mapping[str, Sequence[str]] = {
    "Ranking": ("map", "p_at_5", "p_at_8", "p_at_15", "recall_at_20", "recall_at_50", "recall_at_200"),
    "Yes or no": ("micro_f1", "micro_precision", "micro_recall", "macro_f1", "macro_f1_gold", "macro_f1_harmonic"),
    "More": ("category_f1", "micro_auc", "macro_auc", "unseen_top20", "unseen_top200", "unseen_recall", "ece"),
    "Bands and evidence": (
        "ece_all", "preaccept_precision", "preaccept_share", "evidence_share", "evidence_share_said",
        "evidence_iou50", "evidence_iou50_any",
    ),
}  # fmt: skip
PAIRED = ("map", "micro_f1", "macro_f1", "p_at_8", "recall_at_200", "unseen_top20")
Figures = Mapping[str, Mapping[str, Estimate]]


def show(found: Figures, gaps: Figures, cpu_s: Mapping[str, float]) -> None:
    """On stderr."""
    console = Console(stderr=True, width=190)
    for title, head, rows in _tables(found, gaps, cpu_s):
        table = Table(*head, title=title)
        for row in rows:
            table.add_row(*row)
        console.print(table)


def markdown(found: Figures, gaps: Figures, cpu_s: Mapping[str, float]) -> str:
    lines = []
    for title, head, rows in _tables(found, gaps, cpu_s):
        lines += [f"{title}:", "", _row(head), _row(["---"] * len(head)), *map(_row, rows), ""]
    return "\n".join(lines)


def _tables(
    found: Figures, gaps: Figures, cpu_s: Mapping[str, float]
) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    for title, names in GROUPS.items():
        rows = [[system, *(_figure(one[name]) for name in names)] for system, one in found.items()]
        if title == "Ranking":
            rows = [[*row, f"{cpu_s[row[0]]:.0f}"] for row in rows]
            yield title, ["system", *names, "train_cpu_s"], rows
        else:
            yield title, ["system", *names], rows
    if gaps:
        rows = [[system, *(_figure(one[name], sign="+") for name in PAIRED)] for system, one in gaps.items()]
        yield "Differences on the same documents", ["systems", *PAIRED], rows


def _figure(one: Estimate, sign: str = "") -> str:
    if math.isnan(one.value):
        return "-"
    return f"{one.value:{sign}.3f} [{one.low:{sign}.3f}, {one.high:{sign}.3f}]"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
