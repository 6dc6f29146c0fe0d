"""The people of the plants: patients with all that identifies them, their relatives, the staff of a note."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from unicodedata import normalize

from bench.plants import shapes
from bench.plants.world import City, World

KIN = {
    "en": {"f": ["wife", "daughter", "mother", "sister", "aunt", "granddaughter"],
           "m": ["husband", "son", "father", "brother", "uncle", "grandson"]},
    "es": {"f": ["esposa", "hija", "madre", "hermana"], "m": ["marido", "hijo", "padre", "hermano"]},
}  # fmt: skip


@dataclass(frozen=True)
class Name:
    given: str
    middle: str
    family: str
    gender: str  # f or m
    nick: str = ""

    @property
    def full(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(frozen=True)
class Relative:
    name: Name
    kin: str  # the word for them
    phone: str
    email: str


@dataclass(frozen=True)
class Someone:
    """A patient. Numbers are bare; a note writes them in its own way."""

    id: str
    name: Name
    birth: date
    street: str
    city: City
    zip: str
    phone: str
    work: str
    email: str
    user: str
    ssn: str
    mrn: str
    account: str
    plan: str
    driver: str
    plate: str
    relatives: tuple[Relative, ...]
    pcp: Name
    employer: str
    job: str
    told: frozenset[str]
    """Which of the numbers and contacts the FHIR Patient holds: registration never knows all."""


PLAIN = str.maketrans({"ł": "l", "ø": "o", "ß": "ss", "đ": "d", "ı": "i", "æ": "ae"})


def ascii_of(text: str) -> str:
    """As mail systems write it: small letters without accents, blanks or signs."""
    return "".join(c for c in normalize("NFKD", text.lower().translate(PLAIN)) if c.isascii() and c.isalnum())


def a_name(world: World, rng: Random, gender: str = "", family: str = "") -> Name:
    gender = gender or rng.choice("fm")
    origin = world.origin(rng)
    given = world.given(rng, origin, gender)
    nicks = world.nicknames.get(given, [])
    return Name(given, world.given(rng, origin, gender), family or world.family(rng, origin), gender,
                rng.choice(nicks) if nicks else "")  # fmt: skip


def email(world: World, rng: Random, name: Name, birth: date | None = None) -> str:
    given, family = ascii_of(name.given), ascii_of(name.family)
    year = str(birth.year)[2:] if birth else str(rng.randint(1, 99))
    box = rng.choice([f"{given}.{family}", f"{given[0]}{family}{year}", f"{family}_{given}", f"{given}{year}"])
    return f"{box}@{world.place(rng, 'mail')}"


def user_name(rng: Random, name: Name, birth: date) -> str:
    given, family = ascii_of(name.given), ascii_of(name.family)
    digits = shapes.pattern(rng, "####")
    return rng.choice([given[0] + family + digits[:2], f"{family[:6]}_{birth.year}", given + digits])


def number(rng: Random, city: City, language: str) -> str:
    if language == "es":
        return rng.choice([shapes.pattern(rng, "6########"), city[4] + shapes.pattern(rng, "######")])
    return city[4] + shapes.pattern(rng, "%##") + shapes.pattern(rng, "####")


def relative(world: World, rng: Random, city: City, family: str) -> Relative:
    gender = rng.choice("fm")
    name = a_name(world, rng, gender, family if rng.random() < 0.6 else "")
    kin = rng.choice(KIN[world.language][gender])
    return Relative(name, kin, number(rng, city, world.language), email(world, rng, name))


def street(world: World, rng: Random) -> str:
    way, unit = world.place(rng, "streets"), world.place(rng, "units")
    if world.language == "es":
        return f"{way}, {rng.randint(1, 180)}{unit}"
    return f"{rng.randint(2, 9899)} {way}{unit}"


def someone(world: World, rng: Random, number_of: int) -> Someone:
    name = a_name(world, rng)
    city = world.city(rng)
    low, high = rng.choices([(18, 89), (55, 89), (90, 101)], [5, 4, 1])[0]
    birth = date(2021, 6, 1) - timedelta(days=rng.randint(low, high) * 365 + rng.randint(0, 364))
    spanish = world.language == "es"
    held = ("ssn", "mrn", "account", "plan", "driver", "phone", "work", "email", "user", "address", "pcp", "contact")
    family = name.family
    return Someone(
        id=f"pl{'s' if spanish else ''}{number_of:04}",
        name=name,
        birth=birth,
        street=street(world, rng),
        city=city,
        zip=city[3] + shapes.pattern(rng, "##"),
        phone=number(rng, city, world.language),
        work=number(rng, city, world.language),
        email=email(world, rng, name, birth),
        user=user_name(rng, name, birth),
        ssn=shapes.national(rng) if spanish else shapes.ssn(rng),
        mrn=shapes.one_of(rng, "%######", "%#######", "MR%#####", "%##-##-##", "E%######"),
        account=shapes.one_of(rng, "%########", "V%#######", "%##########", "ACC-%#####"),
        plan=shapes.one_of(rng, "@@@%########", "%########@", "W%##-##-####", "%@@%-@@%-@@##"),
        driver=shapes.one_of(rng, "@%######", "%########", "@%##-####-####", "@@%#####"),
        plate=shapes.one_of(rng, "%@@@###", "@@@-####", "@@@ ###", "@@## @@@", "###-@@@"),
        relatives=tuple(relative(world, rng, city, family) for _ in range(3)),
        pcp=a_name(world, rng),
        employer=world.place(rng, "employers"),
        job=world.place(rng, "jobs"),
        told=frozenset(what for what in held if rng.random() < 0.75),
    )  # fmt: skip


def cast(world: World, rng: Random, count: int) -> list[Someone]:
    """`count` patients; one in twenty bears the name of the one before them."""
    people: list[Someone] = []
    for number_of in range(count):
        one = someone(world, rng, number_of)
        if number_of % 20 == 19:
            one = replace(one, name=people[-1].name)
        people.append(one)
    return people
