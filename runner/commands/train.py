"""`chartloom train`: networks from marked examples, one command a task."""

from pathlib import Path
from typing import Annotated

import typer

from contract.errors import ConfigError

app = typer.Typer(no_args_is_help=True, help="Train a network; the result is an artifact, a folder with its card.")
KINDS = ("bilstm_crf", "stacked", "transformer")


@app.command()
def deid(
    data: Annotated[Path, typer.Option(metavar="DIR", help="brat files, or .jsonl lines with text and spans.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The artifact; name it deid-LANGUAGE, such as deid-en.")],
    kind: Annotated[str, typer.Option(help=f"{', '.join(KINDS)}.")] = "bilstm_crf",
    language: Annotated[str, typer.Option(help="BCP 47, of the documents.")] = "en",
    epochs: Annotated[int, typer.Option(min=1, help="Times that every document is read.")] = 14,
    members: Annotated[int, typer.Option(min=1, help="Networks that vote, each of a seed of its own.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed and data, the same weights.")] = 1,
    open_data: Annotated[
        bool, typer.Option("--open-data", help="The documents name nobody real: the artifact is no PHI.")
    ] = False,
) -> None:
    """Train a tagger for de-identification. A tenth of the documents is held out to choose epoch and threshold.

    \b
    Example: chartloom train deid --data notes --out weights/deid-en
             chartloom run nightly      with `artifact: weights` of the step deid in pipelines.yaml
    """
    if kind not in KINDS:
        raise ConfigError(f"--kind is {kind!r}; expected {', '.join(KINDS)}.")
    from models.train import Schedule
    from nlp.deid.train import Training, train

    said = f"chartloom train deid --kind {kind} --language {language} --epochs {epochs} --members {members}"
    schedule = Schedule(epochs=epochs, seed=seed)
    training = Training(kind, language, schedule, members=members, command=f"{said} --seed {seed}", phi=not open_data)
    measured = train(data, out, training, tell=lambda line: typer.echo(line, err=True))
    typer.echo(", ".join(f"{name} {value}" for name, value in measured.items()))
