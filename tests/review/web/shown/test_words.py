"""Words and keys of the chart: one list, and nothing in it twice."""

from nlp.icd.rules.book import rules
from review.coding.marks import LOST
from review.web.shown.words import words


def test_no_key_does_two_things() -> None:
    said = [key for group in words().keys for key in group.keys if key.does]
    names = [name for key in said for name in (key.key, key.also) if name]
    assert len(names) == len(set(names))


def test_flags_are_told_in_words() -> None:
    for flag in (*rules(), LOST, "see Z86", "negated", "learned"):
        assert words().flag(flag), flag
    assert words().flag("what-nobody-knows") == ""


def test_sections_have_names() -> None:
    assert words().section("") == "Beginning"
    assert words().section("something_new") == "Something new"
