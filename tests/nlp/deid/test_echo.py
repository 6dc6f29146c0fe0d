"""Names are found again where no context betrays them; common words and short capitals are left alone."""

from nlp.deid.echo import echoes
from nlp.deid.span import Span


def found(text: str, first: str, label: str, score: float = 0.99) -> list[str]:
    start = text.index(first)
    spans = echoes(text, [Span(start, start + len(first), label, "tagger", score)])
    assert all(span.label == label and span.layer == "tagger" and span.score < 0.9 for span in spans)
    return [text[span.start : span.end] for span in spans]


def test_parts_of_a_name_are_found_again_in_either_case() -> None:
    text = "Seen by Anna Kowalczyk. Later Kowalczyk agreed. KOWALCZYK signed; kowalczyk did not."
    assert found(text, "Anna Kowalczyk", "STAFF") == ["Kowalczyk", "KOWALCZYK"]


def test_common_words_are_no_names_by_themselves() -> None:
    assert found("Called Will Young. Will he come? Young patients do.", "Will Young", "RELATIVE") == []
    assert found("Ana Xu called. ANA positive.", "Ana Xu", "RELATIVE") == []


def test_whole_places_and_numbers_are_found_again() -> None:
    assert found("MRN 4455667 ... page 2, 4455667, 44556678", "4455667", "MRN") == ["4455667"]
    assert found("Works at Tyler Bakery. Fax Tyler Bakery. Tyler", "Tyler Bakery", "EMPLOYER") == ["Tyler Bakery"]


def test_what_is_not_sure_has_no_echo() -> None:
    assert found("Spoke to Kowalczyk. Kowalczyk agreed.", "Kowalczyk", "STAFF", 0.6) == []
