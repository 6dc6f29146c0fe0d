"""Assertion: what is said of each mention, mention by mention, where negations end, lists, cells, headings."""

import re
from pathlib import Path

import pytest
import yaml

from nlp.text.assertion import Asserter, Assertion

MARK = re.compile(r"\{([^{}|]*)\|([a-z_]+)(\??)\}")


def marked(written: str) -> tuple[str, list[tuple[int, int]], list[tuple[str, bool]]]:
    """`{words|kind}` taken out of a text: the text, the spans and what is expected of them."""
    text, spans, expected, last = "", [], [], 0
    for match in MARK.finditer(written):
        text += written[last : match.start()]
        spans.append((len(text), len(text) + len(match[1])))
        text += match[1]
        expected.append((match[2], bool(match[3])))
        last = match.end()
    return text + written[last:], spans, expected


EXAMPLES = [
    ("en", "No {rash|negated}, but {fever|present}."),
    ("en", "Denies {fever|negated}, {chills|negated}, or {vomiting|negated}."),
    ("en", "{Fever|negated}: no\n{Cough|present}: yes"),
    ("en", "Family History:\n{Stroke|other_person}\n\nExam: {murmur|present}"),
    ("en", "If {fever|hypothetical} returns, call us."),
    ("en", "{Sepsis|present?} cannot be ruled out."),
    ("en", "No increase in {ascites|present}."),
    ("en", "The patient denies:\n- {cough|negated}\n- {pain|negated}\nHe has {edema|present}."),
    ("es", "No {exantema|negated}, pero {fiebre|present}."),
    ("es", "Sin {fiebre|negated} ni {tos|negated}, {disnea|present} de esfuerzo."),
    ("es", "No se descarta {neumonía|present?}."),
    ("es", "No se palpan {masas|negated}. {Adenopatías|negated} no se palpan."),
    ("es", "Antecedentes de {infarto|historical} y {diabetes|present}."),
    ("es", "Alérgico a {penicilina|allergy}, madre con {asma|other_person}."),
    ("", "Niega {fiebre|negated}. Denies {cough|negated}."),
    ("de", "No {rash|negated}. Sin {tos|negated}."),
]


@pytest.mark.parametrize(("language", "written"), EXAMPLES)
def test_mentions(language: str, written: str) -> None:
    text, spans, expected = marked(written)
    found = Asserter(language).assertions(text, spans)
    assert [(each.kind, bool(each.uncertain)) for each in found] == expected


def developed() -> list[tuple[str, str]]:
    here = Path(__file__).parent
    files = {language: here / f"development_{language}.yaml" for language in ("en", "es")}
    said = {language: yaml.safe_load(path.read_text(encoding="utf-8")) for language, path in files.items()}
    return [(language, written) for language in said for trap in said[language].values() for written in trap]


@pytest.mark.parametrize(("language", "written"), developed())
def test_what_the_code_was_developed_on(language: str, written: str) -> None:
    text, spans, expected = marked(written)
    found = Asserter(language).assertions(text, spans)
    assert [(each.kind, bool(each.uncertain)) for each in found] == expected


def test_answers_are_in_the_order_of_the_spans_and_name_their_cue() -> None:
    text = "He has cough. No fever."
    fever, cough = (text.index("fever"), text.index("fever") + 5), (7, 12)
    found = Asserter("en").assertions(text, [fever, cough])
    assert [each.kind for each in found] == ["negated", "present"]
    cue = found[0].cue
    assert cue is not None
    assert text[cue[0] : cue[1]] == "No"
    assert found[1] == Assertion("present")


def test_doubt_is_in_the_words_of_the_note() -> None:
    assert Asserter("en").assertions("Probable pneumonia.", [(9, 18)])[0].uncertain == "probable"


@pytest.mark.parametrize("text", ["", " ", "\n\n", "İİİ no fiebre", "no " * 5000])
def test_odd_texts_do_no_harm(text: str) -> None:
    assert Asserter("").assertions(text, []) == []
    assert len(Asserter("").assertions(text, [(0, len(text))])) == 1
