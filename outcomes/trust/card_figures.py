"""The figures of a model card, by file name."""

import re

from outcomes.trust import plots
from outcomes.trust.card import Card, Target
from outcomes.trust.decision import SMALL, curve
from outcomes.trust.groups import by_group

MOST = 4  # targets that are drawn: those with the most events


def figures(card: Card) -> dict[str, plots.Figure]:
    out: dict[str, plots.Figure] = {}
    for target in drawn(card):
        out |= {f"{name}{suffix(target)}": figure for name, figure in _target(target).items()}
    if card.incidence is not None:
        out["incidence"] = card.incidence
    if card.contributions is not None and len(card.contributions.shap):
        held = card.contributions
        out["importance"] = plots.importance(held.names, held.shap)
        out["contributions"] = plots.beeswarm(held.names, held.shap, held.values)
    return out


def drawn(card: Card) -> list[Target]:
    """Those with both outcomes, in more than a few rows; of a task that asks for a time, in their order."""
    enough = [one for one in card.targets if SMALL <= one.judged.labels.sum() <= len(one.judged.labels) - SMALL]
    if card.incidence is not None:
        return enough[:MOST]
    return sorted(enough, key=lambda one: -float(one.judged.labels.sum()))[:MOST]


def suffix(target: Target) -> str:
    return "-" + re.sub(r"[^a-z0-9]+", "-", target.name.lower()).strip("-") if target.name else ""


def _target(target: Target) -> dict[str, plots.Figure]:
    labels, first = target.judged.labels, next(iter(target.scores.values()))
    out = {
        "reliability": plots.reliability(labels, first),
        "roc": plots.roc(labels, target.scores),
        "precision-recall": plots.precision_recall(labels, target.scores),
        "decision": plots.decision(curve(labels, first)),
    }
    groups = by_group(target.judged, target.columns) if target.columns else []
    if groups:
        out["groups-ratio"] = plots.groups(groups)
        out["groups-auroc"] = plots.groups(groups, "auroc")
    return out
