"""Numbers, contacts, places and ages: same form, other content, consistent over formats."""

import ipaddress
import re

import pytest

from nlp.deid.audit.own import own_leaks
from nlp.deid.keys import Secret
from nlp.deid.labels import LABELS
from nlp.deid.person import Identifier, Person
from nlp.deid.surrogates.permute import ciphered
from nlp.deid.surrogates.surrogates import Surrogates

OWN = Person(
    1,
    (
        Identifier("PATIENT", "given", "John"),
        Identifier("PATIENT", "family", "Smith"),
        Identifier("MRN", "number", "12345678"),
        Identifier("SSN", "number", "123-45-6789"),
        Identifier("PHONE", "phone", "(617) 867-5309"),
        Identifier("STREET", "line", "12 Oak St Apt 4B"),
        Identifier("CITY", "city", "Springfield"),
        Identifier("ZIP", "zip", "02139"),
        Identifier("EMAIL", "email", "john.smith72@gmail.com"),
        Identifier("EMPLOYER", "organization", "Acme Widgets Inc."),
    ),
    "male",
)
SALTS = range(40)


def drawn(salt: int) -> Surrogates:
    return Surrogates(OWN, Secret(1, 2, salt.to_bytes(16, "big"), 9))


def shape(text: str) -> str:
    return re.sub(r"[a-z]", "x", re.sub(r"[A-Z]", "X", re.sub(r"\d", "0", text)))


@pytest.mark.parametrize("salt", SALTS)
def test_no_identifier_is_left_in_any_label(salt: int) -> None:
    s = drawn(salt)
    values = [i.value for i in OWN.identifiers]
    kept = {"DATE", "AGE", "AGE90", "STATE"}
    made = {(v, label): s.of(v, label) for v in values for label in LABELS if label not in kept}
    assert not [key for key, text in made.items() if text == key[0]]
    assert not [key for key, hits in zip(made, own_leaks(OWN, list(made.values())), strict=True) if hits]


@pytest.mark.parametrize("value", ["123-45-6789", "MRN-00 12/AB", "1HGCM82633A004352", "x", "7", "٣٤٥"])
def test_numbers_keep_their_shape(value: str) -> None:
    for salt in SALTS:
        made = drawn(salt).number(value)
        assert shape(made) == shape(value) and not [
            1 for a, b in zip(made, value, strict=True) if a == b and a.isalnum()
        ]


def test_numbers_are_one_to_one_and_end_as_their_end() -> None:
    made = [ciphered(b"k" * 16, f"{number:04}") for number in range(10_000)]
    assert len(set(made)) == 10_000
    s = drawn(1)
    assert s.number("123-45-6789")[-4:] == s.number("6789") == s.of("6789", "ACCOUNT")
    assert s.number("12345678") == s.number("12 34 56 78").replace(" ", "")


@pytest.mark.parametrize("salt", SALTS)
def test_phones_are_the_same_in_every_format(salt: int) -> None:
    s = drawn(salt)
    said = ["(617) 867-5309", "617.867.5309", "617-867-5309", "6178675309", "1-617-867-5309", "+1 617 867 5309"]
    digits = {re.sub(r"\D", "", s.phone(text))[-10:] for text in said}
    assert len(digits) == 1 and (number := digits.pop())[3:6] == "555" and number[:3] != "617"
    assert s.phone("867-5309") == f"555-{number[-4:]}" and s.number("5309") == number[-4:]
    assert [shape(s.of(text, "FAX")) for text in said] == [shape(text) for text in said]
    assert s.phone("617-867-5309 x22").startswith(s.phone("617-867-5309") + " x")


def test_phones_of_other_countries() -> None:
    s = drawn(3)
    assert re.fullmatch(r"\+34 6\d\d \d{3} \d{3}", s.phone("+34 612 345 678"))
    assert (
        re.fullmatch(r"13\d{9}", s.phone("13812345678"))
        and s.phone("+86 138 1234 5678")[-4:] == s.phone("13812345678")[-4:]
    )
    assert s.phone("1-800-FLOWERS") != "1-800-FLOWERS"


def test_contacts_are_of_the_surrogate_at_examples() -> None:
    s = drawn(4)
    given, family = s.given("John", "male").lower(), s.family("Smith").lower()
    assert re.fullmatch(rf"{given}\.{family}\d\d@[a-z]+\.example\.(org|com|net)", s.email("john.smith72@gmail.com"))
    assert s.of("jsmith", "USERNAME") == given[0] + family and s.of("JSMITH", "USERNAME") == (given[0] + family).upper()
    assert re.fullmatch(
        rf"https://www\.[a-z]+\.example\.(org|com|net)/\w+/{given}-{family}", s.url("https://www.acme.org/p/john-smith")
    )
    assert s.email("a@x.org").split("@")[1] != s.email("a@y.org").split("@")[1]
    assert (
        ipaddress.ip_address(s.of("10.0.0.7", "IP")) in ipaddress.ip_network("192.0.2.0/24")
        or "198.51" in s.of("10.0.0.7", "IP")
        or "203.0" in s.of("10.0.0.7", "IP")
    )
    assert ipaddress.ip_address(s.of("fe80::1", "IP")) in ipaddress.ip_network("2001:db8::/32")


@pytest.mark.parametrize(
    ("label", "text", "form"),
    [
        ("STREET", "12 Oak St, Apt 4B", r"[1-9]\d [\w']+ St, Apt [1-9][A-Z]"),
        ("STREET", "350 N. Main Ave", r"[1-9]\d\d N\. [\w']+ Ave"),
        ("STREET", "C/ Mayor 12, 3º B", r"C/ [\w']+ [1-9]\d, [1-9]º [A-Z]"),
        ("STREET", "建国路88号", r"\w\w路[1-9]\d号"),
        ("HOSPITAL", "St. Mary's Medical Center", r"St\. [\w']+'s Medical Center"),
        ("HOSPITAL", "General Hospital", r"[\w']+ General Hospital"),
        ("HOSPITAL", "MGH", r"[A-Z]{3}"),
        ("HOSPITAL", "北京协和医院", r"\w{4}医院"),
        ("EMPLOYER", "Acme Widgets Inc.", r"[\w']+ [\w']+ Inc\."),
        ("ZIP", "02139-1234", r"\d{5}-\d{4}"),
        ("AGE90", "94", r"90\+"),
        ("AGE90", "94-year-old", r"90\+-year-old"),
        ("AGE90", "ninety-four years old", "over ninety years old"),
        ("AGE90", "noventa y cuatro años", "over ninety años"),
        ("AGE90", "九十四岁", "九十岁以上"),
        ("AGE", "45 years", "45 years"),
        ("AGE", "103 years", r"90\+ years"),
        ("AGE", "96 months", "96 months"),
        ("STATE", "Ohio", "Ohio"),
    ],
)
def test_forms(label: str, text: str, form: str) -> None:
    for salt in SALTS:
        made = drawn(salt).of(text, label)
        assert re.fullmatch(form, made), made


def test_towns_professions_and_their_consistency() -> None:
    s = drawn(6)
    assert s.of("SPRINGFIELD", "CITY") == s.city("Springfield").upper()
    assert s.of("los  angeles", "CITY") == s.city("Los Angeles").lower()
    assert "Los" not in s.city("Los Angeles").split()
    assert s.of("welder", "PROFESSION").upper() == s.of("WELDER", "PROFESSION") != "WELDER"
    assert s.of("soldador", "PROFESSION", "es") in s.of("SOLDADOR", "PROFESSION", "es").lower()
    assert not re.search("[上海]", s.city("上海"))


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("text", ["", "\u202e\u200b", "\ud800", "💉", "ا ب ج", "ก ข", "-", "\n\n", "²½", "K" * 5000])
def test_nothing_makes_it_fail(label: str, text: str) -> None:
    assert isinstance(drawn(8).of(text, label, "xx"), str)
