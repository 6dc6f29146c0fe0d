"""`chartloom train reports` and `drafts`: writers of draft imaging reports, and drafts to look at."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.commands.train import Licence, OpenData, Out, Seed, Source

Data = Annotated[
    Path,
    typer.Option(metavar="DIR", help="lake/open; or embeddings.parquet beside reports.csv (study_id, text)."),
]


def train_reports(
    data: Data,
    out: Out,
    encoder: Annotated[
        str, typer.Option(metavar="NAME", help="Whose embeddings; without it the most common one's.")
    ] = "",
    seed: Seed = 1,
    source: Source = "not said",
    licence: Licence = "not said",
    open_data: OpenData = False,
) -> None:
    """Train drafts of imaging reports from studies that have a report. It appears when all is trained.

    What a study shows, the labeller reads in its report. A report belongs to the study that its DiagnosticReport names,
    else to the study of its encounter just before it. Persons whom subject_splits.parquet holds out are judged on.

    \b
    Example: chartloom train reports --data lake/open --out artifacts/imaging
             chartloom apply reports --in embeddings=embeddings.parquet --out out --set artifact=artifacts/imaging
             chartloom run nightly      with `artifact: artifacts/imaging` of the step reports in pipelines.yaml
    """
    from imaging.train import Training, train

    said = f"chartloom train reports{f' --encoder {encoder}' if encoder else ''} --seed {seed}"
    training = Training(seed, encoder, source, licence, command=said, phi=not open_data)
    trained = train(data, out, training, tell=partial(typer.echo, err=True))
    typer.echo(", ".join(f"{name} {value:g}" for name, value in trained.measured.items()))
    typer.echo(f"digest {trained.digest}")


def drafts(
    pred: Annotated[Path, typer.Option(metavar="FILE", help="reports.parquet, or a folder of such files.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="A page, readable by its owner only.")],
    embeddings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="embeddings.parquet or a folder: shows similar earlier studies.")
    ] = None,
    artifact: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Similar by what its heads read; without it the shipped one's.")
    ] = None,
    study: Annotated[str, typer.Option(metavar="ID", help="Of this study only.")] = "",
    most: Annotated[int, typer.Option(min=1, help="Drafts that are shown, the most urgent first.")] = 20,
) -> None:
    """Show drafts on a page: each sentence with its finding and score, what is doubtful, similar earlier studies.

    \b
    Example: chartloom drafts --pred out/reports.parquet --embeddings embeddings.parquet --out drafts.html
             chartloom drafts --pred lake/open/reports --out drafts.html --study 7f3c
    """
    from imaging.stage import SHIPPED
    from runner.looked_at import look
    from runner.similar_earlier import similar_earlier

    like = similar_earlier(embeddings, artifact or SHIPPED) if embeddings else {}
    typer.echo(f"{look(pred, out, study, most, like)} drafts shown: {out}")
