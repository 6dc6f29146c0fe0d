"""`chartloom sniff`: an unknown export, looked at, and a first mapping of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from etl.sniff.draft import Drafts
    from etl.sniff.look import Found
    from runner.progress import Progress


def sniff(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that holds the export.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder for the mapping.")] = Path("mapping"),
    name: Annotated[str, typer.Option(help="What the source is to be called; default: the folder's name.")] = "",
) -> None:
    """Look at an unknown export and write a first mapping. With guesses and doubts; docs/add-a-source.md goes on.

    Only names of columns, counts, and short codes that several persons have go into the mapping: no cell that may be
    a person's own.

    \b
    Example: chartloom sniff inbox/clinic --out mappings/clinic
    """
    from etl.sniff.sniff import sniff as look_at
    from etl.sniff.write import write
    from runner.bars import watching
    from runner.commands.screen import screen

    with watching(screen()) as progress:
        looked, drafts = look_at(folder, name or folder.resolve().name, lambda tables: _told(tables, progress))
    files = write(drafts, out)
    _show(drafts)
    for what, count in sorted(looked.others.items()):
        typer.echo(f"{count} file(s) {what}")
    doubts = len(drafts.doubts) + sum(len(draft.doubts) for draft in drafts.tables)
    typer.echo(
        f"Wrote {len(files)} files to {out}, with {doubts} doubts as comments. Read them, mend what is wrong, then "
        "name the mapping in pipelines.yaml: docs/add-a-source.md says how."
    )


def _told(tables: list["Found"], progress: "Progress") -> Iterator["Found"]:
    progress.start("looking", len(tables), "tables")
    for table in tables:
        yield table
        progress.advance("looking", 1)
    progress.finish("looking")


def _show(drafts: "Drafts") -> None:
    from runner.commands.screen import screen, table

    shown = table("table", ">rows seen", ">files", "person by", "guess", ">sure", ">doubts")
    for draft in drafts.tables:
        found, said = draft.table.found, draft.said.get("person", "")
        by = f"{said['column']} in {said['table']}" if isinstance(said, dict) else said
        sure = f"{draft.table.sure:.0%}" if draft.table.kind else ""
        rows = f"{found.rows.num_rows:,}"
        shown.add_row(
            draft.table.name, rows, str(found.files), by, draft.table.kind or "-", sure, str(len(draft.doubts))
        )
    screen().print(shown)
