"""Names over many salts: the same in every form, of the same kind, never the person's own, never two of one."""

from itertools import combinations

import pytest

from nlp.deid.audit.own import own_leaks
from nlp.deid.keys import Secret
from nlp.deid.person import NOBODY, Identifier, Person
from nlp.deid.surrogates.chinese import characters
from nlp.deid.surrogates.forbidden import close, fold, nicknames_of
from nlp.deid.surrogates.permute import permuted
from nlp.deid.surrogates.pools import pools
from nlp.deid.surrogates.surrogates import Surrogates

SALTS = range(40)


def named(*parts: tuple[str, str, str], gender: str = "male") -> Person:
    return Person(1, tuple(Identifier(label, part, value) for label, part, value in parts), gender)  # type: ignore[arg-type]


JOHN = named(
    ("PATIENT", "given", "John"), ("PATIENT", "given", "Adam"), ("PATIENT", "family", "Smith"),
    ("RELATIVE", "given", "Mary"), ("RELATIVE", "family", "Kowalczyk"), ("STAFF", "family", "Walker"),
)  # fmt: skip
ANA = named(("PATIENT", "given", "María José"), ("PATIENT", "family", "García Pérez"), gender="female")
MING = named(("PATIENT", "given", "小明"), ("PATIENT", "family", "王"))


def drawn(person: Person, salt: int) -> Surrogates:
    return Surrogates(person, Secret(1, 2, salt.to_bytes(16, "big"), 9))


@pytest.mark.parametrize("salt", SALTS)
def test_one_name_in_all_its_forms(salt: int) -> None:
    s = drawn(JOHN, salt)
    given, middle, family = s.given("John", "male"), s.given("Adam", "male"), s.family("Smith")
    forms = {
        "John Smith": f"{given} {family}",
        "SMITH, JOHN A": f"{family.upper()}, {given.upper()} {middle[0]}",
        "smith": family.lower(),
        "Smith's": f"{family}'s",
        "Smith’s": f"{family}’s",
        "Mr. Smith": f"Mr. {family}",
        "Mary Smith": f"{s.of('Mary', 'RELATIVE')} {family}",
        "Johnny": given,
        "Jonh Smith": f"{s.of('Jonh', 'PATIENT')} {family}",
        "Smtih": family,
        "J.A.S.": f"{given[0]}.{middle[0]}.{family[0]}.",
        "JAS": f"{given[0]}{middle[0]}{family[0]}",
        "johnsmith": f"{given}{family}".lower(),
        "S m i t h": " ".join(family),
        "John\nSmith": f"{given}\n{family}",
        "Smith-Kowalczyk": f"{family}-{s.of('Kowalczyk', 'RELATIVE')}",
    }
    assert {text: s.of(text, "PATIENT") for text in forms} == forms


def test_a_new_note_changes_nothing_and_another_salt_all() -> None:
    first, second = drawn(JOHN, 1), drawn(JOHN, 1)
    words = ["Smith", "Walker", "Mary", "Zbigniewicz", "Smith-Jones", "Dr. Okonkwo"]
    assert [first.of(w, "STAFF") for w in words] == [second.of(w, "STAFF") for w in reversed(words)][::-1]
    assert len({drawn(JOHN, salt).of("Smith", "PATIENT") for salt in SALTS}) > len(SALTS) // 2


def test_accents_do_not_make_another_name() -> None:
    s = drawn(ANA, 3)
    assert fold(s.of("GARCIA PEREZ", "PATIENT")) == fold(s.of("García Pérez", "PATIENT", "es"))
    assert s.of("Garcia", "PATIENT").isascii()
    assert s.of("Jose\u0301", "PATIENT", "es") == s.of("José", "PATIENT", "es")


@pytest.mark.parametrize("salt", SALTS)
@pytest.mark.parametrize("person", [JOHN, ANA, MING], ids=["en", "es", "zh"])
def test_nothing_of_the_person_is_left(salt: int, person: Person) -> None:
    s = drawn(person, salt)
    texts = [i.value for i in person.identifiers] + ["Alan Walker", "Ms. Taylor", "王小明", "李医生", "Kowalski"]
    made = [s.of(text, "PATIENT") for text in texts]
    assert own_leaks(person, made) == [set() for _ in made]
    own = {fold(w) for i in person.identifiers for w in i.value.split()}
    own |= {nick for word in set(own) for nick in nicknames_of(word)}
    said = [fold(word) for text in made for word in text.split()]
    assert not [(word, name) for word in said for name in own if word == name or (len(name) > 3 and close(word, name))]


@pytest.mark.parametrize("kind", ["en/l", "en/f", "es/l", "es/lm", "russian/l", "korean/m"])
def test_two_listed_names_never_become_one(kind: str) -> None:
    s = drawn(NOBODY, 7)
    names = pools().names[kind][:400]
    made = [fold(s.of(name, "STAFF", "es")) for name in names]
    assert len(set(made)) == len(names)
    assert not [name for name, other in zip(names, made, strict=True) if fold(name) == other]


def test_two_unlisted_names_of_a_person_practically_never_meet() -> None:
    odd = [f"{a}{b}" for a in ("Brzo", "Quel", "Xim", "Okon", "Thw") for b in ("kwor", "mbart", "zynsk", "vaitl")]
    met = 0
    for salt in SALTS:
        s = drawn(NOBODY, salt)
        made = [s.of(name, "STAFF") for name in odd]
        assert not {fold(name) for name in made} & set(pools().places)
        met += sum(one == other for one, other in combinations(made, 2))
    assert met <= 4  # of 7,600 pairs


def test_two_known_names_never_meet() -> None:
    odd = [f"{a}{b}" for a in ("Brzo", "Quel", "Xim", "Okon", "Thw") for b in ("kwor", "mbart", "zynsk", "vaitl")]
    person = named(*(("RELATIVE", "family", name) for name in odd))
    for salt in SALTS:
        s = drawn(person, salt)
        assert len({s.of(name, "RELATIVE") for name in odd} | {s.of("Nooneknowsme", "STAFF")}) == len(odd) + 1


def test_permutations_are_one_to_one() -> None:
    for count in (1, 2, 3, 31, 64, 100):
        assert sorted(permuted(b"k" * 16, "x", rank, count) for rank in range(count)) == list(range(count))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Linda", "f"), ("Robert", "m"), ("Guadalupe", "f"), ("Thompson", "l"), ("Echevarría", "l"), ("Иванов", "l")],
)
def test_a_name_keeps_what_it_is(name: str, kind: str) -> None:
    """Where the class would give a name like the name itself, it gets one of no list: seldom."""
    made = [fold(drawn(NOBODY, salt).of(name, "RELATIVE", "es")) for salt in SALTS]
    listed = [pools().places[other].kind.split("/")[1] for other in made if other in pools().places]
    assert len(listed) > 0.85 * len(made) and all(kind in letters for letters in listed)


def test_origin_is_kept() -> None:
    origins = {"Echevarría": "es", "Thompson": "en", "Przybylski": ""}
    for salt in SALTS:
        for name, origin in origins.items():
            place = pools().places.get(fold(drawn(NOBODY, salt).family(name)))
            assert place is None or place.kind.startswith(origin)
        assert drawn(NOBODY, salt).of("김철수", "PATIENT")[0] in pools().places
        assert "А" <= drawn(NOBODY, salt).of("Иван Петров", "PATIENT")[0] <= "Я"


def test_titles_and_particles_stay_unless_they_are_names() -> None:
    s = drawn(JOHN, 2)
    made = s.of("Dr. María de la Cruz, MD", "STAFF")
    assert made.startswith("Dr. ") and " de la " in made and made.endswith(", MD") and "Cruz" not in made
    lee = named(("PATIENT", "given", "Don"), ("PATIENT", "family", "Do"))
    assert not {"don", "do"} & set(drawn(lee, 2).of("Don Do", "PATIENT").lower().split())
    assert drawn(named(("PATIENT", "family", "La")), 2).of("La", "PATIENT") != "La"


@pytest.mark.parametrize("salt", SALTS)
def test_chinese_names(salt: int) -> None:
    s = drawn(MING, salt)
    whole, family = s.of("王小明", "PATIENT", "zh"), s.of("王医生", "STAFF", "zh").removesuffix("医生")
    assert len(whole) == 3 and whole[0] == family and whole[0] in characters().ranked["1"] + characters().spare
    assert whole[1:] == s.of("小明", "PATIENT", "zh") == s.given("小明")
    assert not set(whole) & set("王小明")
    assert s.of("老王", "PATIENT", "zh") == "老" + family
    assert len(s.of("欧阳娜娜", "RELATIVE", "zh")) == 4


def test_names_in_digits_and_nothing() -> None:
    s = drawn(JOHN, 5)
    assert s.of("", "PATIENT") == "" and s.of(" - ", "STAFF") == " - "
    assert s.of("12345", "PATIENT") != "12345"
    assert s.of("SMITH", "MRN") == s.of("SMITH", "PATIENT")


def test_common_names_get_common_names() -> None:
    """Smith is the first name of its class, so its surrogates are of the first, short band."""
    made = {fold(drawn(NOBODY, salt).family("Smith")) for salt in SALTS}
    listed = [pools().places[name] for name in made if name in pools().places]
    assert {place.band for place in listed} == {0} and len(listed) > 10
    assert len(pools().bands[("en/l", 0)]) <= 64


def test_a_surrogate_is_one_of_many() -> None:
    small = {kind: len(names) for (kind, _), names in pools().bands.items() if len(names) < 13}
    assert small == {}
