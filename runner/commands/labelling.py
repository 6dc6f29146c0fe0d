"""`chartloom next`: which notes to label next for a named event."""

from pathlib import Path
from typing import Annotated

import typer

from contract.errors import ConfigError


def next_notes(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="A trained event; or an event's file, when none is.")],
    given: Annotated[str, typer.Option("--in", metavar="notes=FILE", help="Notes to choose from.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The notes to label, .csv or .jsonl.")],
    count: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    labelled: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Notes that have labels already: left out."),
    ] = None,
) -> None:
    """Choose the notes to label next. Those it doubts most and that are unlike each other; of a new event, unlike ones.

    \b
    Example: chartloom next pressure_ulcer.yaml --in notes=notes.parquet --count 50 --out label.csv
             chartloom next artifacts/events/fall --in notes=notes.csv --out label.csv --labelled labelled.csv
    """
    from nlp.adverse.events.to_label import to_label

    name, _, file = given.partition("=")
    if name != "notes" or not file:
        raise ConfigError(f"--in is {given!r}; expected notes=FILE.")
    told = to_label(event, Path(file), out, count, labelled)
    typer.echo(f"{told} notes to label in {out}: fill in the column label, then `chartloom train event`.")
