"""The naive baselines on made-up reports: what each says, that it says the same again, and what it refuses."""

from collections import Counter

import numpy as np
import pytest

from contract.errors import ConfigError, InputError
from eval.captions import bleu
from imaging.draft import GENERATED
from imaging.finding import Finding
from imaging.literature.naive import NORMAL, Constant, Frequent, Nearest, Random
from imaging.literature.named import SYSTEMS, make
from imaging.studies import NONE, Studies

CLEAR = "Lungs are quite clear today. Heart size is fine."
WET = "There is a large left effusion. Heart size is fine."
REPORTS = [CLEAR, CLEAR, CLEAR, WET, "  "]
FOUND: list[list[Finding]] = [[], [], [], [Finding("effusion", "left", "severe")], []]


def made(vectors: np.ndarray, images: list[int] | None = None, prefix: str = "s") -> Studies:
    """One image a study unless said otherwise."""
    many = images or [1] * len(vectors)
    n = len(many)
    first = np.concatenate([[0], np.cumsum(many)])
    ids = np.array([f"{prefix}{at}" for at in range(n)], object)
    empty = np.full(n, "", object)
    return Studies(ids, np.arange(n), np.full(n, np.datetime64("NaT"), "datetime64[us]"), empty, first,
                   vectors.astype(np.float32), np.full(len(vectors), "", object), np.full(n, NONE))  # fmt: skip


TRAIN = made(np.array([[1, 0], [1, 0.1], [0.9, 0], [0, 2], [0.5, 0.5]]))


@pytest.mark.parametrize("name", ["constant", "random", "frequent", "nearest"])
def test_says_the_same_again_in_any_order_and_claims_no_finding(name: str) -> None:
    asked = made(np.random.default_rng(1).normal(size=(30, 2)), prefix="asked")
    system = make(name).fit(TRAIN, REPORTS, FOUND)
    first = system.predict(asked)
    order = np.arange(30)[::-1]
    again = make(name).fit(TRAIN, REPORTS, FOUND).predict(asked.take(order))
    assert first == again[::-1]
    sentences = [sentence for draft in first for sentence in draft.sentences]
    assert sentences
    assert {(sentence.source, sentence.finding, sentence.score) for sentence in sentences} == {(GENERATED, "", 0.0)}
    assert not any(draft.findings for draft in first)


@pytest.mark.parametrize("name", ["constant", "random", "frequent", "nearest"])
def test_a_study_without_an_image_gets_no_report(name: str) -> None:
    asked = made(np.ones((2, 2)), images=[1, 0, 1])
    drafts = make(name).fit(TRAIN, REPORTS, FOUND).predict(asked)
    assert [bool(draft.text) for draft in drafts] == [True, False, True]
    assert drafts[1].flags == ("no_image",)


def test_the_constant_report_is_the_normal_one_most_like_the_others() -> None:
    system = Constant().fit(TRAIN, REPORTS, FOUND)
    assert {draft.text for draft in system.predict(TRAIN)} == {CLEAR}
    apart = ["Bowel gas everywhere one sees today."]
    only_ours = Constant().fit(made(np.ones((1, 2))), apart, [[Finding("other")]])
    assert only_ours.report == NORMAL  # no normal report to learn from
    assert Constant("Fine.").fit(TRAIN, REPORTS, FOUND).predict(TRAIN)[3].text == "Fine."


def test_a_report_that_speaks_of_a_finding_is_not_normal_whatever_its_labels_say() -> None:
    system = Constant().fit(TRAIN, [WET] * 5, [[]] * 5)
    assert system.report == NORMAL


def test_random_reports_are_those_of_training() -> None:
    texts = [f"Report number {at}." for at in range(5)]
    asked = made(np.ones((500, 2)), prefix="asked")
    said = Counter(draft.text for draft in Random().fit(TRAIN, texts, FOUND).predict(asked))
    assert set(said) == set(texts)
    assert min(said.values()) > 60  # of 100
    assert [d.text for d in Random(2).fit(TRAIN, texts, FOUND).predict(asked)] != [
        d.text for d in Random(1).fit(TRAIN, texts, FOUND).predict(asked)
    ]


def test_frequent_sentences_come_as_often_as_they_are_written() -> None:
    asked = made(np.ones((400, 2)), prefix="asked")
    drafts = Frequent().fit(TRAIN, REPORTS, FOUND).predict(asked)
    said = Counter(sentence.text for draft in drafts for sentence in draft.sentences)
    assert {len(draft.sentences) for draft in drafts} == {2}
    assert said["Heart size is fine."] / said.total() == pytest.approx(4 / 8, abs=0.06)
    top = Frequent(top=1).fit(TRAIN, REPORTS, FOUND).predict(asked)
    assert {sentence.text for draft in top for sentence in draft.sentences} == {"Heart size is fine."}


def test_the_nearest_points_the_same_way_however_long_it_is() -> None:
    asked = made(np.array([[0.1, 5], [7, 0.1]]))
    said = [draft.text for draft in Nearest().fit(TRAIN, REPORTS, FOUND).predict(asked)]
    assert said == [WET, CLEAR]
    assert bleu([WET, CLEAR], said)[3] == pytest.approx(1)


def test_what_cannot_be_learned_from_is_refused() -> None:
    with pytest.raises(InputError, match="5 studies, 1 reports"):
        Random().fit(TRAIN, ["one"], FOUND)
    with pytest.raises(InputError, match="none with a word"):
        Constant().fit(TRAIN, [" "] * 5, FOUND)
    with pytest.raises(InputError, match="width 3; this system learned from vectors of width 2"):
        Nearest().fit(TRAIN, REPORTS, FOUND).predict(made(np.ones((1, 3))))
    with pytest.raises(ConfigError, match="learned nothing yet"):
        Random().predict(TRAIN)
    with pytest.raises(ConfigError, match="there are constant, random"):
        make("oracle")
    assert set(SYSTEMS) >= {"constant", "random", "frequent", "nearest"}
