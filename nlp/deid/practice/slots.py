"""What fills a slot of a frame: something that names somebody, marked with its label, or a plain word."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from random import Random

from nlp.deid.practice.cast import Cast, write_name
from nlp.deid.practice.dates import ordinal, worded, worded_ordinal, write_date
from nlp.deid.practice.draft import Draft
from nlp.deid.practice.grammar import Voice, phrase, speak
from nlp.deid.practice.knowledge import Frames, load
from nlp.deid.practice.names import invented

DRUG_ENDS = (
    "mab", "tinib", "pril", "sartan", "olol", "azole", "mycin", "cillin", "vir", "statin", "gliptin", "prazole",
    "setron", "triptan", "dipine", "parin", "zumab", "oxacin", "idone", "pine", "axel", "platin", "bicin", "lukast",
    "semide", "ine",
)  # fmt: skip
CONSONANTS = "BCDFGHJKLMNPRSTVWXYZ"


def shaped(rng: Random, shape: str) -> str:
    """9 a digit, A a capital, a a small letter, h hexadecimal; after a backslash, and else, the letter itself."""
    out, letters = [], iter(shape)
    for letter in letters:
        if letter == "\\":
            out.append(next(letters))
        elif letter == "9":
            out.append(str(int(rng.random() * 10)))
        elif letter in "Aah":
            drawn = rng.choice("0123456789abcdef" if letter == "h" else CONSONANTS)
            out.append(drawn if letter == "A" else drawn.lower())
        else:
            out.append(letter)
    return "".join(out)


@cache
def states() -> tuple[tuple[str, str], ...]:
    from faker.providers.address.en_US import Provider

    pairs = zip(Provider.states, (c for c in Provider.states_abbr if len(c) == 2), strict=False)
    return tuple(pairs)


@cache
def common() -> tuple[str, ...]:
    """Words of every day; one that somebody or some place bears as a name only where it is commoner as a word."""
    from models.lexicon import borne, frequencies, zipf

    given = borne("", "first_names")
    names = borne("", "last_names") | borne("", "places")
    likely = sorted(word for word in frequencies("en") if zipf(word, "en") > 3.3 and word.isalpha() and len(word) > 1)
    return tuple(w for w in likely if w.isascii() and w not in given and (w not in names or zipf(w, "en") > OFTEN))


OFTEN = 4.8  # of a word that is a name as well: as often as "long", "price"


@dataclass
class Writer:
    """Writes one practice note, slot by slot, into a draft."""

    frames: Frames
    cast: Cast
    rng: Random

    def write(self, text: str) -> Draft:
        draft = Draft()
        voice = Voice(self.rng, draft.say, lambda name, form: self.fill(draft, name, form),
                      self.spoken)  # fmt: skip
        speak(phrase(text), voice)
        return draft

    def topic(self, name: str) -> Draft:
        return self.write(self.frames.pick(name, self.rng))

    def fill(self, draft: Draft, name: str, form: str) -> None:
        if name in ("PATIENT", "RELATIVE", "STAFF"):
            self._name(draft, name, form)
        elif name in ("AGE", "AGE90"):
            self._age(draft, name, form)
        elif name in NUMBERS:
            draft.mark(name, self._number(name, form))
        elif name in ("PHONE", "FAX"):
            kind = "EXTENSION" if form in ("ext", "bareext") else "PHONE"
            draft.mark(name, shaped(self.rng, self.rng.choice(load("numbers")[kind])))
        elif name == "DATE":
            draft.mark(name, write_date(self.rng, form, self.frames.split))
        elif name.isupper() and name != "COMMON":
            draft.mark(name, getattr(self, f"_{name.lower()}")(form))
        else:
            draft.say(shaped(self.rng, form) if name == "shape" else self._word(name))

    def _number(self, name: str, form: str) -> str:
        """In a usual shape of the label, or now and then in one that nobody thought of."""
        rng = self.rng
        if name not in ("SSN", "ZIP") and rng.random() < 0.15:
            parts = [rng.choice("9A") * rng.choice([1, 2, 3, 4, 5]) for _ in range(rng.choice([1, 2, 2, 3]))]
            return shaped(rng, rng.choice(["", "-", "-", " ", "/", "."]).join([*parts, "999"]))
        return shaped(rng, rng.choice(load("numbers")[NUMBERS.get((name, form), name)]))

    def spoken(self, topic: str) -> str:
        """A phrase of a topic; now and then a drug that is none, or somebody's disease."""
        if topic == "drug" and self.rng.random() < 0.2:
            return invented(self.rng)[:5] + self.rng.choice(DRUG_ENDS)
        if topic == "product" and self.rng.random() < 0.2:
            return invented(self.rng) + self.rng.choice(
                ["", "", " Ag", " gel", " dressing", " suture", "-Flex", " pump"]
            )
        if topic == "eponym" and self.rng.random() < 0.3:
            name = self.cast.names.pick("family", self.rng)
            name += self.rng.choice(["", "", "'s", "'", f"-{self.cast.names.pick('family', self.rng)}"])
            return f"{name} {self.frames.pick('disorder', self.rng)}"
        return self.frames.pick(topic, self.rng)

    def _name(self, draft: Draft, label: str, form: str) -> None:
        if form == "letters":  # initials of who typed it: nobody's name
            who = self.cast.of(label)
            draft.say((who.first[0] + who.last[0]).lower())
            return
        before, name, after = write_name(self.rng, self.cast.of(label), form or "any", label)
        draft.say(before)
        draft.mark(label, name)
        draft.say(after)

    def _age(self, draft: Draft, label: str, form: str) -> None:
        rng = self.rng
        label = "AGE90" if label == "AGE90" or (not form and rng.random() < 0.09) else "AGE"
        years = int(90 + rng.random() ** 2 * 15) if label == "AGE90" else int(1 + rng.random() * 89)
        if form == "word" or (not form and rng.random() < 0.05):
            draft.mark(label, worded(years))
        elif form == "ordinal":
            draft.mark(label, ordinal(years) if rng.random() < 0.6 or years > 99 else worded_ordinal(years))
        else:
            draft.mark(label, str(years))

    def _plain(self, topic: str) -> str:
        """A topic as text: <last>, <city>, <state>, <company> and numbers are drawn, the rest is spoken."""
        out = Draft()

        def say(name: str) -> str:
            return self._drawn(name) or self.frames.pick(name, self.rng)

        speak(phrase(self.frames.pick(topic, self.rng)), Voice(self.rng, out.say, lambda *_: None, say))
        return out.text.strip()

    def _drawn(self, name: str) -> str:
        rng, names = self.rng, self.cast.names
        if name == "last":
            return names.pick("family", rng)
        if name == "city":
            return names.pick("cities", rng)
        if name == "company":
            return names.pick("companies", rng)
        if name == "state":
            return rng.choice(states())[0]
        if name == "number":
            return str(int(10 ** (1 + rng.random() * 4)))
        if name == "small":
            return str(1 + int(rng.random() ** 2 * 400))
        if name == "ordinal":
            return ordinal(1 + int(rng.random() * 120))
        if name == "initials":
            return "".join(rng.choice("ABCDEFGHLMNPRSTUVW") for _ in range(rng.choice([3, 3, 4])))
        if name == "fancy":
            return invented(rng)
        if name == "sname" and rng.random() < 0.4:
            return names.pick("family", rng)
        return ""

    def _hospital(self, _: str) -> str:
        pools = self.cast.names.hospitals
        if pools and self.rng.random() < 0.25:
            return self.cast.names.pick("hospitals", self.rng)
        return self._plain("hospital")

    def _employer(self, _: str) -> str:
        return self._plain("employer")

    def _profession(self, _: str) -> str:
        return self._job() if self.rng.random() < 0.2 else self._plain("profession")

    def _job(self) -> str:
        from faker.providers.job import Provider

        job = self.rng.choice(list(Provider.jobs)).split(",")[0]
        return job if self.rng.random() < 0.3 else job.lower()

    def _street(self, form: str) -> str:
        if form == "name":
            return f"{self._drawn('sname') or self._plain('sname')} {self._plain('suffix')}"
        return self._plain("street")

    def _city(self, _: str) -> str:
        if self.rng.random() < 0.2:
            return self._plain("town")
        if self.rng.random() < 0.12:
            return self._plain("wordtown")
        return self.cast.names.pick("cities", self.rng)

    def _state(self, _: str) -> str:
        return self.rng.choice(self.rng.choice(states()))

    def _email(self, _: str) -> str:
        rng = self.rng
        domain = rng.choice(load("numbers")["EMAIL_DOMAIN"])
        return f"{self._username('')}@{domain.replace('*', _ascii(self._drawn(rng.choice(['fancy', 'last']))))}"

    def _username(self, _: str) -> str:
        """* an invented word, F and L names, f the initial, F3 and L4 their first letters."""
        rng = self.rng
        who = self.cast.of(rng.choice(["PATIENT", "STAFF", "RELATIVE"]))
        first, last, fancy = _ascii(who.first), _ascii(who.last), _ascii(self._drawn("fancy"))
        parts = {"F3": first[:3], "L4": last[:4], "F": first, "L": last, "f": first[0], "*": fancy}
        name = re.sub(r"F3|L4|[FLf*]", lambda found: parts[found[0]], rng.choice(load("numbers")["USERNAME"]))
        name += shaped(rng, rng.choice(load("numbers")["USERNAME_TAIL"]))
        return name.upper() if rng.random() < 0.06 else name

    def _url(self, _: str) -> str:
        rng = self.rng
        parts = {"*": lambda: _ascii(self._drawn("fancy")), "@": lambda: self._username(""),
                 "#": lambda: str(rng.randrange(9999))}  # fmt: skip
        form = rng.choice(load("numbers")["URL_HOST"]) + rng.choice(load("numbers")["URL_PATH"])
        return rng.choice(["https://", "http://", "", ""]) + re.sub(r"[*@#]", lambda found: parts[found[0]](), form)

    def _ip(self, _: str) -> str:
        rng = self.rng
        if rng.random() < 0.15:
            groups = [shaped(rng, rng.choice(["hhhh", "hhh", "h"])) for _ in range(rng.choice([4, 8, 8]))]
            return ":".join(groups) if len(groups) == 8 else f"{groups[0]}:{groups[1]}::{groups[2]}"
        return ".".join(str(int(rng.random() * 255)) for _ in range(4))

    def _word(self, name: str) -> str:
        rng, male = self.rng, self.cast.patient.male
        if name in ("kin", "Kin"):
            kin = self.cast.of("RELATIVE").kin
            return kin.capitalize() if name == "Kin" else kin
        if name == "clock":
            hour, minute = int(rng.random() * 24), int(rng.random() * 60)
            said = datetime(2000, 1, 1, hour, minute, minute)
            return said.strftime(rng.choice(load("numbers")["CLOCK"])).replace("AM", rng.choice(["AM", "am", "a.m."]))
        if name == "mr":
            return rng.choice(["Mr.", "Mr", "Mr.", "MR."] if male else ["Mrs.", "Ms.", "Miss", "Ms", "Mrs"])
        if name == "sex":
            return rng.choice(["man", "male", "gentleman", "M"] if male else ["woman", "female", "lady", "F"])
        if name.lower() == "common":
            word = self._common()
            return word.upper() if name.isupper() else word.capitalize() if name[0].isupper() else word
        he = {"he": "he", "him": "him", "his": "his"} if male else {"he": "she", "him": "her", "his": "her"}
        word = he[name.lower()]
        return word.capitalize() if name[0].isupper() else word

    def _common(self) -> str:
        from models.lexicon import zipf

        for _ in range(9):
            word = self.rng.choice(common())
            if word not in self.cast.names.words or zipf(word, "en") > OFTEN:
                return word
        return "and"


PLAIN = ("MRN", "ACCOUNT", "HEALTHPLAN", "LICENSE", "VEHICLE", "DEVICE", "ACCESSION", "SSN", "ZIP")
NUMBERS: dict[str | tuple[str, str], str] = {**{label: label for label in PLAIN}, ("SSN", "last4"): "SSN4"}


def _ascii(word: str) -> str:
    return "".join(c for c in word.lower() if c.isascii() and c.isalpha()) or "xan"
