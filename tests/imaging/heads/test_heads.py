"""Finding heads on made vectors: what is known is said, what is not is left unsaid, and nothing is said of noise."""

from pathlib import Path

import numpy as np
import pytest

from contract.errors import InputError
from imaging.finding import SEVERITIES, SIDES, Finding
from imaging.heads.decided import HINT, LEAST, auroc, knows
from imaging.heads.heads import Heads
from imaging.heads.readings import word
from imaging.heads.together import together
from imaging.studies import NONE, Studies

WIDTH, NAMES = 24, ("effusion", "nodule", "picc")


def made(n: int, seed: int, *, images: int = 1, noise: float = 0.5) -> tuple[Studies, list[list[Finding]]]:
    """Each finding, side and severity moves the vector along an axis of its own; two studies a person."""
    rng = np.random.default_rng(seed)
    signal, findings = np.zeros((n, WIDTH)), []
    for row in range(n):
        said = []
        for j, name in enumerate(NAMES):
            if rng.random() < 0.2:
                side, grade = rng.integers(2), rng.integers(3)
                signal[row, 5 * j] += 3 + grade
                signal[row, 5 * j + 1 + side] += 3
                position = ("good", "bad")[side] if name == "picc" else ""
                said.append(Finding(name, SIDES[side], "" if name == "picc" else SEVERITIES[grade], position))
        findings.append(said)
    vectors = np.repeat(signal, images, 0) + noise * rng.normal(size=(n * images, WIDTH))
    return of(vectors, np.full(n, images)), findings


def of(vectors: np.ndarray, images: np.ndarray) -> Studies:
    n = len(images)
    first = np.concatenate([[0], np.cumsum(images)]).astype(np.int64)
    return Studies(
        np.array([f"s{i}" for i in range(n)], object), np.arange(n) // 2, np.full(n, np.datetime64("2020-01-01", "us")),
        np.full(n, "CR", object), first, vectors.astype(np.float32), np.full(len(vectors), "PA", object),
        np.full(n, NONE),
    )  # fmt: skip


@pytest.fixture(scope="module")
def heads() -> Heads:
    return Heads.fit(*made(1200, 1))


def told(findings: list[list[Finding]]) -> set[tuple[object, ...]]:
    return {(i, f.name, f.side, f.severity, f.position) for i, said in enumerate(findings) for f in said}


def test_findings_are_told_with_side_severity_and_position(heads: Heads) -> None:
    studies, truth = made(400, 2)
    found, wanted = told(heads.read(studies).present()), told(truth)
    names = {row[:2] for row in found}, {row[:2] for row in wanted}
    assert len(names[0] & names[1]) > 0.97 * len(names[0] | names[1])
    assert len(found & wanted) > 0.5 * len(wanted)


def test_probabilities_are_calibrated() -> None:
    studies, truth = made(2000, 3, noise=1.2)
    noisy = Heads.fit(*made(2000, 4, noise=1.2))
    said = noisy.read(studies)
    for j, name in enumerate(said.findings):
        share = np.mean([any(f.name == name for f in each) for each in truth])
        assert abs(said.presence[:, j].mean() - share) < 0.03
    assert np.allclose(said.side.sum(2), 1) and np.allclose(said.severity.sum(2), 1)
    assert (said.absent < said.doubtful).all() and (said.doubtful <= said.threshold).all()
    assert (said.threshold >= LEAST).all() and (said.doubtful >= HINT).all()


def test_of_shuffled_vectors_no_head_speaks() -> None:
    studies, truth = made(1200, 1)
    order = np.random.default_rng(1).permutation(len(studies))
    said = Heads.fit(of(studies.vectors[order], studies.images), truth).read(made(300, 2)[0])
    assert not said.speaks.any() and said.present() == [[]] * 300
    assert np.ptp(said.presence, axis=0).max() == 0 and not said.denied.any() and not said.doubted.any()


def test_a_head_must_know_more_than_folds_make_by_chance() -> None:
    rng, many = np.random.default_rng(5), 300
    present, groups = np.arange(many) % 3 == 0, np.arange(many)
    scores = rng.normal(size=many) + present * 1.0
    assert knows(scores, present, groups, 20) and not knows(scores - present * 1.0, present, groups, 20)
    area, error = auroc(scores, present, groups)
    assert 0.7 < area < 0.82 and 0.02 < error < 0.04
    assert auroc(scores, present, groups // 3)[1] != error


def test_a_side_that_cannot_be_told_is_left_unsaid() -> None:
    studies, truth = made(1200, 1)
    vectors = studies.vectors.copy()
    vectors[:, [1, 2, 6, 7, 11, 12]] = 0
    heads = Heads.fit(of(vectors, studies.images), truth)
    said = heads.read(of(vectors[:400], studies.images[:400])).present()
    sides = [f.side for each in said for f in each]
    assert sides and all(0.3 < chance < 0.7 for chance in heads.read(studies).side[0, 0, 1:3])


def test_many_images_do_not_break_it(heads: Heads) -> None:
    studies, truth = made(200, 5, images=10)
    said = heads.read(studies)
    assert not said.strange.any()
    assert {row[:2] for row in told(said.present())} >= {row[:2] for row in told(truth)}


def test_what_is_unlike_training_is_strange(heads: Heads) -> None:
    good = made(1, 6)[0].vectors
    vectors = np.vstack(
        [good, good + 20, heads.views.means[:1] + heads.learned.forward.normal, np.full((1, WIDTH), np.nan)]
    )
    said = heads.read(of(vectors, np.array([1, 1, 1, 1, 0])))
    assert said.strange.tolist() == [False, True, True, True, True]
    assert said.present()[1:] == [[]] * 4 and np.isfinite(said.presence).all()


def test_rare_findings_are_not_learned() -> None:
    studies, truth = made(300, 7)
    truth[0] = [*truth[0], Finding("pneumothorax")]
    assert "pneumothorax" not in Heads.fit(studies, truth).names
    assert Heads.fit(studies, truth, names=["nodule"]).names == ("nodule",)


def test_saved_heads_read_the_same(heads: Heads, tmp_path: Path) -> None:
    heads.save(tmp_path)
    studies = made(100, 8)[0]
    said, again = heads.read(studies), Heads.load(tmp_path).read(studies)
    assert again.findings == said.findings
    assert np.allclose(said.presence, again.presence, atol=1e-4) and (said.strange == again.strange).all()
    assert [[f.side for f in each] for each in said.present()] == [[f.side for f in each] for each in again.present()]


def test_another_width_is_refused(heads: Heads) -> None:
    with pytest.raises(InputError, match="width 8"):
        heads.read(of(np.zeros((2, 8)), np.array([1, 1])))
    with pytest.raises(InputError, match="1 lists"):
        Heads.fit(made(60, 1)[0], [[]])


def test_what_goes_together_is_known() -> None:
    rng = np.random.default_rng(1)
    first = rng.random(4000) < 0.2
    present = np.stack(
        [first, np.where(first, rng.random(4000) < 0.6, rng.random(4000) < 0.1), rng.random(4000) < 0.3], 1
    )
    pairs = together(present)
    assert pairs.weights[0, 1] == pairs.weights[1, 0] > 2 > 0.3 > abs(pairs.weights[0, 2])
    odds = pairs.odds(1, present.astype(float))
    assert abs((1 / (1 + np.exp(-odds))).mean() - present[:, 1].mean()) < 0.01


def test_a_device_is_said_to_lie_well_only_where_few_like_it_do_not() -> None:
    assert word("position", np.array([0.2, 0.7, 0.1])) == ""  # seven of eight: no better than most devices
    assert word("position", np.array([0.2, 0.77, 0.03])) == "good"
    assert word("position", np.array([0.2, 0.2, 0.6])) == "bad"
    assert word("side", np.array([0.2, 0.7, 0.1, 0.0])) == "left"
