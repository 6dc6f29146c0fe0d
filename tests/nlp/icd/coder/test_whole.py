"""What the whole text says of a code is the same whatever charts are read beside it."""

import numpy as np

from nlp.icd.chart import Chart, Note
from nlp.icd.coder.content import content
from nlp.icd.coder.whole import AT_ONCE, Whole

WORDS = ("renal", "colic", "gout", "fever", "cough", "asthma", "anaemia", "oedema")


def test_a_chart_scores_the_same_alone_and_in_company() -> None:
    draw = np.random.default_rng(1)
    texts = [" ".join(draw.choice(WORDS, 12)) for _ in range(AT_ONCE + 9)]
    contents = [content(Chart(f"e{at}", (Note(f"n{at}", text, "en"),))) for at, text in enumerate(texts)]
    whole = Whole()
    whole.fit(contents, [frozenset({word for word in WORDS[:3] if word in text}) for text in texts])
    ridge, near = whole.scores(contents)
    assert ridge.shape == near.shape == (len(texts), 3)
    for at in (0, AT_ONCE, len(texts) - 1):
        alone = whole.scores([contents[at]])
        assert np.array_equal(alone[0][0], ridge[at]) and np.allclose(alone[1][0], near[at])


def test_of_very_many_charts_some_at_even_distances_are_learned_from() -> None:
    contents = [content(Chart(f"e{at}", (Note(f"n{at}", "renal colic", "en"),))) for at in range(9)]
    whole = Whole(largest=5)
    whole.fit(contents, [frozenset({f"A{at:02}"}) for at in range(9)])
    assert whole.codes == ["A00", "A02", "A04", "A06", "A08"]
