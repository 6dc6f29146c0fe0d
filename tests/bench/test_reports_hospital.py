"""What is compared with an earlier film is held against the truth of both films."""

from datetime import datetime

from bench.reports_hospital import comparisons, labels, priors
from eval.findings import Label
from imaging.draft import Draft, Sentence
from imaging.finding import Finding
from imaging.studies import read
from tests.imaging.test_studies import embeddings

STUDIES = read(embeddings((1, "a", "1", datetime(2020, 1, 1), [0.0]), (1, "b", "1", datetime(2020, 1, 2), [0.0])))


def claimed(state: str, finding: str, before: str, now: str) -> bool:
    said = Sentence("...", finding, state, 0.9, "template", "a")
    gold = [[Label(name)] if name else [] for name in (before, now)]
    ((claim, true),) = comparisons([Draft(()), Draft((said,))], STUDIES, gold)
    assert claim == state
    return true


def test_new_is_now_and_not_before() -> None:
    assert claimed("new", "effusion", "", "effusion")
    assert not claimed("new", "effusion", "effusion", "effusion")
    assert not claimed("new", "effusion", "", "edema")


def test_resolved_is_before_and_not_now() -> None:
    assert claimed("resolved", "effusion", "effusion", "")
    assert not claimed("resolved", "effusion", "effusion", "effusion")


def test_unchanged_is_the_same_in_both() -> None:
    assert claimed("unchanged", "effusion", "effusion", "effusion")
    assert not claimed("unchanged", "effusion", "", "effusion")


def test_names_that_the_truth_does_not_tell_apart_are_one() -> None:
    said = labels([[Finding("blunting", "left"), Finding("device"), Finding("picc", "right", position="bad")]])
    assert said == [[Label("effusion", "left"), Label("picc", "right", position="bad")]]


def test_a_prior_is_the_persons_earlier_study() -> None:
    assert priors(STUDIES) == [set(), {"a"}]
