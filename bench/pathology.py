"""What is read of pathology reports: tumours with ICD-O-3 codes in CANTEMIST, fields of simulated breast reports."""

from pathlib import Path
from typing import Annotated

import typer

from bench import pathology_literature, pathology_oncology
from bench.json_line import command, finish, say
from bench.pathology_breast import breast
from contract.errors import ConfigError
from nlp.pathology.oncology.spans import Lessons
from nlp.pathology.oncology.train import Training

PARTS = ("both", "oncology")
KEYS = ("span_f1", "norm_f1", "map", "field_accuracy", "all_fields")


def main(
    train: Annotated[Path, typer.Option(help="Folder in CANTEMIST's layout to learn from.")],
    test: Annotated[Path | None, typer.Option(help="Folder to be judged on; without it, folds of --train.")] = None,
    folds: Annotated[int, typer.Option(help="Parts of the cases, without --test.")] = 3,
    unmarked: Annotated[
        Path | None, typer.Option(help="Folder of Spanish texts that teach an encoder, instead of the shipped one.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Keep the finder that was judged on --test; of open data.")] = None,
    members: Annotated[int, typer.Option(help="Networks that vote.")] = 2,
    epochs: Annotated[int, typer.Option(help="Of each network.")] = 8,
    literature: Annotated[bool, typer.Option(help="The classifiers of Qiu 2018 too.")] = True,
    part: Annotated[str, typer.Option(help="both, or oncology: its figures on stderr, and no JSON line.")] = "both",
) -> None:
    """Spans, codes and ranked codes with intervals of 95 % over documents, a dictionary beside; then breast fields.

    Example: python -m bench.pathology --train cantemist/train --test cantemist/dev1 --part oncology
    """
    if part not in PARTS:
        raise ConfigError(f"--part is {part!r}; expected {' or '.join(PARTS)}.")
    if out and not test:
        raise ConfigError("--out keeps the finder that was judged on --test; folds judge several. Name --test DIR.")
    training = _training(Lessons(members=members, epochs=epochs), train, test, unmarked)
    found = pathology_oncology.measured(train, test, folds, training, out)
    pathology_oncology.show(found)
    if literature:
        pathology_literature.show(list(pathology_oncology.split(train, test, folds)))
    if part != "both":
        say("no JSON line: breast fields were not measured")
        return
    fields = breast(baselines=False)
    final = found[pathology_oncology.FINAL].figures
    values = {key: round(final[key].value, 4) for key in KEYS[:3]}
    finish(KEYS, {**values, **{key: fields[key] for key in KEYS[3:]}})


def _training(lessons: Lessons, train: Path, test: Path | None, unmarked: Path | None) -> Training:
    """The card names the folders, by their last names alone."""
    named = {"train": train, "test": test, "unmarked": unmarked}
    told = " ".join(f"--{name} {path.parent.name}/{path.name}" for name, path in named.items() if path)
    return Training(
        lessons,
        unmarked,
        source=f"{train.parent.name}/{train.name}, in the layout of CANTEMIST (IberLEF 2020; CC BY 4.0)",
        licence="that of the data; changed: counts, weights and marked phrases only",
        command=f"python -m bench.pathology {told} --members {lessons.members} --epochs {lessons.epochs}",
        phi=False,
    )


if __name__ == "__main__":
    command(main)
