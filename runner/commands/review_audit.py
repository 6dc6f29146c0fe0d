"""`chartloom review audit`: who saw and did what on the coders' page, and whether that was changed afterwards."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from runner.commands.review_options import Config, Data, Lake, Where

if TYPE_CHECKING:
    from review.state.audit import Filter
    from review.state.chain import Line
    from review.state.database import Database

DAY = "%Y-%m-%d"
Since = Annotated[datetime | None, typer.Option(formats=[DAY], metavar="DAY", help="From that day on, UTC.")]
Until = Annotated[datetime | None, typer.Option(formats=[DAY], metavar="DAY", help="That day included, UTC.")]


def audit(
    context: typer.Context,
    chart: Annotated[str | None, typer.Option(metavar="ID", help="Of one chart, as its address names it.")] = None,
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Of one person.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many lines, the newest.")] = 100,
    export: Annotated[bool, typer.Option("--export", help="All lines as NDJSON, with their digests.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check the whole chain; exit code 6 where it breaks.")
    ] = False,
    lake: Lake = None,
    config: Config = None,
    database: Data = None,
) -> None:
    """Show who saw and did what on the coders' page. That it was looked at is recorded too.

    \b
    Example: chartloom review audit --user anna --since 2026-11-01
             chartloom review audit --verify
    """
    from review.state.audit import Filter
    from runner.commands.review_users import opened as opening

    which = Filter(user, None, chart, since, until + timedelta(days=1) if until else None)
    with opening(Where(lake, config, database).behind(context)) as opened:
        if verify:
            _verify(opened)
        elif export:
            _export(opened)
        else:
            _show(opened, which, limit)


def _show(database: "Database", which: "Filter", limit: int) -> None:
    from review.state import audit as log
    from runner.commands.screen import screen, table

    _looked(database, "audit read")
    with database.read() as connection:
        lines = log.shown(connection, which, limit)
    shown = table(">line", "time (UTC)", "who", "what", "chart", "more")
    for line in reversed(lines):
        shown.add_row(
            str(line.seq), f"{line.time:%Y-%m-%d %H:%M:%S}", line.actor, line.act, line.chart_id or "", _more(line)
        )
    screen().print(shown if lines else "No line of the audit fits.")


def _more(line: "Line") -> str:
    import json

    said = json.loads(line.said) if line.said else {}
    return ", ".join(f"{name} {value}" for name, value in said.items())


def _export(database: "Database") -> None:
    from review.state import audit as log

    _looked(database, "audit exported")
    with database.read() as connection:
        for line in log.exported(connection):
            typer.echo(line)


def _verify(database: "Database") -> None:
    from contract.errors import CheckFailed
    from review.state import audit as log

    broken = log.broken(database)
    _looked(database, "audit verified")
    if broken is not None:
        raise CheckFailed(
            f"the audit does not hold from line {broken} on: that line was changed, taken out or put in, or the end "
            "was cut off. Keep the database and the folder as they are, and compare them with a backup."
        )
    typer.echo("The audit is whole: every line follows from the one before, and the last is the one that was kept.")


def _looked(database: "Database", act: str) -> None:
    from review.state import audit as log
    from runner.audit import user

    with database.write() as connection:
        log.record(database.key, connection, log.by_system(user()), act)
