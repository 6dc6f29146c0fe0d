"""Windows cover each word once; tags and spans are each other's inverse."""

import pytest

from nlp.tagging.windows import Cut, spans_of, tags_of
from nlp.text.tokens import tokenize

TEXT = "Name: Ana Ruiz\nSeen 3 May 2020 by\nDr Li\n" * 9
LABELS = ("DATE", "PATIENT", "STAFF")


@pytest.mark.parametrize("shift", [0, 3, 11])
@pytest.mark.parametrize("body", [7, 16, 500])
def test_each_word_is_in_the_body_of_one_window(body: int, shift: int) -> None:
    tokens = tokenize(TEXT)
    bodies = [list(w.words)[w.begin : w.end] for w in Cut(body, 4).windows(tokens, shift=shift)]
    assert [word for words in bodies for word in words] == list(tokens.words)


def test_spans_come_back() -> None:
    tokens = tokenize(TEXT)
    spans = [(6, 14, "PATIENT"), (20, 30, "DATE"), (37, 39, "STAFF")]
    tags = tags_of(tokens, spans, LABELS)
    assert [span[:3] for span in spans_of(tokens, tags, [1.0] * len(tags), LABELS)] == spans


def test_of_nested_spans_the_longest_wins() -> None:
    tokens = tokenize("Ana Ruiz")
    assert tags_of(tokens, [(0, 3, "STAFF"), (0, 8, "PATIENT")], LABELS) == [3, 4]


def test_an_empty_note_has_no_windows() -> None:
    assert Cut().windows(tokenize(" \n ")) == [] or len(tokenize(" \n ")) == 1
