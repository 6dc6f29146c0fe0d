"""`chartloom quarantine`: what was rejected, by rule; the rows; and reading them again after a mend."""

from pathlib import Path
from typing import Annotated

import typer

from contract.errors import ConfigError
from runner.commands.options import CONFIG, LAKE, ConfigFile, Json, LakeFolder

Failed = Annotated[bool, typer.Option("--failed", help="Of the last night that a check stopped.")]

app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


@app.callback()
def quarantine(context: typer.Context, lake: LakeFolder = LAKE, as_json: Json = False, failed: Failed = False) -> None:
    """Show what was rejected, and why. Counts by source, target and rule.

    \b
    Example: chartloom quarantine
             chartloom quarantine show --rule date-format --phi
             chartloom quarantine replay
    """
    if context.invoked_subcommand is None:
        _list(lake, as_json, failed)


def _list(lake: Path, as_json: bool, failed: bool) -> None:
    import json

    from runner.commands.screen import screen, table
    from runner.failed import kept
    from runner.quarantine import counts

    found = counts(lake, failed=failed)
    if as_json:
        typer.echo(json.dumps(found, indent=1))
        return
    shown = table("source", "target", "rule", ">rows")
    for entry in found:
        shown.add_row(entry["source"], entry["target"] or "", entry["rule"], f"{entry['rows']:,}")
    screen().print(shown if found else "Nothing is in quarantine.")
    stopped = kept(lake)
    if stopped and not failed:
        typer.echo(f"This is the published night's. A check stopped the night {stopped.name}: --failed shows its.")


@app.command()
def show(
    rule: Annotated[str | None, typer.Option(help="Only rows that broke this rule.")] = None,
    source: Annotated[str | None, typer.Option(help="Only rows of this source.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 20,
    lake: LakeFolder = LAKE,
    failed: Failed = False,
    phi: Annotated[bool, typer.Option("--phi", help="Rejected rows are PHI: say that you mean it.")] = False,
) -> None:
    """Show rejected rows. With file, line, rule and what was expected. PHI: every look is written to the audit.

    \b
    Example: chartloom quarantine show --rule unknown-patient --phi
    """
    from runner.quarantine import counts, rows

    if not phi:
        raise ConfigError("rejected rows are PHI. Say --phi to see them; the look is written to lake/phi-audit.")
    found = rows(lake, rule=rule, source=source, limit=limit, failed=failed).to_pylist()
    if not found:
        held = counts(lake, failed=failed)
        said = (f"{what}s {', '.join(sorted({row[what] for row in held}))}" for what in ("rule", "source"))
        typer.echo(f"No such row. In quarantine are {' of '.join(said)}." if held else "Nothing is in quarantine.")
    for row in found:
        column = f", column {row['column']}" if row["column"] else ""
        typer.echo(f"{row['source']}: {row['file']}, line {row['line']}{column}: {row['rule']}")
        typer.echo(f"    {row['message']}")
        if row["raw"] is not None:
            typer.echo(f"    {row['raw']}")


@app.command()
def replay(
    pipeline: Annotated[str, typer.Argument(metavar="PIPELINE", help="A pipeline of the registry.")] = "nightly",
    config: ConfigFile = CONFIG,
) -> None:
    """Read again what was rejected. A night that reads the files with rows in quarantine anew, after a mend.

    \b
    Example: chartloom quarantine replay
    """
    from runner.commands.night import night
    from runner.config import load

    night(load(config), pipeline, replay=True)
