"""Tokens keep their offsets, and what stands before them."""

import pytest

from nlp.text.tokens import LINE, NOTHING, SPACE, WIDE, tokenize


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("84yo M", ["84", "yo", "M"]),
        ("JohnSmith seen", ["John", "Smith", "seen"]),
        ("24/07/2015", ["24", "/", "07", "/", "2015"]),
        ("José_Núñez", ["José", "_", "Núñez"]),
        ("王小明到", ["王", "小", "明", "到"]),
        ("a\r\n \r\n b", ["a", "\n", "b"]),
        ("", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    found = tokenize(text)
    assert list(found.words) == words
    assert [text[s:e].strip() for s, e in zip(found.starts, found.ends, strict=True)] == [w.strip() for w in words]


def test_what_stands_before() -> None:
    assert list(tokenize("a b,  c\td\ne").gaps) == [LINE, SPACE, NOTHING, WIDE, WIDE, NOTHING, LINE]


def test_a_word_without_end_is_kept_short() -> None:
    found = tokenize("x" * 100_000)
    assert len(found.words[0]) < 100 and found.ends[0] == 100_000
