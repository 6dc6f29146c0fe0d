"""Whose identifiers the fuzz plants: persons with family names in no dictionary, so that a find is a survivor."""

from dataclasses import dataclass
from random import Random

from bench.plants import shapes
from bench.plants.cast import ascii_of
from bench.plants.world import world

HEADS = ("Bra", "Kro", "Vel", "Tso", "Mar", "Zim", "Dru", "Hal", "Quo", "Fen", "Gri", "Lom", "Pes", "Wex", "Jor", "Sku")
MIDDLES = ("ndo", "ska", "rvi", "lto", "mbe", "xto", "ghe", "pri", "zza", "ffo", "cke", "wle")
TAILS = (
    "vich",
    "sky",
    "more",
    "berg",
    "dottir",
    "wick",
    "zola",
    "quist",
    "aga",
    "enko",
    "thorpe",
    "ssen",
    "ndez",
    "utu",
)


@dataclass(frozen=True)
class Bearer:
    """A patient (or, in shared rows, a clinician) with what names them. `id` holds the family name, as real ids do."""

    id: str
    subject: int  # 0: nobody's row, the shared shard
    given: str
    family: str
    gender: str
    birth: str
    street: str
    city: str
    state: str
    zip: str
    phone: str
    email: str
    ssn: str
    mrn: str
    plan: str
    device: str
    accession: str
    relative: str  # family name of theirs, another one

    @property
    def full(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def planted(self) -> tuple[str, ...]:
        """What must not be found in anything released. The given name alone is too common to be searched for."""
        return (self.family, self.relative, self.street, self.phone, self.email, self.ssn, self.mrn, self.plan,
                self.device, self.accession, self.birth)  # fmt: skip


def families(rng: Random, count: int) -> list[str]:
    every = [head + middle + tail for head in HEADS for middle in MIDDLES for tail in TAILS]
    return rng.sample(every, count)


def bearers(rng: Random, count: int, first_subject: int) -> list[Bearer]:
    """`first_subject` 0 makes clinicians: they have no subject."""
    names = families(rng, 2 * count)
    return [
        _bearer(rng, names[n], names[count + n], first_subject + n if first_subject else 0, n) for n in range(count)
    ]


def _bearer(rng: Random, family: str, relative: str, subject: int, number: int) -> Bearer:
    of, gender = world("en"), rng.choice("fm")
    city, given = of.city(rng), world("en").given(rng, "anglo", gender)
    ssn = shapes.ssn(rng)
    phone = shapes.phone(
        rng, city[4] + shapes.pattern(rng, "%#####") + str(rng.randint(0, 9)), rng.choice(("d", "dot"))
    )
    return Bearer(
        id=f"{family}-{number:04}", subject=subject, given=given, family=family, gender=gender,
        birth=f"{rng.randint(1935, 1999)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        street=f"{rng.randint(100, 9999)} {of.place(rng, 'streets')}", city=city[0], state=city[2],
        zip=city[3] + shapes.pattern(rng,
        "##"), phone=phone, email=f"{ascii_of(given)[0]}{ascii_of(family)}@gmail.com",
        ssn=f"{ssn[:3]}-{ssn[3:5]}-{ssn[5:]}", mrn=shapes.pattern(rng, "%########"), plan=shapes.pattern(rng,
        "@@%#######"),
        device=shapes.pattern(rng, "@@@%######@"), accession=shapes.pattern(rng, "@%#-%######"), relative=relative,
    )  # fmt: skip
