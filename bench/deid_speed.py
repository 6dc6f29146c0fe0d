"""How fast de-identification is: notes of 555 tokens a CPU-second, one process, the default configuration."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
import pyarrow.parquet as pq
import typer

from bench.json_line import command, finish, say
from bench.place import workplace
from contract.errors import InputError
from nlp.deid.note import WORD, Note
from nlp.deid.pipeline import LAYERS, Pipeline
from runner.apply import Hand, apply
from runner.cli import LIBRARIES
from simulate.notes import corpus

KEYS = ("notes", "tokens", "notes_per_cpu_s", "layers_ms", "open_s")
TOKENS = 555
"""Runs of word characters that a note of the measure has; others count by their length."""
WARM = 16  # notes that are read first, so that what a worker loads once is loaded
SEED = 20261121


def main(
    notes: Annotated[Path | None, typer.Option(help="NOTES.jsonl; simulated notes without it.")] = None,
    patients: Annotated[Path | None, typer.Option(help="PATIENTS.ndjson of these notes.")] = None,
    count: Annotated[int, typer.Option(help="Simulated notes, joined to 555 tokens; without --notes.")] = 3000,
    work: Annotated[Path | None, typer.Option(help="Folder for what is made; kept.")] = None,
) -> None:
    """The whole step by `chartloom apply deid` in this process: files in, files out.

    Example: python -m bench.deid_speed --notes NOTES.jsonl --patients PATIENTS.ndjson
    """
    if (notes is None) != (patients is None):
        raise InputError("--notes and --patients belong together; give both, or none for simulated ones.")
    for name, value in LIBRARIES.items():
        os.environ.setdefault(name, value)  # as a worker of the night has them
    with workplace("deid_speed", work) as place:
        if notes is None or patients is None:
            notes, patients = _simulated(place, count)
        lines = notes.read_bytes().splitlines()
        texts = [orjson.loads(line)["text"] for line in lines]
        (place / "warm.jsonl").write_bytes(b"\n".join(lines[:WARM]))
        open_s = _cpu(lambda: _applied(place, "warm", place / "warm.jsonl", patients))
        cpu_s = _cpu(lambda: _applied(place, "all", notes, patients))
        _require_all(place / "all", len(lines))
    tokens = sum(len(WORD.findall(text)) for text in texts)
    say(f"{len(texts)} notes, {tokens} tokens, {cpu_s:.1f} CPU-s")
    finish(
        KEYS,
        {
            "notes": len(texts),
            "tokens": tokens,
            "notes_per_cpu_s": round(tokens / TOKENS / cpu_s, 1),
            "layers_ms": {name: round(1000 * s * TOKENS / tokens, 3) for name, s in _layers(texts).items()},
            "open_s": round(open_s, 2),
        },
    )


def _simulated(place: Path, count: int) -> tuple[Path, Path]:
    notes, patients = place / "notes.jsonl", place / "patients.ndjson"
    notes.write_bytes(b"\n".join(map(orjson.dumps, _packets(corpus.notes_only(count, SEED)))))
    patients.write_bytes(b"\n".join(map(orjson.dumps, corpus.patients(count, SEED))))
    return notes, patients


def _packets(notes: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Simulated notes are short: of one patient so many follow each other that they come to a note of the measure."""
    held: list[str] = []
    whose = name = ""
    for note in notes:
        if held and (note["patient_id"] != whose or len(WORD.findall(" ".join(held))) >= TOKENS):
            yield {"note_id": name, "patient_id": whose, "text": "\n\n".join(held)}
            held = []
        whose, name = note["patient_id"], note["note_id"]
        held.append(note["text"])
    yield {"note_id": name, "patient_id": whose, "text": "\n\n".join(held)}


def _applied(place: Path, name: str, notes: Path, patients: Path) -> None:
    apply("deid", Hand({"phi/notes": notes, "phi/fhir/Patient": patients}, place / name), None, {})


def _require_all(out: Path, count: int) -> None:
    """A note that is withheld costs less than one that is released."""
    released = pq.read_metadata(out / "notes.parquet").num_rows
    say(f"{count - released} of {count} notes withheld")


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _layers(texts: list[str]) -> dict[str, float]:
    """CPU-seconds of each layer by itself; the known have nothing to look for without persons."""
    pipeline, notes = Pipeline(), [Note(text) for text in texts]
    found = {name: _cpu(lambda name=name: pipeline.by_layer(notes, (name,))) for name in LAYERS[:-1]}  # type: ignore[misc]
    return {**found, "protect": _cpu(lambda: pipeline.safe(notes))}


if __name__ == "__main__":
    command(main)
