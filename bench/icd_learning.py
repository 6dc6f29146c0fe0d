"""What does a correction teach? A simulated coder: the order of her work, the night after, and wrong decisions."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from bench.icd_charts import Corpus, Part, parts
from bench.icd_learning_attack import KINDS, SHARE, attacked, counts, f1_of, honest, terms_harmed
from bench.icd_learning_nights import corrected
from bench.icd_learning_orders import ORDERS, Curve, Needed, needed, summed, work
from bench.icd_learning_pool import Floats, Pool, Rows
from bench.json_line import command, finish, say

KEYS = ("documents_active", "documents_random", "correction_applied", "malicious_cost")
RESAMPLES = 500
LEARNED, SMALL = 60, 40  # charts that the coder of the nights learns from, and charts of its lake


def main(
    train: Annotated[Path, typer.Option(help="Folder in CodiEsp's layout, with spans; cut into folds by document.")],
    goal: Annotated[float, typer.Option(help="Micro-F1 on the charts held out that is to be reached.")] = 0.65,
    repeats: Annotated[int, typer.Option(help="Times the first batch is drawn anew, in each fold.")] = 5,
    batch: Annotated[int, typer.Option(help="Charts of a simulated night.")] = 25,
    coder: Annotated[str, typer.Option(help="System of the nights: ours, or module:Class.")] = "ours",
    work_folder: Annotated[Path | None, typer.Option("--work", help="Keeps the lake of the nights here.")] = None,
) -> None:
    """Charts needed until a coder that is trained every simulated night reaches the goal; then nights on a small lake.

    Example: python -m bench.icd_learning --train codiesp/train
    """
    folds = parts(Corpus(train))
    pool = Pool([*folds[0].train, *folds[0].test])
    places = [_places(pool, fold) for fold in folds]
    say(f"{len(pool.charts)} charts, {len(pool.codes)} codes, {len(pool.phrases)} phrases, {len(folds)} folds")
    found = {order: _ordered(pool, places, order, (goal, repeats, batch)) for order in ORDERS}
    worst = max(_attacked(pool, places, kind, repeats) for kind in KINDS)
    applied = _nights(folds[0], coder, work_folder)
    finish(
        KEYS,
        {
            "documents_active": _rounded(found["gain"]),
            "documents_random": _rounded(found["random"]),
            "correction_applied": applied,
            "malicious_cost": round(worst, 4),
        },
    )


def _places(pool: Pool, fold: Part) -> tuple[Rows, Rows]:
    at = {chart.encounter_id: place for place, chart in enumerate(pool.charts)}
    both = (np.array([at[chart.encounter_id] for chart in some]) for some in (fold.train, fold.test))
    train, test = both
    return train, test


def _rounded(value: float) -> float | None:
    """None: the goal was not reached with all charts."""
    return None if np.isnan(value) else round(value, 1)


def _ordered(pool: Pool, places: Sequence[tuple[Rows, Rows]], order: str, how: tuple[float, int, int]) -> float:
    goal, repeats, batch = how
    runs = [[work(pool, order, train, test, seed, batch) for train, test in places] for seed in range(repeats)]
    length = min(len(curve.charts) for run in runs for curve in run)
    charts = runs[0][0].charts[:length].astype(float)
    spent = np.mean([curve.minutes[:length] for run in runs for curve in run], axis=0)
    values = _mean(runs)[:length]
    drawn = [_mean(runs, weights)[:length] for weights in _draws(len(pool.charts))]
    by_charts, by_minutes = (_needed(values, drawn, costs, goal) for costs in (charts, spent))
    shown = ", ".join(f"{int(at)}: {value:.3f}" for at, value in zip(charts[::3], values[::3], strict=True))
    say(f"order {order}: {by_charts} charts, {by_minutes} minutes to F1 {goal}; F1 by charts {shown}")
    return by_charts.value


def _needed(values: Floats, drawn: Sequence[Floats], costs: Floats, goal: float) -> Needed:
    low, high = np.nanpercentile([needed(each, costs, goal) for each in drawn], [2.5, 97.5])
    return Needed(needed(values, costs, goal), float(low), float(high))


def _mean(runs: Sequence[Sequence[Curve]], weights: Floats | None = None) -> Floats:
    """F1 over the charts of all folds, averaged over repeats."""
    found: Floats = np.mean([summed(run, weights) for run in runs], axis=0)
    return found


def _draws(count: int) -> Floats:
    rng = np.random.default_rng(1)
    return rng.multinomial(count, np.full(count, 1 / count), RESAMPLES).astype(np.float64)


def _attacked(pool: Pool, places: Sequence[tuple[Rows, Rows]], kind: str, repeats: int) -> float:
    """What of F1 is lost with decisions guarded by the others' votes, what guarding costs included; and without."""
    held = np.concatenate([counts(pool, *fold, honest(pool, fold[0]).trusting()) for fold in places])
    lost: dict[str, list[Rows]] = {"guarded": [], "trusting": []}
    harmed = []
    for train, test in places:
        wronged = [attacked(pool, train, kind, seed) for seed in range(repeats)]
        for name, found in lost.items():
            found.append(np.stack([counts(pool, train, test, getattr(each, name)()) for each in wronged]))
        harmed += [terms_harmed(honest(pool, train), each) for each in wronged]
    for name, found in lost.items():
        value, low, high = _fall(held, np.concatenate(found, axis=1))
        say(f"{SHARE:.0%} of decisions malicious, {kind}, {name}: F1 falls by {value:.4f} ({low:.4f} to {high:.4f})")
    active, made, unmade = (np.mean([each[name] for each in harmed]) for name in ("active", "made", "unmade"))
    say(f"of {active:.0f} active terms {made:.1f} were made and {unmade:.1f} unmade")
    return _fall(held, np.concatenate(lost["guarded"], axis=1))[0]


def _fall(held: Rows, lost: Rows) -> tuple[float, float, float]:
    """With the interval of 95 %, by bootstrap over test charts."""
    drawn = [float(f1_of(held, weights) - f1_of(lost, weights).mean()) for weights in _draws(held.shape[0])]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(f1_of(held) - f1_of(lost).mean()), float(low), float(high)


def _nights(fold: Part, coder: str, folder: Path | None) -> bool:
    with tempfile.TemporaryDirectory() as temporary:
        root = folder or Path(temporary)
        missed, applied = corrected(root, fold.test[:SMALL], fold.train[:LEARNED], coder)
    said = "is suggested" if applied else "is not suggested"
    say(
        f"{missed.code} was added to one chart by two coders; the night after it {said} for another that has the phrase"
    )
    return applied


if __name__ == "__main__":
    command(main)
