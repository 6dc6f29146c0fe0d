"""The classifiers of the literature tell apart what any reader would."""

import pytest

from nlp.pathology.oncology.literature import Network, classifiers

TEXTS = ["tumor de mama con ganglios", "biopsia de mama", "colon con pólipo", "resección de colon y ganglios"] * 4
LABELS = ["mama", "mama", "colon", "colon"] * 4


@pytest.mark.parametrize("name", ["naive Bayes", "logistic regression", "SVM"])
def test_they_learn(name: str) -> None:
    system = classifiers()[name]()
    system.fit(TEXTS, LABELS)
    assert system.predict(["una mama", "el colon"]) == ["mama", "colon"]


def test_the_network_learns_and_reads_nothing() -> None:
    system = Network(epochs=60)
    system.fit(TEXTS, LABELS)
    assert system.predict(["una mama", "el colon"]) == ["mama", "colon"]
    assert system.predict([""])[0] in LABELS
