"""`chartloom status`, `tables` and `query`: how the lake stands, what its tables mean, what they hold."""

from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Any

import typer

from runner.commands.options import CONFIG, LAKE, ConfigFile, Json, LakeFolder, pairs


class Format(StrEnum):
    table = "table"
    csv = "csv"
    ndjson = "ndjson"
    parquet = "parquet"


def status(lake: LakeFolder = LAKE, config: ConfigFile = CONFIG, as_json: Json = False) -> None:
    """Show how the lake stands. The published snapshot, the last runs, whether one is under way; safe beside a run.

    \b
    Example: chartloom status --json
    """
    import json

    from runner.status import status as found

    said = found(lake, config)
    if as_json:
        typer.echo(json.dumps(said, indent=1))
    else:
        _show_status(said)


def _waiting(said: dict[str, Any]) -> str:
    """Of the coders' page. They are handed over while it runs, every few seconds."""
    if "unreachable" in said:
        return f"decisions of coders: unknown. {said['unreachable']}"
    last = f"; the last one handed over is of {said['last']}" if said["last"] else ""
    stuck = f"; {said['stuck']} cannot be written, the page's log names them" if said["stuck"] else ""
    since = f", the oldest since {said['oldest']}" if said["oldest"] else ""
    return f"decisions of coders: {said['decisions']} to be handed over{since}{last}{stuck}"


def _show_status(said: dict[str, Any]) -> None:
    from runner.account import seconds, size
    from runner.commands.screen import screen, table

    console = screen()
    under_way = {
        True: "a run is under way",
        False: "no run is under way",
        None: "whether a run is under way is unknown",
    }
    console.print(f"lake {said['lake']}: {under_way[said['running']]}", soft_wrap=True)
    if said["running"] and said["last_said"]:
        last = said["last_said"]
        facts = (f"{name} {value}" for name, value in last.items() if name not in ("run_id", "time"))
        console.print(f"run {last['run_id']} last said at {last['time']}: {', '.join(facts)}")
    console.print(
        f"snapshot {said['snapshot'] or 'none yet'}, {size(said['bytes'])}, {sum(said['tables'].values()):,} rows"
    )
    if said["decisions"] is not None:
        console.print(_waiting(said["decisions"]))
    if said["disk_free_bytes"] is not None:
        console.print(f"disk {size(said['disk_free_bytes'])} free\n")
    shown = table("run", "status", ">rows in", ">quarantined", "balance", ">time", "error")
    for run in said["runs"]:
        error = (run["error"] or {}).get("kind", "") or ", ".join(
            [f"without {name}" for name in run["refused"]] + [f"{name} waits" for name in run["waiting"]]
        )
        balance = "ok" if run["balanced"] else "does not hold"
        counts = (f"{run['rows_in']:,}", f"{run['quarantined']:,}")
        shown.add_row(run["run_id"], run["status"], *counts, balance, seconds(run["seconds"]), error)
    if shown.row_count:
        console.print(shown)
    for run in takewhile(lambda run: run["status"] != "published", said["runs"]):
        if run["error"]:
            console.print(f"\nrun {run['run_id']} {run['status']}: {run['error']['message']}", markup=False)
            break


def tables(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A table, such as phi/timeline.")] = None,
    as_json: Json = False,
) -> None:
    """Show the data dictionary. Every table, or the columns of one with their types and meaning.

    \b
    Example: chartloom tables
             chartloom tables phi/timeline
    """
    import json

    from runner import dictionary

    if as_json:
        typer.echo(json.dumps(dictionary.one(name) if name else dictionary.every(), indent=1))
    elif name:
        _show_table(dictionary.one(name))
    else:
        _show_tables(dictionary.every())


def _show_tables(said: list[dict[str, Any]]) -> None:
    from runner.commands.screen import screen, table

    shown = table("table", "one row is")
    for entry in said:
        shown.add_row(entry["name"], entry["about"])
    screen().print(shown)


def _show_table(said: dict[str, Any]) -> None:
    from rich.markup import escape

    from runner.commands.screen import screen, table

    console = screen()
    console.print(f"{said['name']}, version {said['version']}: {said['about']}")
    console.print(f"key {', '.join(said['key'])}; files {said['file']}\n", style="dim")
    shown = table("column", "type", "")
    for column in said["columns"]:
        needed = " Required." if column["required"] and "equired" not in column["about"] else ""
        shown.add_row(column["name"], escape(column["type"]), escape(column["about"] + needed))
    console.print(shown)


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="Slashes of table names are dots: fhir.Patient.")],
    phi: Annotated[bool, typer.Option("--phi", help="Also the PHI root, as phi.notes; written to the audit.")] = False,
    form: Annotated[Format, typer.Option("--format", help="How to write the answer.")] = Format.table,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="In place of the terminal; its ending says the format.")
    ] = None,
    lake: LakeFolder = LAKE,
    further: Annotated[
        list[str] | None, typer.Option("--and", metavar="NAME=DIR", help="A further lake, as NAME.timeline; repeat.")
    ] = None,
) -> None:
    """Ask the published snapshot in SQL. DuckDB, every table a view; nothing outside the lake can be read.

    `similar('STUDY_ID', 10)` is a table: the studies whose images are most like that one's.

    \b
    Example: chartloom query "select code, count(*) from timeline group by all order by 2 desc limit 5"
             chartloom query --phi --format parquet --out labs.parquet "from phi.fhir.Observation"
             chartloom query "select * from similar('STUDY_ID', 10) join reports using (subject_id, study_id)"
             chartloom query --and south=south/lake "from timeline union all from south.timeline"
    """
    from runner.commands import answer
    from runner.query import query as ask

    others = {name: Path(folder) for name, folder in pairs("--and", further or []).items()}
    schema, batches = ask(lake, sql, phi=phi, others=others)
    if form is Format.table and out is None:
        answer.on_screen(schema, batches)
    else:
        answer.write(schema, batches, form.value, out, private=phi)
