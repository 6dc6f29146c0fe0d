"""Time to an event with competing ones: are the estimators right, and how good are models whose truth is known?

With --timeline the same on a task that asks for a time, learned on one hospital and judged on another.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from scipy import sparse

from bench.json_line import command, finish, say
from bench.survival_designs import DESIGNS, Design, Drawn
from bench.survival_models import Judged, Split, judge, mean, tell
from bench.survival_reference import differences
from outcomes.features.matrix import Features
from outcomes.survival.classes import Cuts
from outcomes.survival.outcome import Outcome

KEYS = ("max_difference", "uno_c", "brier")
COMPARED = 300  # persons of whom the reference has rows for every event
HORIZONS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
CUTS = Cuts(0.5, 1.5)
CAUSES = ("death", "discharge")
OTHERS = 1000  # added to the seed: other persons


def main(
    seeds: Annotated[int, typer.Option(help="Draws of each design.")] = 2,
    persons: Annotated[int, typer.Option(help="To learn from, and as many others to judge on.")] = 2000,
    first: Annotated[int, typer.Option(help="The first seed.")] = 1,
    timeline: Annotated[Path | None, typer.Option(help="A timeline (Parquet) to learn the task on.")] = None,
    test: Annotated[Path | None, typer.Option(help="Another to judge on; without it a third of the persons.")] = None,
    task: Annotated[str, typer.Option(help="Task that asks for a time: a name, or a file.")] = "mortality_time",
) -> None:
    """Designs from formulas, beside scikit-survival, lifelines and statsmodels; the last table is of all designs.

    Example: python -m bench.survival --seeds 2
    """
    drawn = [(design, seed) for seed in range(first, first + seeds) for design in DESIGNS]
    worst = max(compared(design, seed) for design, seed in drawn)
    say(f"largest difference from the references: {worst:.2e}")
    if timeline is None:
        found = [judged(design, seed, persons) for design, seed in drawn]
    else:
        from bench.survival_timeline import split

        found = [judge(split(timeline, test, task))]
    tell("all designs" if timeline is None else task, found)
    finish(KEYS, {"max_difference": worst, "uno_c": mean(found, "uno_c"), "brier": mean(found, "brier")})


def compared(design: Design, seed: int) -> float:
    every = dict(differences(design, design.draw(COMPARED, seed)))
    for what, apart in every.items():
        say(f"{design.name} {seed}: {what}: {apart:.1e}")
    return max(every.values())


def judged(design: Design, seed: int, persons: int) -> Judged:
    learn, test = design.draw(persons, seed), design.draw(persons, seed + OTHERS)
    say(f"{design.name} {seed}: {np.bincount(learn.kinds, minlength=3).tolist()} censored, of cause 1, of cause 2")
    sides = (features(learn), outcome(learn), features(test), outcome(test))
    found = judge(Split(*sides, HORIZONS, CUTS, test.truth))
    tell(f"{design.name} {seed}", [found])
    return found


def features(drawn: Drawn) -> Features:
    width = drawn.x.shape[1]
    names = tuple(f"x{at}" for at in range(width))
    return Features(names, np.zeros(width, bool), sparse.csr_array(drawn.x.astype(np.float32)))


def outcome(drawn: Drawn) -> Outcome:
    return Outcome(CAUSES, drawn.times, drawn.kinds, np.arange(len(drawn.times)))


if __name__ == "__main__":
    command(main)
