"""Models of time judged beside each other: concordance, Brier over time, calibration, classes, time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from bench.json_line import say
from eval.resampling import Estimate, around, draws
from eval.survival import Floats
from eval.survival_classes import accuracy, classed, macro_auroc, macro_f1, mean_absolute_error, median
from eval.survival_scores import Observed, brier, calibration, calibration_error, integrated_brier, observed, uno_c
from outcomes.features.matrix import Features
from outcomes.survival.boosted import Boosted
from outcomes.survival.classes import STEPS, Cuts, class_probabilities, restricted_mean, restricted_median
from outcomes.survival.direct import BoostedClasses, ClassLearner, NetworkClasses
from outcomes.survival.forest import Forest
from outcomes.survival.logistic import Logistic
from outcomes.survival.marginal import Marginal
from outcomes.survival.network import Network, Training
from outcomes.survival.outcome import Incidence, Outcome, SurvivalLearner
from outcomes.survival.proportional import Proportional

LEARNERS: tuple[SurvivalLearner, ...] = (
    Marginal(), Proportional("cox"), Proportional("fine_gray"), Logistic(), Boosted(), Forest(), Network(),
)  # fmt: skip
WINDOWED: tuple[SurvivalLearner, ...] = (Network(Training("cnn")), Network(Training("rnn")))
DIRECT: tuple[ClassLearner, ...] = (BoostedClasses(), NetworkClasses())
WINDOWED_DIRECT: tuple[ClassLearner, ...] = (NetworkClasses(Training("cnn")), NetworkClasses(Training("rnn")))
RESAMPLES = 200


@dataclass(frozen=True)
class Split:
    """What is learned from and what is judged on. The last cut is where concordance and restricted time end."""

    features: Features
    outcome: Outcome
    test_features: Features
    test_outcome: Outcome
    horizons: tuple[float, ...]
    cuts: Cuts
    truth: Callable[[Floats], Incidence] | None = None  # of the persons judged on
    windows: bool = False  # features are of several windows of time


@dataclass(frozen=True)
class Row:
    """Of one model; None where it has no such figure."""

    uno_c: Estimate | None = None
    brier: Estimate | None = None
    calibration: Estimate | None = None
    accuracy: Estimate | None = None
    macro_f1: Estimate | None = None
    macro_auroc: Estimate | None = None
    mae_mean: Estimate | None = None
    mae_median: Estimate | None = None


Judged = Mapping[str, Row]


@dataclass(frozen=True)
class Answers:
    """What a model, or the truth, said of those judged on, at every time that will be asked: it is asked once."""

    causes: tuple[str, ...]
    last: float
    grid: Floats  # (g,) rising
    said: Incidence  # (m, k, g)

    def incidence(self, features: Features, horizons: Sequence[float]) -> Incidence:  # noqa: ARG002
        return self.said[:, :, np.searchsorted(self.grid, horizons)]


def judge(split: Split, seed: int = 1) -> Judged:
    judging = Judging(split)
    found: dict[str, Row] = {}
    if split.truth is not None:
        found["truth"] = judging.model(split.truth(judging.grid))
    for learner in (*LEARNERS, *(WINDOWED if split.windows else ())):
        model = learner.fit(split.features, split.outcome, seed)
        said = model.incidence(split.test_features, judging.grid.tolist())
        found[learner.name] = judging.model(said)
        say(f"  {learner.name}: Uno's C {shown(found[learner.name].uno_c)}, Brier {shown(found[learner.name].brier)}")
    for direct in (*DIRECT, *(WINDOWED_DIRECT if split.windows else ())):
        probabilities = direct.fit(split.features, split.outcome, split.cuts, seed).probabilities(split.test_features)
        found[direct.name] = Row(**judging.classes(probabilities))
    found["median"] = Row(mae_median=judging.middle())
    return found


class Judging:
    """On the same persons and the same draws of them for every model."""

    def __init__(self, split: Split) -> None:
        self.split, outcome = split, split.test_outcome
        steps = np.linspace(0, split.cuts.middle, STEPS + 1)[1:]
        self.grid = np.unique(np.r_[steps, split.horizons, split.cuts.days])
        self.seen: Observed = observed(outcome.times, outcome.kinds)
        self.draws = np.vstack([np.ones(len(outcome)), draws([str(each) for each in outcome.persons], RESAMPLES)])

    def model(self, answers: Incidence) -> Row:
        split, seen = self.split, self.seen
        model = Answers(split.outcome.causes, float(self.grid[-1]), self.grid, answers)
        said = model.incidence(split.test_features, split.horizons)[:, 0]
        last = split.cuts.middle
        risk = model.incidence(split.test_features, [last])[:, 0, 0]
        scores = integrated_brier(split.horizons, brier(seen, said, split.horizons, weights=self.draws))
        error = calibration_error(calibration(seen, risk, last))
        means, medians = (
            mean_absolute_error(seen, of(model, split.test_features, last), last, draws=self.draws)
            for of in (restricted_mean, restricted_median)
        )
        return Row(
            _estimate(uno_c(seen, risk, last, weights=self.draws)), _estimate(scores), Estimate(error, error, error),
            **self.classes(class_probabilities(model, split.test_features, split.cuts)),
            mae_mean=_estimate(means), mae_median=_estimate(medians),
        )  # fmt: skip

    def classes(self, probability: Floats) -> dict[str, Estimate]:
        truth = classed(self.seen, self.split.cuts.days)
        each = {"accuracy": accuracy, "macro_f1": macro_f1, "macro_auroc": macro_auroc}
        return {name: _estimate(figure(truth, probability, self.draws)) for name, figure in each.items()}

    def middle(self) -> Estimate:
        """The median of those learned from, said of everybody."""
        last, learned = self.split.cuts.middle, self.split.outcome
        said = np.full(len(self.seen), median(observed(learned.times, learned.kinds), last))
        return _estimate(mean_absolute_error(self.seen, said, last, draws=self.draws))


def _estimate(found: Floats) -> Estimate:
    """The first is of everybody once."""
    return around(float(found[0]), found[1:])


def shown(found: Estimate | None) -> str:
    return "" if found is None else f"{found.value:.4f} [{found.low:.4f}, {found.high:.4f}]"


def tell(title: str, found: Sequence[Judged]) -> None:
    """Means over what was judged; intervals where it was one."""
    names = [each.name for each in fields(Row)]
    say(f"{title}: " + ", ".join(names))
    for model in found[0]:
        cells = [_cell([getattr(one[model], name) for one in found]) for name in names]
        say(f"  {model:16} " + " | ".join(cells))


def _cell(estimates: Sequence[Estimate | None]) -> str:
    if len(estimates) == 1 or estimates[0] is None:
        return shown(estimates[0])
    return f"{np.mean([each.value for each in estimates if each]):.4f}"


def mean(found: Sequence[Judged], figure: str) -> dict[str, float]:
    """By model"""
    held = {name: [getattr(one[name], figure) for one in found] for name in found[0]}
    return {n: round(float(np.mean([e.value for e in each])), 4) for n, each in held.items() if each[0] is not None}
