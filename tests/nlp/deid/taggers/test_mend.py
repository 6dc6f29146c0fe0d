"""E-mail addresses that a tagger marked too wide or too narrow."""

import pytest

from nlp.deid.taggers.mend import mended


@pytest.mark.parametrize(
    ("text", "marked", "wanted"),
    [
        ("a Chile ana@x.cl bo@y.com b", "Chile ana@x.cl bo@y.com", ["ana@x.cl", "bo@y.com"]),
        ("to ana.ruiz@mail.example.org, or", "ruiz@mail", ["ana.ruiz@mail.example.org"]),
        ("no address here", "address", ["address"]),
    ],
)
def test_addresses(text: str, marked: str, wanted: list[str]) -> None:
    start = text.index(marked)
    found = mended(text, [(start, start + len(marked), "MAIL", 0.9)], {"MAIL"})
    assert [text[first:last] for first, last, _, _ in found] == wanted


def test_other_labels_stay() -> None:
    assert mended("x ana@x.cl", [(0, 10, "NAME", 1.0)], {"MAIL"}) == [(0, 10, "NAME", 1.0)]
