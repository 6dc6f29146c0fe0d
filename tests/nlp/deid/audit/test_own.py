"""A person's own identifiers are found in every disguise, and ordinary text is not taken for them."""

import base64
import codecs
from datetime import date

import pytest

from nlp.deid.audit.own import own_leaks
from nlp.deid.person import NOBODY, Identifier, Person

PERSON = Person(
    1,
    (
        Identifier("PATIENT", "given", "José"),
        Identifier("PATIENT", "family", "Hernández"),
        Identifier("MRN", "number", "MRN-0048213"),
        Identifier("SSN", "number", "123-45-6789"),
        Identifier("PHONE", "phone", "(617) 555-0143"),
        Identifier("EMAIL", "email", "jhz9@example.org"),
        Identifier("STREET", "line", "12 Elm Street Apt 4"),
        Identifier("CITY", "city", "Springfield"),
        Identifier("ZIP", "zip", "02139"),
    ),
    birth=date(1950, 2, 28),
)
LEAKS = [
    "seen with jose hernandez today",
    "HERNÁNDEZ, JOSÉ",
    "H e r n a n d e z",
    "JoséHernández",
    "patienthernandezjosewas",
    "Hernán\ndez",
    "Her\u200bnan\u00addez",
    "zednanreh",
    "H3rn4nd3z",
    "Н\u0435rn\u0430nd\u0435z",
    "ＨＥＲＮＡＮＤＥＺ",
    "Her.nan.dez",
    base64.b64encode("José Hernández".encode()).decode(),
    "José Hernández".encode().hex(),
    "Jos%C3%A9%20Hern%C3%A1ndez",
    "Hern&aacute;ndez",
    "H<b>ern</b>andez",
    "0 0 4 8 2 1 3",
    "chart 48213 of",
    "ticket 3128400",
    "123/45/6789",
    "l23-4S-6789",
    "one two three, forty-five, six seven eight nine",
    "uno dos tres cuatro cinco seis siete ocho nueve",
    "six one seven, triple five, zero one four three",
    "61 7-55 50 143",
    "+1 617.555.0143",
    "jhz9 at example dot org",
    "gro.elpmaxe@9zhj",
    "12 Elm St",
    "12elmstreet",
    "spr1ngf1eld",
    "zip 02139",
    "zip 0 2 1 3 9",
    "born 02/28/1950",
    "28 de febrero de 1950",
    "Feb 28th, 1950",
    "19500228",
]
CLEAN = [
    "BP 120/80, Na 140 K 4.0, weight 70.5 kg on 02/27/1950; WBC 12.5; call 617-555-0199, Dr. Smith.",
    "Ran 12 times; platelets 123,456; elm pollen allergy; 0.02139 mg; glucose 102139; no fever in a month.",
    "Her nan died; es de 12 años; spring field day; 13 de febrero de 1951.",
    "Base64 is no leak: aGVsbG8gd29ybGQ= and 4d6f6465726e20746578742068657265.",
]


@pytest.mark.parametrize("text", LEAKS)
def test_a_disguised_identifier_is_found(text: str) -> None:
    assert own_leaks(PERSON, [text])[0]


@pytest.mark.parametrize("text", CLEAN)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert own_leaks(PERSON, [text]) == [set()]


def test_leaks_are_said_text_by_text_without_what_was_found() -> None:
    first, second = own_leaks(PERSON, ["nothing", "Hernandez called"])
    assert (first, {hit.label for hit in second}) == (set(), {"PATIENT"})
    assert "ernandez" not in repr(second).lower()


def test_a_name_that_is_a_word_names_only_behind_a_title_or_beside_another_name() -> None:
    person = Person(2, (Identifier("PATIENT", "given", "Hope"), Identifier("PATIENT", "family", "White")))
    texts = ["White blood cells; we hope.", "Mrs. White was seen", "White, Hope", "hope.white", "mr white noise"]
    assert [bool(found) for found in own_leaks(person, texts)] == [False, True, True, True, False]


def test_what_a_corpus_shows_to_be_a_word_is_one() -> None:
    person = Person(3, (Identifier("PATIENT", "family", "Stent"),))
    assert own_leaks(person, ["a stent was placed"])[0]
    assert own_leaks(person, ["a stent was placed"], {"stent"}) == [set()]


def test_somebody_of_whom_nothing_is_known_has_no_leaks() -> None:
    assert own_leaks(NOBODY, ["José Hernández", ""]) == [set(), set()]


def test_hospitals_and_professions_are_not_sought() -> None:
    person = Person(
        4, (Identifier("HOSPITAL", "organization", "Lakeside Clinic"), Identifier("PROFESSION", "profession", "Welder"))
    )
    assert own_leaks(person, ["a welder at Lakeside Clinic"]) == [set()]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ludwig van Berkel", "form_ludwigvanberkel_v2"),
        ("Ludwig van Berkel", "VanBerkelLudwig"),
        ("Igor Jasper Matuse", "igorjmatuse"),
        ("Li Wu", "LiWu was"),
        ("Li Wu", "wu, li WU, LI"),
        ("Nelly Fernhout", "patientfernhoutwas"),
        ("Nelly Fernhout", "FERNHOUT2024"),
        ("Nelly Fernhout", "ReportFernhoutFinal"),
    ],
)
def test_a_name_that_is_glued_is_found(name: str, text: str) -> None:
    assert own_leaks(Person(5, (Identifier("RELATIVE", "name", name),)), [text])[0]


def test_a_short_name_is_no_piece_of_a_word() -> None:
    person = Person(6, (Identifier("PATIENT", "name", "An Na"), Identifier("PATIENT", "family", "Marten")))
    assert own_leaks(person, ["Anna sat; an na of 140; the smarten martensite"]) == [set()]


@pytest.mark.parametrize("text", ["0662-\n1388", "06 | 62 1388", "0662 |\n | 1388", "x7ACC71959 y"])
def test_a_number_broken_over_lines_and_cells_is_found(text: str) -> None:
    person = Person(7, (Identifier("ACCOUNT", "number", "0662-1388"), Identifier("ACCOUNT", "number", "ACC71959")))
    assert own_leaks(person, [text])[0]


def test_text_in_quoted_printable_is_read() -> None:
    said = codecs.encode("Señor Hernández".encode(), "quopri").decode()
    assert own_leaks(PERSON, [said])[0]
