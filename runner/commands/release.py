"""`chartloom release`: a frozen research extract, made, listed and revoked."""

from typing import Annotated

import typer

from contract.errors import ConfigError
from runner.commands.options import CONFIG, ConfigFile, Json


def release(
    project: Annotated[str | None, typer.Argument(metavar="PROJECT", help="Of releases/PROJECT.yaml.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the releases: for whom, until when, state.")] = False,
    revoked: Annotated[bool, typer.Option("--revoke", help="Remove the files; the manifest stays.")] = False,
    config: ConfigFile = CONFIG,
    as_json: Json = False,
) -> None:
    """Make a frozen research extract, with ids of its own, k-anonymous, audited. Written to the audit.

    \b
    Example: chartloom release sepsis-2026
             chartloom release --list
             chartloom release sepsis-2026 --revoke
    """
    import json

    from runner.config import load
    from runner.releases import making, standing

    found = load(config)
    if listed:
        said = standing.every(found.lake)
        typer.echo(json.dumps(said, indent=1)) if as_json else _show(said)
        return
    if not project:
        raise ConfigError("name a PROJECT of releases/PROJECT.yaml, or say --list.")
    if revoked:
        told = standing.revoke(found.lake, project)
        typer.echo(f"Revoked: {project}. Tell {told['recipient']} to destroy their copies.")
        return
    made = making.release(found, project)
    typer.echo(json.dumps(made, indent=1) if as_json else _made(made))


def _made(said: dict[str, object]) -> str:
    return (
        f"Released: lake/releases/{said['project']} for {said['recipient']} until {said['expires']}: {said['persons']} "
        f"persons, k = {said['k_reached']}, left out: {said['persons_left_out']}."
    )


def _show(said: list[dict[str, object]]) -> None:
    from runner.commands.screen import screen, table

    shown = table("project", "state", "recipient", "approval", "expires", "policy", ">persons", "made by", "when")
    for each in said:
        each = {**each, "day": str(each["created"])[:10]}
        columns = ("project", "state", "recipient", "approval", "expires", "policy", "persons", "created_by", "day")
        shown.add_row(*(str(each[column]) for column in columns))
    screen().print(shown if said else "There are no releases.")
