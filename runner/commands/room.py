"""`chartloom prune`: room on the lake's disk."""

from typing import Annotated

import typer

from runner.commands.options import LAKE, LakeFolder


def prune(
    keep: Annotated[int, typer.Option(min=1, help="Newest snapshots to keep, the published one among them.")] = 1,
    keep_runs: Annotated[
        int | None, typer.Option(min=1, help="Newest runs whose logs and reports to keep; else all.")
    ] = None,
    lake: LakeFolder = LAKE,
) -> None:
    """Drop old snapshots. Make room on the lake's disk; the published snapshot stays.

    \b
    Example: chartloom prune
             chartloom prune --keep 2 --keep-runs 90
    """
    from runner.account import count, size
    from runner.prune import prune as drop

    done = drop(lake, keep, keep_runs)
    typer.echo(f"Dropped: {count(len(done.snapshots), 'snapshot')} {' '.join(done.snapshots)}".rstrip())
    if keep_runs:
        typer.echo(f"Dropped: logs of {count(len(done.runs), 'run')}")
    typer.echo(f"{size(done.freed)} freed")
