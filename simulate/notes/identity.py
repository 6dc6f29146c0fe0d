"""One patient as notes name them: relatives, numbers, contacts. The same in every note of the person."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from nlp.text.grammar import choose
from simulate.people import People, load_places, names

EPOCH = date(1970, 1, 1)
YOUNGER = ["daughter", "son", "sister", "brother", "niece"]  # relatives of the old


@dataclass(frozen=True)
class Relative:
    word: str  # wife, son ...
    first: str
    last: str
    phone: str


@dataclass(frozen=True)
class Identity:
    patient_id: str
    first: str
    middle: str
    last: str
    nickname: str
    male: bool
    birth: date
    mrn: str
    account: str
    healthplan: str
    ssn: str
    license: str
    vehicle: str
    device: str
    username: str
    phone: str
    fax: str
    email: str
    url: str
    ip: str
    street: str
    city: str
    state: str
    state_code: str
    zip: str
    employer: str
    profession: str
    relatives: tuple[Relative, ...]
    left: bool

    @property
    def side(self) -> str:
        return "left" if self.left else "right"


def digits(rng: Random, form: str) -> str:
    """9 becomes a digit, A a letter."""
    return "".join(str(int(rng.random() * 10)) if c == "9" else rng.choice("BCDFGHKLMNPRTVWX") if c == "A" else c
                   for c in form)  # fmt: skip


def phone(rng: Random) -> str:
    """A number in one of the usual spellings; the exchange 555 belongs to nobody."""
    area, line = f"{int(rng.random() * 760) + 210}", digits(rng, "9999")
    form = choose(rng, ["({}) 555-{}", "{}-555-{}", "{}.555.{}", "{} 555 {}", "{}555{}", "+1 {} 555-{}", "1-{}-555-{}"])
    return form.format(area, line)


def _ascii(word: str) -> str:
    return "".join(c for c in word.lower() if c.isascii() and c.isalpha()) or "x"


def _relatives(rng: Random, people: People, k: int) -> tuple[Relative, ...]:
    locale, male = people.locale[k], bool(people.male[k])
    pool = ["daughter", "son", "mother", "father", "sister", "brother", "niece"]
    words = (["wife"] if male else ["husband"]) if people.marital[k] == 0 else []
    words += rng.sample(pool if EPOCH + timedelta(seconds=int(people.birth[k])) > date(1955, 1, 1) else YOUNGER, 2)
    out = []
    for word in words:
        sex = "F" if word in ("wife", "daughter", "mother", "sister", "niece") else "M"
        last = people.last[k] if rng.random() < 0.75 else choose(rng, names().last[locale])
        out.append(Relative(word, choose(rng, names().first[(locale, sex)]), last, phone(rng)))
    return tuple(out)


def identity(people: People, k: int) -> Identity:
    rng = Random(int(people.seeds[k]))
    places = load_places()
    town = places["towns"][people.town[k]]
    first, last = people.first[k], people.last[k]
    user = choose(
        rng,
        [f"{_ascii(first)[0]}{_ascii(last)}", f"{_ascii(last)}{_ascii(first)[:2]}", f"{_ascii(first)}.{_ascii(last)}"],
    )
    user += digits(rng, choose(rng, ["", "9", "99"]))
    return Identity(
        patient_id=people.ids[k].decode(), first=first, middle=people.middle[k], last=last,
        nickname=names().nicknames.get(first, first), male=bool(people.male[k]),
        birth=EPOCH + timedelta(seconds=int(people.birth[k])),
        mrn=digits(rng, choose(rng, ["99999999", "999-99-99", "A9999999"])),
        account=digits(rng, "9999999999"),
        healthplan=digits(rng, choose(rng, ["AAA999999999", "9AA9-AA9-AA99", "A99999999"])),
        ssn=people.ssn[k], license=people.drivers[k],
        vehicle=digits(rng, choose(rng, ["999 AAA", "AAA-9999", "9AA A99"])),
        device=digits(rng, choose(rng, ["SN 99AA-99999", "AA99999999", "99999-AA-9"])), username=user, phone=phone(rng),
        fax=phone(rng), email=f"{user}@{choose(rng, places['domains'])}",
        url=f"www.{_ascii(last)}family.example/{_ascii(first)}",
        ip=".".join(str(int(rng.random() * 254) + 1) for _ in range(4)), street=people.address[k], city=town[0],
        state=town[1],
        state_code=town[2], zip=people.zip[k], employer=choose(rng, places["employers"]),
        profession=choose(rng, places["professions"]),
        relatives=_relatives(rng, people, k), left=bool(people.left[k]),
    )  # fmt: skip
