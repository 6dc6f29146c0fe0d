"""The people and places of one practice note: drawn once, named in many ways."""

import re
from dataclasses import dataclass, field
from random import Random

from nlp.deid.practice.knowledge import load
from nlp.deid.practice.names import Names

PART = re.compile(r"\b[FLMflm]\b|f(?=L)|f(?=l)|(?<=f)[Ll]\b")


@dataclass(frozen=True)
class Someone:
    first: str
    last: str
    male: bool
    middle: str = ""
    kin: str = ""


@dataclass
class Cast:
    """`again` is how likely one already named is named again instead of somebody new."""

    names: Names
    rng: Random
    again: float = 0.6
    patient: Someone = field(init=False)
    known: dict[str, list[Someone]] = field(default_factory=lambda: {"RELATIVE": [], "STAFF": []})

    def __post_init__(self) -> None:
        self.patient = self._draw()

    def of(self, label: str) -> Someone:
        if label == "PATIENT":
            return self.patient
        met = self.known[label]
        if met and self.rng.random() < self.again:
            return met[int(self.rng.random() * len(met))]
        met.append(self._draw(label))
        return met[-1]

    def _draw(self, label: str = "") -> Someone:
        rng, male = self.rng, self.rng.random() < 0.5
        last = self._family()
        if label == "RELATIVE" and rng.random() < 0.6:
            last = self.patient.last
        kin = rng.choice(load("names")["kin"]["M" if male else "F"])
        return Someone(self.names.pick("given", rng), last, male, self.names.pick("given", rng), kin)

    def _family(self) -> str:
        last = self.names.pick("family", self.rng)
        if self.rng.random() < 0.05:
            last += self.rng.choice(["-", "-", " "]) + self.names.pick("family", self.rng)
        return last


def write_name(rng: Random, who: Someone, form: str, label: str) -> tuple[str, str, str]:
    """What stands before the span, the span, what stands after it."""
    if form == "any":
        form = rng.choice(ANY[label])
    before = after = ""
    if form == "title":
        before = rng.choice(["Dr. ", "Dr. ", "Dr ", "Doctor ", "DR. ", "Dr.", "Prof. ", "Nurse ", "dr. ", "Dr.  "])
        form = rng.choice(["last", "last", "last", "full", "dotlast"])
    elif form == "mr":
        before = rng.choice(["Mr. ", "Mr ", "MR. ", "Sir "] if who.male else ["Mrs. ", "Ms. ", "Miss ", "Ms ", "MRS. "])
        form = rng.choice(["last", "last", "last", "full"])
    elif form in ("degree", "form") and label == "STAFF" and rng.random() < 0.8:
        after = rng.choice([", ", " ", ", ", ","]) + rng.choice(load("names")["degrees"])
        form = rng.choice(["full", "full", "dotlast", "lastfirst", "middle", "last"])
    elif form in ("degree", "form"):
        form = rng.choice(["full", "lastfirst", "lastfirst", "middle", "last_first"])
    return before, _cased(rng, _shaped(rng, who, form), form), after


ANY = {
    "PATIENT": ["full", "full", "mr", "mr", "first", "last", "lastfirst", "middle", "dotlast", "nick"],
    "RELATIVE": ["full", "full", "full", "first", "first", "mr", "middle", "last", "lastfirst", "dotlast"],
    "STAFF": ["title", "title", "title", "degree", "degree", "full", "dotlast", "last", "first"],
}


FORMS: dict[str, list[str]] = {  # F first, L last, M middle; f, l, m their initials
    "full": ["F L"] * 20 + ["F L Jr", "F L Jr.", "F L, Jr.", 'F "M" L', "F (M) L", "F L III", "F L Sr.", "F L II"],
    "last": ["L"],
    "first": ["F"],
    "initials": ["f.l.", "fl", "f. l."],
    "initialed": ["f. L", "f L", "fL", "L f", "L"],
    "dotlast": ["f. L", "f L", "f.L", "f. m. L"],
    "middle": ["F m. L", "F M L", "F m L"],
    "lastfirst": ["L, F", "L, F", "L, F m", "L,F", "L, F m.", "L, F M", "L^F"],
    "last_first": ["L F"],
}


def _shaped(rng: Random, who: Someone, form: str) -> str:
    if form == "nick":
        return who.first if rng.random() < 0.4 else _nick(rng, who.first)
    parts = {"F": who.first, "L": who.last, "M": who.middle}
    parts |= {name.lower(): value[:1] for name, value in parts.items()}
    return PART.sub(lambda found: parts[found[0]], rng.choice(FORMS[form]))


def _nick(rng: Random, first: str) -> str:
    short = first[: rng.choice([3, 4, 4])]
    return short + rng.choice(["", "", "y", "ie"]) if len(first) > 4 else first


def _cased(rng: Random, name: str, form: str) -> str:
    drawn = rng.random()
    if drawn < (0.18 if form in ("lastfirst", "middle", "full") else 0.06):
        return name.upper()
    if drawn > 0.96:
        return name.lower()
    return name
