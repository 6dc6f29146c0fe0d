"""`chartloom run`, `plan` and `apply`: the night, what it would do, and one step of it on files."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from contract.errors import ChartloomError
from runner.commands.options import CONFIG, ConfigFile, pairs

if TYPE_CHECKING:
    from runner.account import Manifest
    from runner.config import Config

LEFT_OUT = 8  # exit code of a night that was published without one of its sources
PipelineName = Annotated[str, typer.Argument(metavar="PIPELINE", help="A pipeline of the registry.")]


def run(
    pipeline: PipelineName = "nightly",
    config: ConfigFile = CONFIG,
    engine: Annotated[str | None, typer.Option(help="serial or pool, in place of the registry's.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes of the pool.")] = None,
) -> None:
    """Run a night. Read what is new, check it, run the steps on what changed, publish all at once.

    A night that was killed is taken up where it stopped. One run at a time.

    \b
    Example: chartloom run nightly --config /srv/chartloom/pipelines.yaml
    """
    night(_engaged(_load(config), pipeline, engine, workers), pipeline)


def night(config: "Config", pipeline: str, *, replay: bool = False) -> "Manifest":
    """Run, watched; then the summary, wherever the night ended."""
    from runner import nightly
    from runner.bars import watching
    from runner.commands.screen import screen
    from runner.commands.summary import show

    console = screen()
    left_out: list[str] = []
    try:
        with watching(console) as progress:
            manifest = nightly.run(config, pipeline, progress, replay=replay, tell=left_out.append)
    except ChartloomError as error:
        error.add_note(f"The runs, and why they ended as they did: chartloom status --lake {config.lake}")
        raise
    show(console, manifest, config.lake)
    if manifest["refused"]:
        for reason in left_out:
            typer.echo(f"chartloom: left out, the night went on without it: {reason}", err=True)
        raise typer.Exit(LEFT_OUT)
    return manifest


def plan(pipeline: PipelineName = "nightly", config: ConfigFile = CONFIG) -> None:
    """Show what a night would do. In order, what each part reads and writes; what does not fit is refused.

    \b
    Example: chartloom plan nightly
    """
    from runner.plan import make_plan

    for line in make_plan(_load(config), pipeline).lines():
        typer.echo(fill(line, 110, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False))


def apply(
    step: Annotated[
        str, typer.Argument(metavar="STEP", help="adverse, deid, icd, notes, outcomes, pathology, reports, timeline")
    ],
    inputs: Annotated[
        list[str], typer.Option("--in", metavar="TABLE=FILE", help="A table as Parquet, NDJSON or CSV; repeat.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="One Parquet file per table written.")],
    config: Annotated[Path | None, typer.Option(metavar="FILE", help="The registry that names the step.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the step; repeat.")
    ] = None,
    identities: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Who is who, kept there between calls (PHI); without it, thrown away."),
    ] = None,
) -> None:
    """Run one step on files; no lake is needed. patient_id may stand for subject_id; absent columns are filled.

    \b
    Example: chartloom apply timeline --in phi/fhir/Patient=Patient.ndjson --out out
             chartloom apply deid --in phi/notes=notes.jsonl --in phi/fhir/Patient=Patient.ndjson --out out
             chartloom apply adverse --in notes=notes.csv --in timeline=timeline.parquet --out out
             chartloom apply reports --in embeddings=embeddings.parquet --out out
    """
    from runner import apply as applying

    files = {name: Path(file) for name, file in pairs("--in", inputs).items()}
    hand = applying.Hand(files, out, identities, partial(typer.echo, err=True))
    written = applying.apply(step, hand, _load(config) if config else None, pairs("--set", setting or []))
    for table, rows in written.items():
        typer.echo(f"{table}: {rows:,} rows")
    for line in _remarks(written, out):
        typer.echo(line)


def _remarks(written: Mapping[str, int], out: Path) -> list[str]:
    """What a step says of its units, why there is little or nothing."""
    from runner import adverse, coding, drafts, outcomes, pathology

    said = {
        "codes_account": coding.flagged,
        "findings_account": adverse.flagged,
        "outcomes_account": outcomes.flagged,
        "pathology_account": pathology.flagged,
        "reports_account": drafts.flagged,
    }
    return [line for name, flagged in said.items() if name in written for line in flagged(out)]


def _load(path: Path) -> "Config":
    from runner.config import load

    return load(path)


def _engaged(config: "Config", pipeline: str, kind: str | None, workers: int | None) -> "Config":
    from runner.engine import engine

    found = config.pipeline(pipeline)
    said = {name: value for name, value in (("kind", kind), ("workers", workers)) if value is not None}
    changed = replace(found, engine=replace(found.engine, **said))  # type: ignore[arg-type]
    engine(changed.engine)  # refuses a kind it does not know
    return replace(config, pipelines={**config.pipelines, pipeline: changed})
