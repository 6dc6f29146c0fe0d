"""Does de-identification find what names a person, and leave the rest alone? On marked notes, or on brat files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer

from bench.json_line import command, finish, say
from contract.errors import InputError
from eval.corpora.notes import GoldNote, read_notes
from eval.removal import Judged, judge
from nlp.deid.known.people import persons
from nlp.deid.labels import HIPAA
from nlp.deid.note import Note
from nlp.deid.person import NOBODY, Person
from nlp.deid.pipeline import Pipeline
from nlp.deid.screen import language_of
from nlp.deid.span import Span
from runner import handed

KEYS = (
    "token_recall",
    "span_recall",
    "leak_free",
    "non_phi_removed",
    "decoys_damaged",
    "notes",
    "by_label",
    "by_layer",
)
BATCH = 64
LANGUAGES = ("en", "es", "zh")  # as the step's default
FINDERS = ("known", "rules", "tagger", "veto")
PATIENT = "phi/fhir/Patient"


@dataclass(frozen=True)
class Read:
    """One note as every layer read it, and what protection speaks for."""

    gold: GoldNote
    note: Note
    found: Mapping[str, Sequence[Span]]
    safe: Sequence[Span]


def read_all(pipeline: Pipeline, notes: Sequence[GoldNote], people: Mapping[str, Person]) -> list[Read]:
    done: list[Read] = []
    for start in range(0, len(notes), BATCH):
        batch = notes[start : start + BATCH]
        ready = [
            Note(
                one.text,
                one.language or language_of(one.text, None, LANGUAGES),
                None,
                people.get(one.patient_id, NOBODY),
            )
            for one in batch
        ]
        found, safe = pipeline.by_layer(ready), pipeline.safe(ready)
        for at, one in enumerate(batch):
            done.append(Read(one, ready[at], {name: spans[at] for name, spans in found.items()}, safe[at]))
    return done


def judged(pipeline: Pipeline, read: Sequence[Read], layers: Sequence[str], *, protect: bool = True) -> list[Judged]:
    """What is removed when only these layers are asked."""
    made = []
    for one in read:
        found = [one.found[name] for name in layers if name in one.found]
        spans = pipeline.merged(one.note, found, one.safe if protect else ())
        ends = [(span.start, span.end, span.label) for span in spans]
        made.append(Judged(one.gold.text, one.gold.spans, one.gold.decoys, ends))
    return made


def by_layer(pipeline: Pipeline, read: Sequence[Read]) -> dict[str, dict[str, dict[str, float]]]:
    """Each layer alone, and all without it; protection finds nothing, so it is only left out."""
    shown: dict[str, dict[str, dict[str, float]]] = {}
    for name in FINDERS:
        rest = [other for other in FINDERS if other != name]
        alone = judge(judged(pipeline, read, [name]), HIPAA).figures()
        shown[name] = {"alone": alone, "without": judge(judged(pipeline, read, rest), HIPAA).figures()}
    shown["protect"] = {"without": judge(judged(pipeline, read, FINDERS, protect=False), HIPAA).figures()}
    return shown


def people_of(path: Path) -> dict[str, Person]:
    """What the Patients know to name each of them, by id."""
    rejected: list[pa.Table] = []
    rows = handed.read(PATIENT, path, rejected)
    if rejected:
        say(f"{sum(map(len, rejected))} patients could not be read")
    ids = [str(value) for value in rows.column("id").to_pylist()]
    rows = rows.drop_columns([name for name in ("subject_id", "patient_id") if name in rows.column_names])
    rows = rows.append_column("subject_id", pa.array(range(1, len(ids) + 1), pa.int64()))
    known = persons({PATIENT: rows})
    return {key: known[at] for at, key in enumerate(ids, 1) if at in known}


def score_notes(notes: Path, patients: Path | None, pipeline: Pipeline) -> dict[str, Any]:
    gold = read_notes(notes)
    people = people_of(patients) if patients else {}
    lacking = sum(one.patient_id not in people for one in gold)
    say(f"{len(gold)} notes of {len({one.patient_id for one in gold})} patients; {lacking} notes without their Patient")
    read = read_all(pipeline, gold, people)
    whole = judge(judged(pipeline, read, FINDERS), HIPAA)
    return {**whole.figures(), "notes": len(gold), "by_label": whole.labels(), "by_layer": by_layer(pipeline, read)}


def main(
    notes: Annotated[Path | None, typer.Option(help="NOTES.jsonl: note_id, patient_id, text, spans, decoys.")] = None,
    patients: Annotated[Path | None, typer.Option(help="PATIENTS.ndjson: FHIR Patients of the notes.")] = None,
    brat: Annotated[Path | None, typer.Option(help="Folder of brat files to judge on (MEDDOCAN).")] = None,
    train: Annotated[Path | None, typer.Option(help="With --brat: folder of brat files to train on first.")] = None,
    unmarked: Annotated[Path | None, typer.Option(help="With --train: folder of texts to learn letters from.")] = None,
    artifact: Annotated[str, typer.Option(help="Folder with deid-en, deid-es ...; empty: those shipped.")] = "",
) -> None:
    """HIPAA token recall, spans covered, notes without leak, other words removed, decoys damaged; before surrogates.

    Example: python -m bench.deid --notes NOTES.jsonl --patients PATIENTS.ndjson
    """
    if (notes is None) == (brat is None):
        raise InputError("Give either --notes with --patients, or --brat with --train.")
    if brat is not None:
        from bench.deid_brat import score_brat

        finish(("systems",), score_brat(brat, train, unmarked))
    elif notes is not None:
        finish(KEYS, score_notes(notes, patients, Pipeline(artifact=artifact)))


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    command(main)
