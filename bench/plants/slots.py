"""What a slot of a template stands for in one note: `{pt.last}` or `{d-3.long+up}` into text and label."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from random import Random

from bench.plants import shapes
from bench.plants.cast import Name, Relative, Someone, a_name, ascii_of, number
from bench.plants.template import DECOY, Piece
from bench.plants.world import World
from contract.errors import ConfigError

SLOT = re.compile(r"(?P<kind>[A-Za-z_]+)(?P<nth>\d?)(?P<days>[+-]\d+)?(?:\.(?P<style>\w+))?(?:\+(?P<turn>up|lo|cap))?")
NUMBER = re.compile(r"#(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")
WORDS = {
    "en": {"he": "he she", "him": "him her", "his": "his her", "Mr": "Mr. Ms.", "man": "man woman",
    "gentleman": "gentleman lady", "male": "male female", "M": "M F", "himself": "himself herself"},
    "es": {"el": "el la", "o": "o a", "Sr": "Sr. Sra.", "D": "D. Dña.", "varon": "varón mujer", "H": "H M"},
}  # fmt: skip
TURNS = {"up": str.upper, "lo": str.lower, "cap": str.capitalize}


def written(name: Name, style: str, rng: Random) -> str:
    """A name in one of the ways in which charts hold it."""
    g, m, f = name.given, name.middle[0], name.family
    ways = {
        "": f"{g} {f}", "first": g, "last": f, "lf": f"{f}, {g}", "lfm": f"{f}, {g} {m}.", "fml": f"{g} {m}. {f}",
        "fi": f"{g[0]}. {f}", "fin": f"{g[0]} {f}", "li": f"{g} {f[0]}.", "init": f"{g[0]}.{f[0]}.",
        "initb": f"{g[0]}{f[0]}",
        "init3": f"{g[0]}{m}{f[0]}", "nick": name.nick or g, "nickl": f"{name.nick or g} {f}",
        "glued": g.replace(" ", "") + f.replace(" ", ""),
        "lfc": f"{f},{g}", "spaced": " ".join(f), "typo": f"{g} {shapes.slip(rng, f)}", "typol": shapes.slip(rng, f),
        "typof": shapes.slip(rng, g), "split": f"{g}\n{f}", "car": f"{f}^{g}^{m}",
        "bare": " ".join((ascii_of(g), ascii_of(f))),
        "full": f"{g} {name.middle} {f}", "camel": f"{f}_{g}".replace(" ", ""),
    }  # fmt: skip
    return ways[style]


@dataclass(frozen=True)
class Asked:
    """A slot taken apart: `{s2+0.last}` is kind s, nth 2, days 0, style last."""

    kind: str
    nth: str
    days: int
    style: str


@dataclass
class Slots:
    """One note's cast and calendar. `day` is the date of the note."""

    world: World
    rng: Random
    who: Someone
    day: date
    staff: dict[str, Name] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)  # what stays the same within the note: hosp1, acc1 ...

    def __call__(self, expression: str) -> Piece:
        if found := NUMBER.fullmatch(expression):
            return Piece(self._number(*found.groups()))
        parsed = SLOT.fullmatch(expression)
        if not parsed:
            raise ConfigError(
                f"slot {{{expression}}}: expected kind, number, days, .style, +turn; see bench/plants/README.md"
            )
        piece = self._piece(
            Asked(parsed["kind"], parsed["nth"] or "1", int(parsed["days"] or 0), parsed["style"] or "")
        )
        return Piece(TURNS[parsed["turn"]](piece.text), piece.label) if parsed["turn"] else piece

    def _piece(self, ask: Asked) -> Piece:
        for part in (self._person, self._time, self._contact, self._identity, self._place, self._word):
            if piece := part(ask):
                return piece
        raise ConfigError(f"slot {{{ask.kind}}}: no such kind; the kinds stand in bench/plants/README.md")

    def _number(self, low: str, high: str) -> str:
        if "." not in low:
            return str(self.rng.randint(int(low), int(high)))
        return f"{self.rng.uniform(float(low), float(high)):.{len(low.split('.')[1])}f}"

    def _keep(self, key: str, made: str) -> str:
        return self.kept.setdefault(key, made)

    def _relative(self, nth: str) -> Relative:
        return self.who.relatives[int(nth) - 1]

    def member(self, nth: str) -> Name:
        if nth == "9":
            return self.who.pcp
        return self.staff.setdefault(nth, a_name(self.world, self.rng))

    def _person(self, ask: Asked) -> Piece | None:
        kind, nth, style = ask.kind, ask.nth, ask.style
        if kind == "pt":
            return Piece(written(self.who.name, style, self.rng), "PATIENT")
        if kind == "rel":
            return Piece(written(self._relative(nth).name, style, self.rng), "RELATIVE")
        if kind == "s":
            return Piece(written(self.member(nth), style, self.rng), "STAFF")
        return None

    @cached_property
    def age(self) -> int:
        b = self.who.birth
        return self.day.year - b.year - ((self.day.month, self.day.day) < (b.month, b.day))

    def _time(self, ask: Asked) -> Piece | None:
        kind, nth, style = ask.kind, ask.nth, ask.style
        if kind in ("d", "bd"):
            when = self.day + timedelta(days=ask.days) if kind == "d" else self.who.birth
            return Piece(shapes.day(self.rng, when, style, self.world.language), "DATE")
        if kind == "hol":
            return Piece(self._keep("hol" + nth, self.world.place(self.rng, "holidays")), "DATE")
        if kind in ("age", "rage", "old"):
            years = {"age": self.age, "rage": self.rng.randint(41, 84), "old": self.rng.randint(90, 102)}[kind]
            said = shapes.age_in_words(years) if style == "w" else str(years)
            return Piece(said, "AGE90" if years >= 90 else "AGE")
        return None

    def _contact(self, ask: Asked) -> Piece | None:
        kind, nth, style = ask.kind, ask.nth, ask.style
        who, relative = self.who, self._relative(nth if nth in "123" else "1")
        own = {"ph": who.phone, "work": who.work, "relph": relative.phone}
        if kind in own:
            return Piece(self._phone(own[kind], style), "PHONE")
        if kind in ("sph", "fax", "pager", "ext"):
            return self._service(kind, nth, style)
        staff = self.member(nth)
        box = ascii_of(staff.given)[0] + ascii_of(staff.family)
        house = ascii_of(self._hospital("1")[1] or self._hospital("1")[0])
        made = {
            "em": (who.email, "EMAIL"), "relem": (relative.email, "EMAIL"), "sem": (f"{box}@{house}.org", "EMAIL"),
            "user": (who.user, "USERNAME"), "suser": (f"{box[:7]}{len(box)}", "USERNAME"),
            "url": (self._keep("url", f"https://my.{house}.org/chart/{who.user}"), "URL"),
            "surl": (f"www.{house}.org", "URL"),
            "ip": (self._keep("ip" + nth, self._ip()), "IP"),
        }  # fmt: skip
        return Piece(*made[kind]) if kind in made else None

    def _ip(self) -> str:
        return ".".join(str(self.rng.randint(11, 250)) for _ in range(4))

    def _phone(self, digits: str, style: str) -> str:
        way = shapes.phone_es if self.world.language == "es" else shapes.phone
        return way(self.rng, digits, style)

    def _service(self, kind: str, nth: str, style: str) -> Piece:
        digits = self._keep(kind + nth, number(self.rng, self.who.city, self.world.language))
        if kind == "ext":
            return Piece(self._keep("x" + nth, shapes.one_of(self.rng, "%####", "%###", "%-####")), "PHONE")
        if kind == "pager" and style != "long":
            return Piece(self._keep("p" + nth, shapes.one_of(self.rng, "%####", "%###", "%##-####")), "PHONE")
        return Piece(self._phone(digits, "" if kind == "pager" else style), "FAX" if kind == "fax" else "PHONE")

    def _identity(self, ask: Asked) -> Piece | None:
        kind, nth, style = ask.kind, ask.nth, ask.style
        who, rng = self.who, self.rng
        if kind == "ssn":
            s = who.ssn
            shown = {
                "": f"{s[:3]}-{s[3:5]}-{s[5:]}",
                "raw": s,
                "sp": f"{s[:3]} {s[3:5]} {s[5:]}",
                "l4": s[5:],
                "mask": f"XXX-XX-{s[5:]}",
            }
            return Piece(s if self.world.language == "es" else shown[style], "SSN")
        own = {"mrn": (who.mrn, "MRN"), "acct": (who.account, "ACCOUNT"), "plan": (who.plan, "HEALTHPLAN"),
               "lic": (who.driver, "LICENSE"), "plate": (who.plate, "VEHICLE")}  # fmt: skip
        if kind in own:
            return Piece(*own[kind])
        drawn = {
            "npi": ("LICENSE", shapes.npi(rng)),
            "dea": ("LICENSE", shapes.dea(rng, ascii_of(self.member(nth).family)[0])),
            "medlic": ("LICENSE", shapes.one_of(rng, "MD%#####", "RN-%#####", "@%####", "%#####")),
            "vin": ("VEHICLE", shapes.vin(rng)),
            "dev": ("DEVICE", shapes.one_of(rng, "@@@%#####@", "%########", "@@-%####-@#", "PJN%######", "@%@%@%##")),
            "udi": ("DEVICE", shapes.pattern(rng, "(01)00%###########(21)@##%###")),
            "group": ("HEALTHPLAN", shapes.one_of(rng, "GRP%####", "%#####-00#", "@@%###")),
            "acc": ("ACCESSION", shapes.one_of(rng, "S21-%####", "%#######", "CT-%######", "21:@@%####", "@%#-####",
            "NGYN-21-####")),
            "claim": ("ACCOUNT", shapes.one_of(rng, "CLM%#######", "%#########", "%##-######-#")),
            "visit": ("ACCOUNT", shapes.one_of(rng, "%#########", "H%########")),
            "card": ("ACCOUNT", shapes.pattern(rng, "4### #### #### ####")),
            "medicare": ("HEALTHPLAN", shapes.pattern(rng, "%@#%-@#%-@@##")),
        }  # fmt: skip
        if kind not in drawn:
            return None
        label, made = drawn[kind]
        return Piece(self._keep(kind + nth, made), label)

    def _hospital(self, nth: str) -> tuple[str, str]:
        at = int(self._keep("house" + nth, str(self.rng.randrange(len(self.world.places["hospitals"])))))
        name, short = self.world.places["hospitals"][at]
        return name, short

    def _place(self, ask: Asked) -> Piece | None:
        kind, nth, style = ask.kind, ask.nth, ask.style
        who, world, rng = self.who, self.world, self.rng
        if kind == "hosp":
            name, short = self._hospital(nth)
            return Piece(short if style == "short" else name, "HOSPITAL")
        if kind in ("clinic", "home"):
            return Piece(self._keep(kind + nth, world.place(rng, kind + "s")), "HOSPITAL")
        city = who.city if nth == "1" else tuple(self._keep("city" + nth, "|".join(world.city(rng))).split("|"))
        elsewhere = f"{rng.randint(2, 999)} {world.place(rng, 'streets')}"
        street = who.street if nth == "1" else self._keep("st" + nth, elsewhere)
        zip_code = who.zip if nth == "1" else self._keep("zip" + nth, city[3] + shapes.pattern(rng, "##"))
        made = {
            "city": (city[0], "CITY"), "state": (city[2] if style == "ab" else city[1], "STATE"), "zip": (zip_code,
            "ZIP"),
            "zipp": (f"{zip_code}-{self._keep('z4' + nth, shapes.pattern(rng, '%###'))}", "ZIP"),
            "st": (street, "STREET"),
            "emp": (who.employer if nth == "1" else self._keep("emp" + nth, world.place(rng, "employers")),
            "EMPLOYER"),
            "job": (who.job if nth == "1" else self._keep("job" + nth, world.place(rng, "jobs")), "PROFESSION"),
        }  # fmt: skip
        return Piece(*made[kind]) if kind in made else None

    def _word(self, ask: Asked) -> Piece | None:
        """Words that go with the cast but name nobody, and decoys of a kind."""
        kind, nth, style = ask.kind, ask.nth, ask.style
        if kind in ("tab", "nl"):
            return Piece({"tab": "\t", "nl": "\n"}[kind])
        if kind == "time":
            h, m = self.rng.randint(0, 23), self.rng.randint(0, 59)
            return Piece({"": f"{h:02}:{m:02}", "mil": f"{h:02}{m:02}"}[style])
        if kind in ("kin", "Kin"):
            kin = self._relative(nth).kin
            return Piece(kin.capitalize() if kind == "Kin" else kin)
        if kind == "ward":
            return Piece(self.world.place(self.rng, "units_of_care"))
        if kind in self.world.places["decoys"]:
            return Piece(self.world.decoy(self.rng, kind), DECOY)
        return self._pronoun(kind, nth)

    def _pronoun(self, kind: str, nth: str) -> Piece | None:
        """`{he}` of the patient, `{rhe2}` of the second relative; capitalised as the slot is."""
        words = WORDS[self.world.language]
        relative = kind[:1] == "r" and kind[1:] in words
        key = kind[1:] if relative else kind if kind in words else kind.lower()
        if key not in words:
            return None
        gender = self._relative(nth).name.gender if relative else self.who.name.gender
        said = words[key].split()[gender == "f"]
        return Piece(said.capitalize() if kind[0].isupper() and key != kind else said)
