"""Canaries for the audit: identifiers of known patients in ten disguises, to be planted in an open root and found.

python -m bench.plants.canaries --n 1000 --seed 7 --out DIR

A name stands in a row of its own person; metadata has no person, so there it stands with the birth date.
"""

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Annotated, Any

import typer

from bench.json_line import command, finish
from bench.plants.cast import Someone, ascii_of, cast
from bench.plants.notes import Corpus, write
from bench.plants.patients import patient
from bench.plants.shapes import phone
from bench.plants.world import read, world

Identifier = tuple[str, str, str]
"""Label of nlp.deid.labels, part of nlp.deid.person, value."""

HIDDEN = ("\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d")  # zero-width space, soft hyphen, joiners
SEPARATORS = (" ", "-", ".", "/", "", "_", "\u2013", "\u00a0")
ALL = frozenset(
    {"ssn", "mrn", "account", "plan", "driver", "phone", "work", "email", "user", "address", "pcp", "contact"}
)


def _case(rng: Random, value: str) -> str:
    return rng.choice([value.upper(), value.lower(), value.swapcase()])


def _bare(_rng: Random, value: str) -> str:
    """Without accents and apostrophes, as old systems print."""
    return " ".join(ascii_of(word) for word in value.split()).title()


def _spaced(rng: Random, value: str) -> str:
    between = rng.choice([" ", ".", "-", "_"])
    return between.join(letter for letter in value if not letter.isspace())


def _glued(rng: Random, value: str) -> str:
    joined = "".join(value.split())
    return rng.choice([joined, f"pt{joined}", f"{joined}seen"])


def _reversed(rng: Random, value: str) -> str:
    first, last = value.split(" ", 1)
    return rng.choice([f"{last}, {first}", f"{last},{first}", f"{last}^{first}", f"{last} {first}"])


def _separators(rng: Random, value: str) -> str:
    """One separator of a number is another, or stands where none was."""
    places = [at for at, c in enumerate(value) if not c.isalnum()]
    if places:
        at = rng.choice(places)
        return value[:at] + rng.choice([s for s in SEPARATORS if s != value[at]]) + value[at + 1 :]
    at = rng.randrange(2, len(value) - 2)
    return value[:at] + rng.choice([s for s in SEPARATORS if s]) + value[at:]


def _unseen(rng: Random, value: str) -> str:
    """A character nobody sees, or the full-width forms of the same letters."""
    if rng.random() < 0.5:
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value)
    at = rng.randrange(1, len(value))
    return value[:at] + rng.choice(HIDDEN) + value[at:]


def _broken(rng: Random, value: str) -> str:
    """Over a line end, with or without a hyphen, a quotation mark of a mail, or the blanks of a column."""
    at = value.index(" ") if " " in value else rng.randrange(2, len(value) - 2)
    rest = value[at:].lstrip()
    return value[:at].rstrip() + rng.choice(["\n", "\n    ", "\r\n", "\n> "] if " " in value else ["-\n", "\n"]) + rest


def _encoded(rng: Random, value: str) -> str:
    """Base64 at one of its three alignments."""
    return base64.b64encode(("xx"[: rng.randrange(3)] + f" {value} ").encode()).decode()


def _address(rng: Random, value: str) -> str:
    """Inside a mail address, a path, a user name or a URL."""
    words = [ascii_of(word) for word in value.replace("@", " ").replace("-", " ").split()]
    joined = rng.choice([".", "_", "-"]).join(words)
    return rng.choice(
        [f"{joined}@clinic.example", f"/home/{joined}/scan.pdf", f"https://x.example/p/{joined}?v=2", f"u_{joined}"]
    )


DISGUISES: dict[str, Callable[[Random, str], str]] = {
    "case": _case, "bare": _bare, "spaced": _spaced, "glued": _glued, "reversed": _reversed,
    "separators": _separators,
    "unseen": _unseen, "broken": _broken, "encoded": _encoded, "address": _address,
}  # fmt: skip


def canaries(count: int, seed: int = 7) -> Corpus:
    """`count` canaries, as many of each disguise, and the Patients that they belong to."""
    rng = Random(f"canaries {seed}")
    people = [replace(one, told=ALL) for one in cast(world("en"), rng, max(20, count // 5))]
    plain = [one for one in people if " " not in one.name.given]  # a name of two words is reversed in two ways
    accented = [one for one in plain if not one.name.full.isascii()]
    rows = [_canary(rng, number, plain, accented) for number in range(count)]
    return Corpus(rows, [patient(one) for one in people])


def _canary(rng: Random, number: int, plain: list[Someone], accented: list[Someone]) -> dict[str, Any]:
    disguise = list(DISGUISES)[number % len(DISGUISES)]
    who = rng.choice(accented if disguise == "bare" and accented else plain)
    where = rng.choices(("note", "fhir", "timeline", "metadata"), (10, 5, 3, 2))[0]
    label, part, value = _identifier(rng, disguise, who)
    if label in ("RELATIVE", "STREET") and where == "metadata":
        where = "fhir"  # what only its own person's rows may tell apart
    said = DISGUISES[disguise](rng, value)
    if where == "metadata" and part == "name":
        said = f"{said}, born {who.birth.isoformat()}"
    text = rng.choice(read_sentences()[where]).format(said)
    return {"id": f"canary{number:04}", "disguise": disguise, "subject": who.id,
            "identifier": {"label": label, "part": part, "value": value}, "text": text, "where": where}  # fmt: skip


def read_sentences() -> dict[str, list[str]]:
    found: dict[str, list[str]] = read("canaries.yaml")
    return found


def _identifier(rng: Random, disguise: str, who: Someone) -> Identifier:
    """What the disguise can be put on: names are reversed, numbers lose separators."""
    name = ("PATIENT", "name", who.name.full)
    relative = ("RELATIVE", "name", who.relatives[0].name.full)
    ssn = f"{who.ssn[:3]}-{who.ssn[3:5]}-{who.ssn[5:]}"
    numbers = [("SSN", "number", ssn), ("MRN", "number", who.mrn), ("HEALTHPLAN", "number", who.plan),
               ("LICENSE", "number", who.driver), ("ACCOUNT", "number", who.account), ("PHONE",
               "phone", phone(rng, who.phone, "d"))]  # fmt: skip
    if disguise == "separators":
        return rng.choice(numbers)
    if disguise == "bare":
        return name
    if disguise in ("reversed", "glued", "address"):
        return rng.choice([name, name, relative] if " " not in who.relatives[0].name.given else [name])
    if disguise == "case":
        return rng.choice([name, relative, ("EMAIL", "email", who.email), ("STREET", "line", who.street)])
    return rng.choice([name, *numbers, ("EMAIL", "email", who.email)])


def main(
    out: Annotated[Path, typer.Option(help="Folder for CANARIES.jsonl and PATIENTS.ndjson")],
    n: Annotated[int, typer.Option(help="Canaries to make")] = 1000,
    seed: Annotated[int, typer.Option(help="Another seed, other canaries")] = 7,
) -> None:
    """Writes canaries and the patients whose identifiers they are."""
    made = canaries(n, seed)
    out.mkdir(parents=True, exist_ok=True)
    write(made.notes, out / "CANARIES.jsonl")
    write(made.patients, out / "PATIENTS.ndjson")
    finish(
        ("canaries", "disguises", "patients"),
        {"canaries": n, "disguises": len(DISGUISES), "patients": len(made.patients)},
    )


if __name__ == "__main__":
    command(main)
