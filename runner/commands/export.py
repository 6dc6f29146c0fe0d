"""`chartloom export`: what leaves the lake in a standard's own form."""

from pathlib import Path
from typing import Annotated

import typer

from runner.commands.options import LAKE, LakeFolder

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def export() -> None:
    """Write FHIR out as bulk NDJSON.

    \b
    Example: chartloom export fhir --out bulk
    """


@app.command()
def fhir(
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder.")],
    kinds: Annotated[list[str] | None, typer.Option("--type", metavar="TYPE", help="Only this type; repeat.")] = None,
    phi: Annotated[bool, typer.Option("--phi", help="From the PHI root; written to the audit.")] = False,
    lake: LakeFolder = LAKE,
) -> None:
    """Write FHIR R4 bulk NDJSON, one file a type, and manifest.json last of all.

    \b
    Example: chartloom export fhir --out bulk --type Patient --type Observation
    """
    from runner.bars import watching
    from runner.commands.screen import screen
    from runner.export import export_fhir

    with watching(screen()) as progress:
        manifest = export_fhir(lake, out, types=kinds or (), phi=phi, progress=progress)
    for entry in manifest["output"]:
        typer.echo(f"{entry['url']}: {entry['count']:,}")
    if not manifest["output"]:
        typer.echo(f"No resources in {'phi/fhir' if phi else 'fhir: the open root is filled by de-identification'}.")
