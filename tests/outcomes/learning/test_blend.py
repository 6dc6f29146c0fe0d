"""The blend of logistic regression and trees: it learns, its parts are exact, it is saved, it says what it cannot."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from contract.errors import ConfigError, InputError
from eval import risk
from outcomes.features.matrix import Features, Matrix
from outcomes.learning import blended
from outcomes.learning.blend import Blend
from outcomes.learning.blended import Blended
from outcomes.learning.logistic import logistic
from outcomes.learning.trees import Trees
from outcomes.timeline import Ints

ROWS, WIDTH = 400, 6
QUICK = Blend(trees=Trees(rounds=15, rate=0.2), small=Trees(rounds=5, rate=0.2), threads=1)


def features(values: Matrix) -> Features:
    row, column = np.nonzero(~np.isnan(values))
    held = sparse.csr_array((values[row, column], (row, column)), shape=values.shape, dtype=np.float32)
    names = tuple(f"stay/CODE//{at}/last" for at in range(values.shape[1]))
    return Features(names, np.zeros(len(names), bool), held)


@pytest.fixture(scope="module")
def made() -> tuple[Matrix, Matrix, Ints]:
    """Risk rises with the first value, and at both ends of the second; the third is never known; two rows a person."""
    source = np.random.default_rng(2)
    values = source.normal(size=(ROWS, WIDTH)).astype(np.float32)
    logit = 1.5 * values[:, 0] + values[:, 1] ** 2 - 2
    values[:, 2], values[::3, 3] = np.nan, np.nan
    label = (source.random(ROWS) < 1 / (1 + np.exp(-logit))).astype(np.float32)
    return values, np.c_[label], np.arange(ROWS) // 2 + 10**12


@pytest.fixture(scope="module")
def model(made: tuple[Matrix, Matrix, Ints]) -> Blended:
    return QUICK.fit(features(made[0]), made[1], made[2], 1)


def test_it_learns_what_was_planted(made: tuple[Matrix, Matrix, Ints], model: Blended) -> None:
    assert model.out_of_fold is not None
    assert risk.plain(risk.auroc, made[1][:, 0].astype(float), model.out_of_fold[:, 0]) > 0.75
    parts, _ = model.parts(features(made[0]))
    assert set(np.argsort(-np.abs(parts[0]).mean(0))[:2]) == {0, 1}
    assert not parts[0][:, 2].any()


@pytest.mark.parametrize("members", [("logistic", "trees"), ("logistic",), ("trees",)])
def test_parts_and_base_sum_to_the_logits(made: tuple[Matrix, Matrix, Ints], members: tuple[str, ...]) -> None:
    held = features(made[0])
    model = replace(QUICK, members=members).fit(held, made[1], made[2], 1)
    parts, base = model.parts(held)
    np.testing.assert_allclose(parts[0].sum(1) + base[0], model.logits(held)[:, 0], atol=1e-5)


def test_same_seed_same_model_whatever_the_threads(made: tuple[Matrix, Matrix, Ints], model: Blended) -> None:
    held = features(made[0])
    again = replace(QUICK, threads=2).fit(held, made[1], made[2], 1)
    np.testing.assert_array_equal(again.logits(held), model.logits(held))
    other = QUICK.fit(held, made[1], made[2], 2)
    assert (other.logits(held) != model.logits(held)).any()


def test_saved_and_loaded_it_says_the_same(made: tuple[Matrix, Matrix, Ints], model: Blended, tmp_path: Path) -> None:
    held = features(made[0])
    model.save(tmp_path)
    np.testing.assert_array_equal(blended.load(tmp_path).logits(held), model.logits(held))
    digests = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    QUICK.fit(held, made[1], made[2], 1).save(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == digests
    (tmp_path / blended.TREES).write_bytes(b"cut")
    with pytest.raises(InputError, match="expected all of"):
        blended.load(tmp_path)


def test_labels_out_of_fold_come_from_others(made: tuple[Matrix, Matrix, Ints]) -> None:
    """A person whose labels are turned changes others' scores, never those of the person."""
    values, label, persons = made
    turned = label.copy()
    mixed = next(at for at in range(0, ROWS, 2) if label[at, 0] != label[at + 1, 0])
    mine = persons == persons[mixed]  # one row of either kind: turned, the folds stay as they are
    turned[mine] = label[mine][::-1]
    plain = replace(QUICK, members=("logistic",))
    before, after = (plain.fit(features(values), each, persons, 1).out_of_fold for each in (label, turned))
    assert before is not None and after is not None
    np.testing.assert_array_equal(before[mine], after[mine])
    assert (before[~mine] != after[~mine]).any()


def test_many_targets_rare_ones_and_unknown_labels(made: tuple[Matrix, Matrix, Ints]) -> None:
    values, label, persons = made
    targets = np.repeat(label, 10, 1)
    targets[:, 1], targets[5:, 2], targets[::2, 3], targets[:, 4] = 0, 0, np.nan, np.nan
    model = QUICK.fit(features(values), targets, persons, 1)
    scores = 1 / (1 + np.exp(-model.logits(features(values))))
    assert scores.shape == targets.shape and not np.isnan(scores).any()
    assert [len(texts) > 0 for texts in model.grown] == [True, False, False, True] + [False] + [True] * 5
    assert scores[:, 1].max() < 0.01 and scores[:, 2].mean() < 0.05
    assert risk.plain(risk.auroc, label[:, 0].astype(float), scores[:, 3]) > 0.7


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda v, y, p: (v, y * np.nan, p), "none has a known label"),
        (lambda v, y, p: (v, y * 0, p), "0 of 400 known labels are positive"),
        (lambda v, y, p: (v * np.nan, y, p), "all 6 features are empty"),
        (lambda v, y, p: (v, y, p * 0), "of one person"),
    ],
)
def test_it_says_why_nothing_can_be_learned(spoil, said: str, made) -> None:  # type: ignore[no-untyped-def]
    values, label, persons = spoil(*made)
    with pytest.raises(InputError, match=said):
        QUICK.fit(features(values), label, persons, 1)


def test_other_features_are_refused(made: tuple[Matrix, Matrix, Ints], model: Blended) -> None:
    with pytest.raises(InputError, match="the model reads 6 features, found 5"):
        model.logits(features(made[0][:, :5]))


def test_a_recipe_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="2 bags"):
        Blend(bags=1)


def test_the_regression_is_scikit_learns(made: tuple[Matrix, Matrix, Ints]) -> None:
    values, label, _ = made
    held = np.nan_to_num(values)
    slope, intercept = logistic(held, np.hstack([label, 1 - label]), 0.1)
    theirs = LogisticRegression(C=1 / (0.1 * ROWS), tol=1e-8).fit(held, label[:, 0])
    np.testing.assert_allclose(slope[:, 0], theirs.coef_[0], atol=0.01)
    np.testing.assert_allclose(intercept, [theirs.intercept_[0], -theirs.intercept_[0]], atol=0.01)


def test_positives_of_one_person_are_no_wreck(made: tuple[Matrix, Matrix, Ints]) -> None:
    """One fold holds them all, so the model without it knows none: its rows get scores nevertheless."""
    values, _, persons = made
    whose = np.where(np.arange(ROWS) < 30, persons[0], persons)
    label = (np.arange(ROWS) < 30).astype(np.float32)[:, None]
    model = QUICK.fit(features(values), label, whose, 1)
    assert model.out_of_fold is not None and np.isfinite(model.out_of_fold).all()
    assert np.isfinite(model.logits(features(values))).all()
