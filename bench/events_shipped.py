"""The shipped events: labelled notes, simulated ones of all styles and harder ones, to one artifact each."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bench.event_notes import EVENTS, harder, simulated
from bench.json_line import command, say
from nlp.adverse.events.train import Training, train

SEEDS = (301, 302)  # of hospitals that no bench draws


def main(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Artifacts; models/weights/events for the shipped ones.")],
    data: Annotated[Path, typer.Option(metavar="DIR", help="The labelled notes are written here.")],
    notes: Annotated[int, typer.Option(min=50, help="Simulated notes of a kind and hospital.")] = 500,
    hard: Annotated[int, typer.Option(min=10, help="Harder notes of a style.")] = 80,
) -> None:
    """Write <event>.jsonl under --data, and one artifact an event under --out.

    Example: python -m bench.events_shipped --data /tmp/event-notes --out models/weights/events
    """
    drawn = simulated(notes, SEEDS)
    data.mkdir(parents=True, exist_ok=True)
    said = f"python -m bench.events_shipped --notes {notes} --hard {hard}"
    source = "simulated notes and bench/event_cases"
    training = Training(source=source, licence="the project's own", command=said, phi=False)
    for name in EVENTS:
        rows = [
            {"note_id": one.note.note_id, "kind": one.note.kind, "language": "en"}
            | {"text": one.note.text, "label": one.label}
            for one in drawn[name] + harder(name, hard, 301)
        ]
        file = data / f"{name}.jsonl"
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        train(name, file, out / name, training, say)


if __name__ == "__main__":
    command(main)
