"""Measures of coding against scikit-learn on random answers, and against figures worked out by hand."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score, roc_auc_score

from contract.errors import CheckFailed
from eval.coding import MEASURES, figures, mean_average_precision
from eval.coding_sheet import Document, Said, Sheet, overlap, sheet
from eval.resampling import difference, draws, estimate

LABELS = [f"{chapter}{at:02d}.{at % 7}" for chapter in "ABC" for at in range(12)]


def random_documents(seed: int, count: int = 40) -> list[Document]:
    """Lists of unlike length with tied scores; some documents without gold, some without answer."""
    draw = np.random.default_rng(seed)
    documents = []
    for at in range(count):
        gold = draw.choice(LABELS, draw.integers(0, 6), replace=False)
        listed = draw.choice(LABELS, 0 if at == 3 else draw.integers(1, 25), replace=False)
        scores = np.round(np.clip(draw.normal(0.3, 0.2, len(listed)) + 0.25 * np.isin(listed, gold), 0, 1), 1)
        order = np.argsort(-scores, kind="stable")
        said = [Said(str(listed[k]), float(scores[k]), bool(scores[k] >= 0.5)) for k in order]
        documents.append(Document(said, {str(code): () for code in gold}, frozenset(map(str, gold[:2]))))
    return documents


def matrices(documents: list[Document]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gold, score (-1 where not listed) and said yes, documents by labels."""
    gold = np.array([[code in one.gold for code in LABELS] for one in documents])
    held = [{said.code: said for said in one.said} for one in documents]
    score = np.array([[of[code].score if code in of else -1.0 for code in LABELS] for of in held])
    yes = np.array([[code in of and of[code].yes for code in LABELS] for of in held])
    return gold, score, yes


@pytest.fixture(scope="module", params=[1, 2])
def answers(request: pytest.FixtureRequest) -> list[Document]:
    return random_documents(request.param)


@pytest.fixture(scope="module")
def found(answers: list[Document]) -> dict[str, float]:
    return figures(sheet(answers, LABELS))


def test_f1_is_that_of_scikit_learn(answers: list[Document], found: dict[str, float]) -> None:
    gold, _, yes = matrices(answers)
    there = (gold | yes).any(0)
    assert found["micro_f1"] == pytest.approx(f1_score(gold, yes, average="micro"))
    assert found["macro_f1"] == pytest.approx(f1_score(gold[:, there], yes[:, there], average="macro", zero_division=0))
    in_gold = gold.any(0)
    wanted = f1_score(gold[:, in_gold], yes[:, in_gold], average="macro", zero_division=0)
    assert found["macro_f1_gold"] == pytest.approx(wanted)
    both = [
        score(gold[:, there], yes[:, there], average="macro", zero_division=0)
        for score in (precision_score, recall_score)
    ]
    assert found["macro_f1_harmonic"] == pytest.approx(2 * both[0] * both[1] / sum(both))


def test_areas_are_those_of_scikit_learn(answers: list[Document], found: dict[str, float]) -> None:
    gold, score, _ = matrices(answers)
    assert found["micro_auc"] == pytest.approx(roc_auc_score(gold.ravel(), score.ravel()))
    mixed = gold.any(0) & ~gold.all(0)
    assert found["macro_auc"] == pytest.approx(roc_auc_score(gold[:, mixed], score[:, mixed], average="macro"))


def test_average_precision_is_that_of_scikit_learn_where_scores_do_not_tie(answers: list[Document]) -> None:
    """Scikit-learn ranks what is not listed too: found there it is taken away again."""
    untied = [
        Document([Said(s.code, 1 - k / 100) for k, s in enumerate(one.said)], one.gold) for one in answers if one.said
    ]
    wanted = []
    for one in untied:
        if one.gold:
            right = [said.code in one.gold for said in one.said]
            listed = average_precision_score(right, [said.score for said in one.said]) if any(right) else 0.0
            wanted.append(listed * sum(right) / len(one.gold))
    assert figures(sheet(untied))["map"] == pytest.approx(np.mean(wanted))


def test_weights_are_copies_of_documents(answers: list[Document]) -> None:
    """What a bootstrap computes from weights is what it would from the drawn documents themselves."""
    weights = draws([str(at) for at in range(len(answers))], 1, seed=5)
    drawn = [one for one, times in zip(answers, weights[0].astype(int), strict=True) for _ in range(times)]
    whole, copies = sheet(answers, LABELS), sheet(drawn, LABELS)
    ones = np.ones((1, len(drawn)))
    for name in set(MEASURES) - {"ece", "ece_all"}:  # their bins are those of the whole
        assert MEASURES[name](whole, weights)[0] == pytest.approx(MEASURES[name](copies, ones)[0], nan_ok=True), name


def by_hand() -> Sheet:
    first = Document(
        [
            Said("A00.1", 0.95, True, True, (("n", 0, 10), ("n", 50, 60))),
            Said("B00.1", 0.90, True, True, (("n", 20, 30), ("n", 42, 50))),
            Said("C00", 0.40, False, False, (("n", 5, 6),)),
            Said("D00", 0.20),
            Said("A00.1", 0.10, True),
        ],
        {"A00.1": (("n", 0, 12),), "B00.1": (("n", 40, 50),), "D00": (), "E00": (("n", 1, 2),)},
        frozenset({"D00", "E00"}),
    )
    second = Document([Said("A00.2", 0.5, True)], {"A00.3": ()}, frozenset())
    return sheet([first, second, Document([], {})])


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("map", (1 + 1 + 3 / 4 + 0) / 4 / 2),  # the third document has no gold, and does not count
        ("micro_f1", 2 * 2 / (3 + 5)),
        ("category_f1", 2 * 3 / (3 + 5)),  # A00.2 is of the category of A00.3
        ("p_at_5", 3 / 5 / 3),
        ("recall_at_20", 3 / 5),
        ("unseen_recall", 0.0),
        ("unseen_top20", 1 / 2),
        ("preaccept_precision", 1.0),
        ("preaccept_share", 2 / 5),
        ("evidence_share", 3 / 5),
        ("evidence_share_said", 2 / 3),
        ("evidence_iou50", 1 / 2),
        ("evidence_iou50_any", 1.0),
        ("ece_all", (0.05 + 0.1 + 0.4 + 0.8 + 0.5) / 5),
    ],
)
def test_by_hand(name: str, wanted: float) -> None:
    assert figures(by_hand())[name] == pytest.approx(wanted)


def test_what_cannot_be_measured_is_nan() -> None:
    found = figures(sheet([Document([Said("A00", 3.5, True)], {"A00": ()})]))
    assert found["map"] == 1
    assert all(np.isnan(found[name]) for name in ("ece", "unseen_top20", "evidence_iou50", "preaccept_precision"))
    assert np.isnan(found["micro_auc"])  # one label, one document: nothing is wrong


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(CheckFailed, match="finite"):
        sheet([Document([Said("A00", float("nan"))], {})])


def test_a_difference_is_narrower_than_its_figures(answers: list[Document]) -> None:
    """Two systems that fail on the same documents differ by less than either varies."""
    better = [
        Document(sorted(one.said, key=lambda said, one=one: said.code not in one.gold), one.gold) for one in answers
    ]
    first, second = sheet(better), sheet(answers)
    weights = draws([str(at) for at in range(len(answers))], 200)
    gap = difference(mean_average_precision, first, second, weights)
    alone = [estimate(mean_average_precision, one, weights) for one in (first, second)]
    assert gap.value == pytest.approx(alone[0].value - alone[1].value)
    assert 0 < gap.low < gap.value < gap.high
    assert gap.low <= gap.value <= gap.high and alone[1].low < alone[1].value < alone[1].high


def test_texts_of_one_name_are_drawn_together() -> None:
    weights = draws(["a", "b", "a", "b"], 50)
    assert (weights[:, 0] == weights[:, 2]).all() and (weights.sum(1) == 4).all()
    assert (weights[:, 0] != weights[:, 1]).any()


def test_overlap() -> None:
    assert overlap(("n", 0, 10), ("n", 5, 15)) == pytest.approx(5 / 15)
    assert overlap(("n", 0, 10), ("m", 0, 10)) == overlap(("n", 0, 3), ("n", 3, 5)) == 0
