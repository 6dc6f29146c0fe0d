"""Clinical notes with gold spans, from templates written by hand: what `bench.deid` reads.

python -m bench.plants.notes --n 600 --seed 7 --out DIR        (--language es for Spanish)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Annotated, Any

import orjson
import typer

from bench.json_line import command, finish, say
from bench.plants.cast import Someone, cast
from bench.plants.patients import patient
from bench.plants.slots import Slots
from bench.plants.template import Filled, fill, wrapped
from bench.plants.world import DATA, World, read, world

NOTES_A_PATIENT = 3
FIRST_DAY, DAYS = date(2021, 1, 4), 700
PACKETS, PAGE = 0.3, "\n\n----------------------------------------\n\n"
OLD = 1932  # born before: over 89 on every day of the notes


@dataclass(frozen=True)
class Template:
    """`case` turns the whole note, `wrap` breaks its lines, `old` asks for a patient over 89."""

    name: str
    text: str
    case: str = ""
    wrap: int = 0
    old: bool = False


@dataclass(frozen=True)
class Corpus:
    notes: list[dict[str, Any]]
    patients: list[dict[str, Any]]


@cache
def templates(language: str, part: str = "") -> tuple[Template, ...]:
    """`part`: of the files, `seen` are the first two, which authors may read since 2026-11-21; `unseen` the others."""
    names = sorted(path.name for path in DATA.glob(f"notes_{language}_*.yaml"))
    names = {"": names, "seen": names[:2], "unseen": names[2:]}[part]
    return tuple(Template(**one) for name in names for one in read(name))


def corpus(count: int, seed: int, language: str = "en", of: World | None = None, part: str = "") -> Corpus:
    """Every template comes as often as every other; who it is about is drawn. The same seed gives the same bytes."""
    rng, of = Random(f"{language} {seed}"), of or world(language)
    people = cast(of, rng, max(20, count // NOTES_A_PATIENT))
    notes = list(_notes(count, rng, of, (people, templates(language, part))))
    seen = {note["patient_id"] for note in notes}
    return Corpus(notes, [patient(one, language) for one in people if one.id in seen])


def _notes(
    count: int, rng: Random, of: World, stock: tuple[list[Someone], tuple[Template, ...]]
) -> Iterator[dict[str, Any]]:
    people, forms = stock
    order: list[Template] = []
    for number in range(count):
        packet = rng.choice((2, 3, 5)) if rng.random() < PACKETS else 1
        while len(order) < packet:
            order += rng.sample(forms, len(forms))
        parts, order = order[:packet], order[packet:]
        who = rng.choice([one for one in people if not parts[0].old or one.birth.year < OLD] or people)
        yield _row(f"pn{of.language}{number:05}", who, _packet(parts, of, rng, who))


def _packet(parts: list[Template], of: World, rng: Random, who: Someone) -> Filled:
    """Several documents on one person scanned into one note; most notes are a packet of one."""
    text, spans, decoys = "", [], []
    for part in parts:
        text += PAGE if text else ""
        made, at = _filled(part, of, rng, who), len(text)
        text += made.text
        spans += [(start + at, end + at, label) for start, end, label in made.spans]
        decoys += [(start + at, end + at, said) for start, end, said in made.decoys]
    return Filled(text, spans, decoys)


def _filled(template: Template, of: World, rng: Random, who: Someone) -> Filled:
    day = FIRST_DAY + timedelta(days=rng.randrange(DAYS))
    made = fill(template.text, Slots(of, rng, who, day), rng, template.case)
    return Filled(wrapped(made.text, template.wrap), made.spans, made.decoys) if template.wrap else made


def _row(note_id: str, who: Someone, made: Filled) -> dict[str, Any]:
    named = {part.lower() for part in f"{who.name.full} {' '.join(r.name.full for r in who.relatives)}".split()}
    decoys = [d for d in made.decoys if not named & set(d[2].lower().replace("'s", "").split())]
    return {
        "note_id": note_id,
        "patient_id": who.id,
        "text": made.text,
        "spans": [{"start": start, "end": end, "label": label} for start, end, label in made.spans],
        "decoys": [[start, end, made.text[start:end]] for start, end, _ in decoys],
    }


def write(rows: list[dict[str, Any]], path: Path) -> None:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))


def main(
    out: Annotated[Path, typer.Option(help="Folder for NOTES.jsonl and PATIENTS.ndjson")],
    n: Annotated[int, typer.Option(help="Notes to make")] = 600,
    seed: Annotated[int, typer.Option(help="Another seed, other people and wording")] = 7,
    language: Annotated[str, typer.Option(help="en or es")] = "en",
    part: Annotated[str, typer.Option(help="seen or unseen templates alone; see README.md")] = "",
) -> None:
    """Writes the planted notes, their gold, and the patients they are about."""
    made = corpus(n, seed, language, part=part)
    out.mkdir(parents=True, exist_ok=True)
    write(made.notes, out / "NOTES.jsonl")
    write(made.patients, out / "PATIENTS.ndjson")
    say(f"{len(templates(language, part))} templates")
    spans = sum(len(note["spans"]) for note in made.notes)
    values = (len(made.notes), len(made.patients), spans, sum(len(note["decoys"]) for note in made.notes))
    finish(
        ("notes", "patients", "spans", "decoys"),
        dict(zip(("notes", "patients", "spans", "decoys"), values, strict=True)),
    )


if __name__ == "__main__":
    command(main)
