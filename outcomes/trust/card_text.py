"""The text of a model card in Markdown."""

import math
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources

import yaml

from eval import risk
from eval.resampling import Estimate, draws
from outcomes.cohort import Loss
from outcomes.trust.card import INTENDED, Card, Target
from outcomes.trust.card_figures import drawn, suffix
from outcomes.trust.decision import table
from outcomes.trust.groups import by_group

SMALL, RESAMPLES = 5, 200
MEASURES = {
    "AUROC": risk.auroc,
    "AUPRC": risk.auprc,
    "Brier": risk.brier,
    "ECE": risk.ece,
    "observed / expected": risk.observed_expected,
    "calibration slope": risk.calibration_slope,
}


@cache
def tripod() -> list[tuple[str, str, str]]:
    text = resources.files("outcomes.trust").joinpath("tripod.yaml").read_text(encoding="utf-8")
    return [(str(item), said, where) for item, said, where in yaml.safe_load(text)]


def text(card: Card, figures: Sequence[str]) -> str:
    parts = [f"# Model card: {card.task}", *_what(card), *_data(card), *_quality(card, figures), *_end(card)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _what(card: Card) -> Iterator[str]:
    made = card.training
    yield "## In short"
    yield (
        f"Predicts `{card.task}` from {made.features:,} features of a timeline. Learned from {_n(made.persons)} "
        f"persons, {_n(made.rows)} predictions and {_n(made.events)} events ({made.dates})."
    )
    yield f"## Intended use\n\n{card.intended or INTENDED.format(task=card.task)}"
    yield f"## Out of scope\n\n{card.out_of_scope}"


def _data(card: Card) -> Iterator[str]:
    made = card.training
    yield f"## Data\n\n{made.data}. {made.dates}. Of events only what was known then (recorded_time)."
    yield "## Cohort\n\nWhat each step of the selection took away:\n\n" + _losses(card.losses)
    yield (
        "## Outcome\n\nThe task as it stands in its file; the label is computed from the timeline, by rules alone, and "
        f"nobody judged it by hand:\n\n```yaml\n{card.task_yaml.strip()}\n```"
    )
    yield f"## Predictors\n\n{made.predictors} {made.features:,} features; all are computed, none judged by hand."
    yield f"## Missing data\n\n{card.missing}"
    judged = _n(max((len(one.judged.labels) for one in card.targets), default=0))
    events = ", ".join(f"{one.name or card.task}: {_n(int(one.judged.labels.sum()))}" for one in card.targets)
    yield (
        f"## Sample size\n\nAll who met the criteria; no sample was drawn. Training: {_n(made.persons)} persons, "
        f"{_n(made.rows)} predictions, {_n(made.events)} events. Judged on {judged} predictions; events: {events}."
    )
    yield f"## Model\n\n{made.model} Classes are not balanced by force: probabilities stay those of the cohort."


def _losses(losses: Sequence[Loss]) -> str:
    """Exact, unless a step took away so few that they might be known: then all counts are rounded to tens."""
    small = any(
        0 < gone < SMALL for loss in losses for gone in (loss.rows - loss.left, loss.subjects - loss.subjects_left)
    )
    told = (lambda n: f"about {round(n, -1):,}") if small else _n
    rows = [[loss.step, told(loss.rows), told(loss.left), told(loss.subjects_left)] for loss in losses]
    return _table(["step", "rows before", "rows after", "persons after"], rows)


def _quality(card: Card, figures: Sequence[str]) -> Iterator[str]:
    yield "## Performance\n\nOn rows that did not teach the model; intervals of 95 % by bootstrap over persons."
    yield _performance(card)
    if "incidence" in figures:
        yield "![cumulative incidence](figures/incidence.svg)"
    for target in drawn(card):
        yield from _pictures(target, figures, ("roc", "precision-recall"))
    yield "## Calibration"
    for target in drawn(card):
        yield _recalibrated(target)
        yield from _pictures(target, figures, ("reliability",))
    yield "## Groups\n\nGroups with under 20 persons, or under 5 with or without the outcome, are only named."
    for target in drawn(card):
        yield _groups(target)
        yield from _pictures(target, figures, ("groups-ratio", "groups-auroc"))
    yield (
        "## Decisions\n\nNet benefit (Vickers and Elkin 2006) of acting from a threshold on, beside acting on "
        "everybody and on nobody. Thresholds were fixed beforehand."
    )
    for target in drawn(card):
        yield _thresholds(target)
        yield from _pictures(target, figures, ("decision",))
        yield _conformal(target)
    if "contributions" in figures:
        yield "## Contributions\n\nSHAP values, in logits: what the model used, not what causes the outcome."
        yield "![importance](figures/importance.svg)\n\n![contributions](figures/contributions.svg)"


def _performance(card: Card) -> str:
    rows = []
    for target in card.targets:
        judged = target.judged
        events = judged.labels.sum()
        if not SMALL <= events <= len(judged.labels) - SMALL:
            rows.append([target.name or card.task, "too few events", *[""] * len(MEASURES)])
            continue
        weights = draws(judged.persons.tolist(), RESAMPLES)
        for name, scores in target.scores.items():
            found = [risk.estimate(measure, judged.labels, scores, weights) for measure in MEASURES.values()]
            rows.append([target.name or card.task, name, *map(_between, found)])
    more = "".join(f"\n- {name}: {_between(found)}" for name, found in card.performance.items())
    return _table(["target", "model", *MEASURES], rows) + ("\n" + more if more else "")


def _recalibrated(target: Target) -> str:
    if target.before is None:
        return ""
    now = next(iter(target.scores.values()))
    was, became = (risk.plain(risk.ece, target.judged.labels, scores) for scores in (target.before, now))
    return f"{_head(target)}Recalibrated: ECE {was:.3f} before, {became:.3f} after."


def _groups(target: Target) -> str:
    rows = []
    for one in by_group(target.judged, target.columns):
        if one.persons is None:
            rows.append([one.kind, one.name, "too small", *[""] * 5])
            continue
        about = "about " if one.rounded else ""
        counts = [f"{about}{n:,}" for n in (one.persons, one.events or 0)]
        rows.append([one.kind, one.name, *counts, f"{one.observed:.3f}" if not one.rounded else f"{one.observed:.2f}",
                     *(_between(found) for found in (one.ratio, one.ece, one.auroc))])  # fmt: skip
    names = ["kind", "group", "persons", "events", "share", "observed / expected", "ECE", "AUROC"]
    return _head(target) + _table(names, rows) if rows else ""


def _thresholds(target: Target) -> str:
    found = table(target.judged.labels, next(iter(target.scores.values())))
    rows = [[f"{one.threshold:.2f}", *map(_share, (one.called, one.sensitivity, one.specificity, one.ppv, one.npv)),
             "too few" if math.isnan(one.net_benefit) else f"{one.net_benefit:.4f}"] for one in found]  # fmt: skip
    return _head(target) + _table(["from", "called", "sensitivity", "specificity", "PPV", "NPV", "net benefit"], rows)


def _conformal(target: Target) -> str:
    held, seen = target.conformal, target.coverage
    if held is None:
        return ""
    said = (
        f"{_head(target)}yes, no or abstain (split conformal, class by class): of those with the outcome at most "
        f"{100 * held.error:.0f} % are told no, of those without at most {100 * held.error:.0f} % yes, for persons "
        f"exchangeable with the {held.positives + held.negatives:,} of the calibration."
    )
    if seen is None:
        return said
    between = [f"{_share(a)} (99 %: {_share(b[0])} to {_share(b[1])})"
               for a, b in ((seen.missed, seen.missed_interval), (seen.alarmed, seen.alarmed_interval))]  # fmt: skip
    seen_too = f"told no {between[0]}, told yes {between[1]}; abstains {_share(seen.abstained)}."
    return f"{said} Seen on other rows: {seen_too} {seen.warning}".strip()


def _end(card: Card) -> Iterator[str]:
    made = card.training
    found = "\n".join(f"- {line}" for line in card.leaks) or "The check before training found no leak."
    yield f"## Leaks\n\n{found}"
    yield "## Limits\n\n" + "\n".join(f"- {line}" for line in card.limits)
    rows = [
        [item, said, where if where != "none" else "to be told by whoever deploys"] for item, said, where in tripod()
    ]
    yield "## TRIPOD+AI\n\nItems of Collins 2024 (BMJ 385:e078378) and the section that answers each.\n\n" + _table(
        ["item", "asks for", "section"], rows
    )
    yield f"## Made by\n\n- artifact: `{made.artifact}`\n- seed: {made.seed}\n- command: `{made.command}`"


def _pictures(target: Target, figures: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        file = name + suffix(target)
        if file in figures:
            yield f"![{name.replace('-', ' ')}](figures/{file}.svg)"


def _head(target: Target) -> str:
    return f"**{target.name}**\n\n" if target.name else ""


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [names, ["---"] * len(names), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _n(count: int) -> str:
    return f"under {SMALL}" if 0 < count < SMALL else f"{count:,}"


def _share(value: float) -> str:
    return "too few" if math.isnan(value) else f"{100 * value:.1f} %"


def _between(found: Estimate | None) -> str:
    if found is None or math.isnan(found.value):
        return "not to be had"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"
