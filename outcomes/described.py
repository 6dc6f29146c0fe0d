"""What the card says of a training: filled in from the cohort, the model and how it was judged."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from outcomes.beside import beside
from outcomes.cohort import Cohort
from outcomes.judgement import Judgement
from outcomes.learning.learner import Model
from outcomes.learning.simple import SimpleModel
from outcomes.survival.incidences import IncidencesModel
from outcomes.survival.judged import pictured
from outcomes.timeline import Ints
from outcomes.trust.card import Card, Contributions
from outcomes.trust.card import Training as Made
from outcomes.trust.figure import Figure

if TYPE_CHECKING:
    from outcomes.train import Training

SHOWN = 300  # predictions whose contributions are drawn
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def described(judged: Judgement, chosen: str, training: "Training", text: str) -> Card:
    return Card(
        judged.forecaster.task.name,
        text,
        judged.cohort.losses,
        _made(judged, chosen, training),
        judged.targets,
        _contributions(judged),
        [str(leak) for leak in judged.leaks],
        judged.over_time or beside(judged.timeline, judged.on, next(iter(judged.scores.values()))[:, 0]),
        _incidence(judged),
    )


def _made(judged: Judgement, chosen: str, training: "Training") -> Made:
    cohort, model = judged.teaching, judged.forecaster.model.model
    width = _width(model)
    return Made(
        data=f"{training.source} (licence: {training.licence})",
        dates=_dates(cohort.at),
        model=" ".join([_said(chosen, judged), *(line + "." for each in judged.verdicts for line in each.lines())]),
        predictors="Aggregates over windows ending at the prediction, as docs/outcomes.md lists them."
        if width
        else "The whole timeline, event by event.",
        features=width,
        persons=len(np.unique(cohort.subject)),
        rows=len(cohort),
        events=int((cohort.label == 1).any(1).sum() if cohort.times is None else (cohort.times.kind == 1).sum()),
        seed=training.seed,
        command=training.command,
        artifact=judged.forecaster.task.name,
    )


def _width(model: Model) -> int:
    """Columns of a table; 0: it reads events."""
    if isinstance(model, SimpleModel):
        return len(model.blended.names)
    return len(model.names) if isinstance(model, IncidencesModel) else 0


def _incidence(judged: Judgement) -> Figure | None:
    seen = judged.on.times
    return None if seen is None else pictured(seen, next(iter(judged.scores.values())))


def _said(chosen: str, judged: Judgement) -> str:
    where = "persons whom the data set holds out" if judged.where == "held out" else "the training persons, out of fold"
    if judged.on.times is not None:
        return (
            f"`{chosen}`: the chance of each cause by each horizon, other causes having been possible, from hazards by "
            "period of a multinomial logistic regression (docs/outcomes.md, Survival). The hazards were recalibrated "
            f"and decisions fixed out of fold on training persons; it was judged on {where}. Those censored are made "
            "up for by weights (IPCW) in Uno's C and Brier; all other figures are of rows whose label is known."
        )
    return (
        f"`{chosen}`: see docs/outcomes.md. Recalibration, thresholds and decisions were fixed out of fold on training "
        f"persons; it was judged on {where}."
    )


def _dates(at: Ints) -> str:
    """Months: days of single stays are nobody's business."""
    first, last = (EPOCH + timedelta(microseconds=int(each)) for each in (at.min(), at.max()))
    return f"{first:%Y-%m} to {last:%Y-%m}, as the timeline has them"


def _contributions(judged: Judgement) -> Contributions | None:
    """Of the first target; None where the model has no such parts."""
    model = judged.forecaster.model.model
    if not isinstance(model, SimpleModel | IncidencesModel):
        return None
    features = model.features(judged.timeline, judged.on.take(_some(judged.on)))
    first = model.blended.parts(features)[0][0] if isinstance(model, SimpleModel) else model.parts(features)[:, 0]
    return Contributions(features.names, first, features.dense().astype(np.float64))


def _some(cohort: Cohort) -> Ints:
    order = np.random.default_rng(1).permutation(len(cohort))
    return np.sort(order[:SHOWN])
