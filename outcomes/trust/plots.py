"""Figures of a model as SVG: calibration, ROC, precision, decision curve, groups, contributions, drift."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from eval.drawing.chart import Axis, Chart
from eval.drawing.forest import Interval, forest, height_of
from eval.drawing.swarm import Row, swarm
from eval.drawing.swarm import height_of as swarm_height
from eval.resampling import Estimate
from eval.risk import Floats
from outcomes.trust.conformal import exact
from outcomes.trust.decision import Curve
from outcomes.trust.figure import Figure, drift, figure, round_up
from outcomes.trust.groups import Group

__all__ = ["Figure", "drift"]  # of figure.py, beside those drawn here

BINS, LEAST = 10, 20  # of a reliability diagram; rows of a bin
FINE = 200  # points of a curve: no single person is a step of it
KINDS = ("s1", "s2", "s3", "s4", "bad")
SHOWN = 15  # features


def reliability(labels: Floats, scores: Floats, name: str = "") -> Figure:
    """Observed share of tenths of the rows against their mean probability, with exact intervals of 95 %."""
    order = np.argsort(scores, kind="stable")
    bins = [part for part in np.array_split(order, min(BINS, max(len(order) // LEAST, 1))) if len(part)]
    rows = [(float(scores[b].mean()), float(labels[b].mean()), exact(int(labels[b].sum()), len(b), 0.95)) for b in bins]
    most = round_up(max([x for x, _, _ in rows] + [ends[1] for _, _, ends in rows], default=1.0))
    chart = Chart(Axis("predicted probability", 0, most), Axis("observed share", 0, most))
    chart.rule((0, 0), (most, most), "perfect calibration")
    counts, edges = np.histogram(np.minimum(scores, most), bins=40, range=(0, most))
    tall = counts / max(counts.max(), 1) * most * 0.18
    chart.columns([(edges[k], edges[k + 1], tall[k]) for k in range(40)])
    chart.line([(x, y) for x, y, _ in rows], "s1", name or "tenths of the predictions, 95 % interval")
    chart.intervals([(x, *ends) for x, _, ends in rows])
    chart.points([(x, y) for x, y, _ in rows])
    chart.legend.append(("quiet", "columns: how often each probability was given"))
    return figure(chart, "Reliability diagram: observed share against predicted probability")


def roc(labels: Floats, models: Mapping[str, Floats]) -> Figure:
    """models: name -> scores of the same rows."""
    chart = Chart(Axis("1 - specificity"), Axis("sensitivity"))
    chart.rule((0, 0), (1, 1), "chance")
    for (name, scores), kind in zip(models.items(), KINDS, strict=False):
        hits, called = _walk(labels, scores)
        false = called - hits
        chart.line(_thinned(false / max(false[-1], 1), hits / max(hits[-1], 1)), kind, name)
    return figure(chart, "ROC curve: sensitivity against 1 - specificity")


def precision_recall(labels: Floats, models: Mapping[str, Floats]) -> Figure:
    chart = Chart(Axis("sensitivity (recall)"), Axis("positive predictive value (precision)"))
    rate = float(labels.mean()) if len(labels) else 0.0
    chart.rule((0, rate), (1, rate), f"chance: {100 * rate:.1f} % have the outcome")
    for (name, scores), kind in zip(models.items(), KINDS, strict=False):
        hits, called = _walk(labels, scores)
        enough = called >= LEAST  # the first rows make a precision of chance
        chart.line(_thinned((hits / max(hits[-1], 1))[enough], (hits / np.maximum(called, 1))[enough]), kind, name)
    return figure(chart, "Precision and recall")


def decision(curve: Curve) -> Figure:
    top = max(float(curve.model.max()), float(curve.everybody.max()), 1e-6)
    high = round_up(top)
    chart = Chart(Axis("threshold: act from this probability on", 0, float(curve.thresholds[-1])),
                  Axis("net benefit, true positives a row", -0.25 * high, high))  # fmt: skip
    chart.rule((0, 0), (float(curve.thresholds[-1]), 0), "act on nobody")
    seen = curve.everybody >= -0.25 * high
    chart.line(list(zip(curve.thresholds[seen], curve.everybody[seen], strict=True)), "s2 dashed", "act on everybody")
    chart.band(curve.thresholds.tolist(), curve.low.tolist(), curve.high.tolist(), "s1")
    chart.line(list(zip(curve.thresholds, curve.model, strict=True)), "s1", "act on the model, 95 % interval")
    return figure(chart, "Decision curve: net benefit at each threshold")


def groups(found: Sequence[Group], measure: str = "ratio") -> Figure:
    """measure: ratio (observed / expected) or auroc; groups that are too small are named without a figure."""
    rows = [_interval(group, getattr(group, measure)) for group in found]
    one = None if measure == "ratio" else 0.5
    said = {"ratio": "Observed / expected by group", "auroc": "AUROC by group"}[measure]
    return Figure(forest(rows, f"{said}, 95 % intervals", one), height_of(rows), 1000)


def _interval(group: Group, found: Estimate | None) -> Interval:
    name = f"{group.kind}: {group.name}"
    if found is None or math.isnan(found.value):
        return Interval(name, math.nan, math.nan, math.nan, "too small" if group.too_small else "not to be had", False)
    said = f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"
    return Interval(name, found.value, found.low, found.high, said)


def importance(names: Sequence[str], shap: Floats) -> Figure:
    """shap (m, f): mean size of each feature's part, in logits, the strongest above."""
    mean = np.abs(shap).mean(0) if len(shap) else np.zeros(len(names))
    first = np.argsort(-mean, kind="stable")[:SHOWN]
    rows = [Interval(names[k], float(mean[k]), 0.0, float(mean[k]), f"{mean[k]:.3f}") for k in first]
    return Figure(forest(rows, "Mean size of contributions, in logits", 0.0), height_of(rows), 1000)


def explained(parts: Sequence[tuple[str, float, float]]) -> Figure:
    """One prediction: (feature, its value, its contribution in logits), as the table outcomes has them."""
    rows = [
        Interval(f"{name} = {value:.4g}" if not math.isnan(value) else f"{name} absent", shap, min(shap, 0.0),
                 max(shap, 0.0), f"{shap:+.2f}", shap > 0) for name, value, shap in parts
    ]  # fmt: skip
    return Figure(forest(rows, "What moved the prediction, in logits; pale: towards no", 0.0), height_of(rows), 1000)


def beeswarm(names: Sequence[str], shap: Floats, values: Floats, most: int = 400) -> Figure:
    """A dot is a prediction; blue: among the lowest values of its feature, red: among the highest, grey: absent."""
    chosen = np.random.default_rng(1).permutation(len(shap))[:most]
    shap, values = shap[chosen], values[chosen]
    first = np.argsort(-np.abs(shap).mean(0), kind="stable")[:SHOWN].tolist() if len(shap) else []
    rows = [Row(names[k], shap[:, k].tolist(), _ranks(values[:, k]).tolist()) for k in first]
    label = "Contributions of features to predictions, in logits"
    return Figure(
        swarm(rows, label, "contribution in logits; blue: low values, red: high, grey: absent"),
        swarm_height(rows),
        1000,
    )


def _ranks(values: Floats) -> Floats:
    known = ~np.isnan(values)
    held = np.sort(values[known])
    middle = (np.searchsorted(held, values, "left") + np.searchsorted(held, values, "right")) / 2
    return np.where(known, middle / max(len(held), 1), np.nan)


def _walk(labels: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """From the highest score down, rows of one score in one step: positives called, and all called."""
    order = np.argsort(-scores, kind="stable")
    last = np.r_[np.diff(scores[order]) != 0, True] if len(order) else np.zeros(0, bool)
    hits = np.cumsum(labels[order])[last]
    return np.r_[0.0, hits], np.r_[0.0, np.flatnonzero(last) + 1.0]


def _thinned(x: Floats, y: Floats) -> list[tuple[float, float]]:
    kept = np.unique(np.linspace(0, len(x) - 1, min(FINE, len(x))).astype(int)).tolist() if len(x) else []
    return [(float(x[k]), float(y[k])) for k in kept]
