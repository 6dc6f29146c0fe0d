"""Every model of time: near the truth it was drawn from, saved and read again, sound on poor data."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from contract.errors import ConfigError, InputError
from outcomes.features.matrix import Features
from outcomes.survival.boosted import Boosted
from outcomes.survival.classes import Cuts, class_probabilities, restricted_mean, restricted_median
from outcomes.survival.direct import BoostedClasses, ClassLearner, NetworkClasses
from outcomes.survival.forest import Forest
from outcomes.survival.logistic import Logistic
from outcomes.survival.marginal import Marginal
from outcomes.survival.network import Network, Training
from outcomes.survival.outcome import Outcome, SurvivalLearner, usable
from outcomes.survival.proportional import Proportional

HORIZONS = [0.2, 0.5, 1.0, 1.5]
QUICK = Training(size=16, epochs=40, rate=1e-2)
LEARNERS: list[SurvivalLearner] = [
    Marginal(), Proportional("cox"), Proportional("fine_gray"), Logistic(periods=6, folds=2, ridges=(0.1,)),
    Boosted(periods=6, folds=2, rounds=60, rate=0.15), Forest(trees=10, periods=6, folds=2),
    Network(QUICK, periods=6, folds=2),
]  # fmt: skip
CAUSES = ("death", "discharge")


def drawn(persons: int, seed: int) -> tuple[Features, Outcome, np.ndarray]:
    """Exponential hazards of both causes; one covariate is sometimes unknown. Truth is (m, h) of the first cause."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(persons, 4))
    rates = np.exp(np.column_stack([1.2 * x[:, 0] - 0.5, 0.8 * x[:, 1] - 0.5]))
    one, two, away = rng.exponential(1 / rates[:, 0]), rng.exponential(1 / rates[:, 1]), rng.exponential(3, persons)
    times = np.minimum(np.minimum(one, two), np.minimum(away, 3.0))
    kinds = np.where(times == one, 1, np.where(times == two, 2, 0))
    total = rates.sum(1)
    truth = (rates[:, 0] / total)[:, None] * -np.expm1(-np.outer(total, HORIZONS))
    x[rng.random(persons) < 0.2, 2] = np.nan
    names = ("24h/A/last", "stay/A/last", "24h/B/last", "age")
    known = sparse.coo_array(np.where(np.isnan(x), 0, x))
    features = Features(names, np.zeros(4, bool), sparse.csr_array(known, dtype=np.float32))
    return features, Outcome(CAUSES, times, kinds, np.arange(persons)), truth


LEARN, TEST = drawn(700, 1), drawn(500, 2)


@pytest.mark.parametrize("learner", LEARNERS, ids=lambda learner: learner.name)
def test_near_the_truth_and_the_same_when_read_again(learner: SurvivalLearner, tmp_path: Path) -> None:
    model = learner.fit(LEARN[0], LEARN[1], 1)
    said = model.incidence(TEST[0], HORIZONS)
    assert said.shape == (500, 2, 4)
    assert (said >= 0).all()
    assert (said.sum(1) <= 1 + 1e-9).all()
    assert (np.diff(said, axis=2) >= -1e-12).all()
    far = np.sqrt(((TEST[2].mean(0) - TEST[2]) ** 2).mean())
    near = np.sqrt(((said[:, 0] - TEST[2]) ** 2).mean())
    assert near < (1.1 if learner.name == "marginal" else 0.7) * far
    model.save(tmp_path / "model")
    assert not list(tmp_path.rglob("*.pkl"))
    again = learner.load(tmp_path / "model")
    assert again.incidence(TEST[0], HORIZONS) == pytest.approx(said, abs=1e-9)
    with pytest.raises(InputError, match=r"beyond what was seen"):
        again.incidence(TEST[0], [model.last * 1.01])


@pytest.mark.parametrize("learner", LEARNERS, ids=lambda learner: learner.name)
def test_poor_data(learner: SurvivalLearner) -> None:
    features, outcome, _ = drawn(120, 3)
    one = Outcome(CAUSES, outcome.times, np.minimum(outcome.kinds, 1), outcome.persons)
    assert learner.fit(features, one, 1).incidence(features, [1.0])[:, 1] == pytest.approx(0, abs=1e-3)
    tied = Outcome(CAUSES, np.ones(120), np.where(outcome.kinds == 0, 0, outcome.kinds), outcome.persons)
    assert np.isfinite(learner.fit(features, tied, 1).incidence(features, [1.0])).all()
    for kinds in (np.zeros(120, int), np.where(outcome.kinds == 2, 2, 0)):
        with pytest.raises(InputError, match="nobody of 120 has death"):
            learner.fit(features, Outcome(CAUSES, outcome.times, kinds, outcome.persons), 1)
    early = Outcome(
        CAUSES, np.where(np.arange(120) < 3, [0.0, -1.0, np.nan] * 40, outcome.times), outcome.kinds, outcome.persons
    )
    with pytest.raises(InputError, match=r"1 without time, 2 with a time of zero or less"):
        learner.fit(features, early, 1)


@pytest.mark.parametrize("learner", LEARNERS[3:], ids=lambda learner: learner.name)
def test_few_persons(learner: SurvivalLearner) -> None:
    """Whoever is held out, also the one who was followed longest."""
    features, outcome, _ = drawn(12, 5)
    kinds = np.where(outcome.kinds == 1, 0, outcome.kinds)
    kinds[:2] = 1
    model = learner.fit(features, Outcome(CAUSES, outcome.times, kinds, outcome.persons), 1)
    assert np.isfinite(model.incidence(features, [float(outcome.times.max())])).all()
    kinds[0] = 0
    with pytest.raises(InputError, match="1 of 12 persons has death"):
        learner.fit(features, Outcome(CAUSES, outcome.times, kinds, outcome.persons), 1)


def test_a_period_in_which_a_fold_saw_no_event_does_not_undo_the_others() -> None:
    """Without a hold on its start it says never, and the recalibration shrinks every slope to make up for that."""
    features, outcome, _ = drawn(150, 3)
    said = Logistic().fit(features, outcome, 1).incidence(TEST[0], HORIZONS)[:, 0]
    far = np.sqrt(((TEST[2].mean(0) - TEST[2]) ** 2).mean())
    assert np.sqrt(((said - TEST[2]) ** 2).mean()) < 0.5 * far


def test_contributions_of_lines_are_in_every_period_the_same() -> None:
    model = Logistic(periods=6, folds=2, ridges=(0.1,)).fit(LEARN[0], LEARN[1], 1)
    some = Features(TEST[0].names, TEST[0].counted, TEST[0].rows[:20])
    parts = model.contributions(some, 1.0, 1)
    assert parts[:, :-1] == pytest.approx(model.contributions(some, 0.2, 1)[:, :-1])
    assert [row[0].feature for row in model.explain(some, 1.0, 1, 2)].count("24h/A/last") >= 14


def test_rows_that_cannot_teach_are_counted() -> None:
    bad = Outcome(CAUSES, np.array([1.0, 0.0, np.nan, 2.0, 3.0]), np.array([1, 1, 0, 5, 0]), np.arange(5))
    rows, aside = usable(bad)
    assert rows.tolist() == [True, False, False, False, True]
    assert (aside.without_time, aside.not_after, aside.unknown_kind) == (1, 1, 1)


def test_contributions_of_trees_sum_to_the_log_odds() -> None:
    model = LEARNERS[4].fit(LEARN[0], LEARN[1], 1)
    some = Features(TEST[0].names, TEST[0].counted, TEST[0].rows[:20])
    parts = model.contributions(some, 1.0, 1)  # type: ignore[attr-defined]
    assert parts.shape == (20, 5)
    hazards = model.hazards(some)  # type: ignore[attr-defined]
    odds = np.log(hazards[:, :, 0] / (1 - hazards.sum(2)))
    assert (parts.sum(1) <= odds.max(1) + 1e-6).all()
    assert (parts.sum(1) >= odds.min(1) - 1e-6).all()
    first = [parts[0].feature for parts in model.explain(some, 1.0, 1, 2)]
    assert first.count("24h/A/last") >= 14  # what death depends on
    assert [parts[0].feature for parts in model.explain(some, 1.0, 2, 2)].count("stay/A/last") >= 11


def test_features_of_another_vocabulary() -> None:
    model = Proportional().fit(LEARN[0], LEARN[1], 1)
    other = Features(("a", "b", "c", "d"), TEST[0].counted, TEST[0].rows)
    with pytest.raises(InputError, match="vocabulary of the training"):
        model.incidence(other, [1.0])


def test_classes_and_times_from_the_incidence() -> None:
    model = Proportional().fit(LEARN[0], LEARN[1], 1)
    classes = class_probabilities(model, TEST[0], Cuts(0.5, 1.5))
    assert classes.sum(1) == pytest.approx(1)
    assert classes[:, 0] == pytest.approx(model.incidence(TEST[0], [0.5])[:, 0, 0])
    mean, middle = restricted_mean(model, TEST[0], 1.5), restricted_median(model, TEST[0], 1.5)
    assert ((mean > 0) & (mean <= 1.5) & (middle > 0) & (middle <= 1.5)).all()
    assert np.corrcoef(mean, TEST[2][:, 2])[0, 1] < -0.9
    with pytest.raises(ConfigError, match="0 < short < middle"):
        Cuts(2.0, 1.0)


@pytest.mark.parametrize(
    "learner",
    [
        BoostedClasses(rounds=40),
        NetworkClasses(QUICK),
        *(NetworkClasses(Training(b, 8, epochs=5)) for b in ("cnn", "rnn")),
    ],
    ids=lambda learner: learner.name,
)
def test_direct_classifiers(learner: ClassLearner, tmp_path: Path) -> None:
    model = learner.fit(LEARN[0], LEARN[1], Cuts(0.5, 1.5), 1)
    said = model.probabilities(TEST[0])
    assert said.sum(1) == pytest.approx(1)
    if learner.name in ("boosted_classes", "ann_classes"):
        assert np.corrcoef(said[:, 2], TEST[2][:, 3])[0, 1] < -0.7
    model.save(tmp_path / "model")
    assert learner.load(tmp_path / "model").probabilities(TEST[0]) == pytest.approx(said, abs=1e-9)


def test_cuts_beyond_the_follow_up() -> None:
    with pytest.raises(InputError, match="nobody was followed for 9 days"):
        BoostedClasses().fit(LEARN[0], LEARN[1], Cuts(1.0, 9.0), 1)
