"""`chartloom audit`: whether a folder names somebody of the lake, and what reviewers of released notes found."""

from pathlib import Path
from typing import Annotated

import typer

from runner.commands.options import LAKE, LakeFolder

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def audit() -> None:
    """Search what is to leave for known persons; read what reviewers found.

    \b
    Example: chartloom audit folder release
    """


@app.command()
def folder(
    where: Annotated[Path, typer.Argument(metavar="DIR", help="The artifact or release, as it will be handed on.")],
    lake: LakeFolder = LAKE,
) -> None:
    """Search every file of a folder for numbers, contacts, addresses, whole names of the lake's persons. Audited.

    \b
    Example: chartloom audit folder weights/deid-en
    """
    from contract.errors import CheckFailed
    from runner.leaks import search

    found = search(lake, where)
    for (file, rule, label), places in sorted(found.items()):
        typer.echo(f"sha256 {file}: {label} by rule {rule}, {places:,} places")
    if found:
        files = len({file for file, _, _ in found})
        raise CheckFailed(
            f"{files:,} files name persons of the lake; do not hand the folder on. `sha256sum` tells which they are."
        )
    typer.echo("Nothing that is known of the lake's persons was found.")


@app.command()
def sheet(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="sheet.csv, with the column leaks filled in.")],
) -> None:
    """Say the leak rate of filled-in reviewers' sheets, with its upper 95 % bound.

    \b
    Example: chartloom audit sheet lake/runs/7/review/sheet.csv
    """
    from contract.errors import InputError
    from nlp.deid.audit.sheet import read

    for path in files:
        if not path.is_file():
            raise InputError(f"{path} is no file; name the filled-in sheet.csv.")
    typer.echo(str(read(*files)))
