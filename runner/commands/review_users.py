"""`chartloom review user`: who may sign in to the coders' page. Each act is written into the page's audit."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from runner.commands.review_options import Config, Data, Lake, Where

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from review.state.database import Database
    from review.state.users import User

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(metavar="NAME", help="What is typed at sign-in.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password, one line, from standard input.")]
MustChange = Annotated[bool, typer.Option("--must-change", help="At the next sign-in another one must be chosen.")]


@app.callback()
def user() -> None:
    """Add and change who may sign in to the coders' page.

    \b
    Example: chartloom review user add anna --role coder --shown "Anna Berg"
    """


@app.command()
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Option(help="trainee, researcher, coder, auditor or admin.")],
    shown: Annotated[str, typer.Option(metavar="TEXT", help="The name that others see; else NAME.")] = "",
    password_stdin: FromStdin = False,
    elsewhere: Annotated[
        bool, typer.Option("--elsewhere", help="Signs in at an identity provider only: no password.")
    ] = False,
    must_change: MustChange = False,
    lake: Lake = None,
    config: Config = None,
    database: Data = None,
) -> None:
    """Let somebody sign in. Asks twice for a password, without showing it.

    \b
    Example: chartloom review user add anna --role coder --shown "Anna Berg"
    """
    from review.state import users

    where = Where(lake, config, database).behind(context)
    with opened(where) as data:
        with data.read() as connection:
            users.judge(connection, name, shown, role)
        password = None if elsewhere else _password(password_stdin)
        with data.write() as connection:
            made = users.add(connection, name, shown, role, password, must_change=must_change)
            _record(data, connection, "user added", made, role=role)
    typer.echo(f"{made.name} may sign in as {made.role}.")


@app.command("list")
def list_(context: typer.Context, lake: Lake = None, config: Config = None, database: Data = None) -> None:
    """Show who may sign in, and as what.

    \b
    Example: chartloom review user list
    """
    from review.state import users
    from runner.commands.screen import screen, table

    where = Where(lake, config, database).behind(context)
    with opened(where) as data, data.read() as connection:
        found = users.every(connection)
    shown = table("name", "shown to others", "role", "signs in", "since")
    for each in found:
        shown.add_row(each.name, each.shown, each.role, _ways(each), f"{each.created:%Y-%m-%d}")
    screen().print(
        shown if found else f"Nobody yet. Add somebody: chartloom review user add NAME --role coder{where.said}"
    )


@app.command()
def disable(
    context: typer.Context, name: Name, lake: Lake = None, config: Config = None, database: Data = None
) -> None:
    """Let somebody in no more. Her sessions end at once; her decisions stay.

    \b
    Example: chartloom review user disable anna
    """
    from review.state import users

    with opened(Where(lake, config, database).behind(context)) as data, data.write() as connection:
        found = users.disable(connection, _known(connection, name))
        _record(data, connection, "user disabled", found)
    typer.echo(f"{found.name} is disabled; her sessions have ended.")


@app.command()
def enable(context: typer.Context, name: Name, lake: Lake = None, config: Config = None, database: Data = None) -> None:
    """Let somebody in again, with the password and role that she had.

    \b
    Example: chartloom review user enable anna
    """
    from review.state import users

    with opened(Where(lake, config, database).behind(context)) as data, data.write() as connection:
        found = users.enable(connection, _known(connection, name))
        _record(data, connection, "user enabled", found)
    typer.echo(f"{found.name} may sign in again as {found.role}.")


@app.command()
def password(
    context: typer.Context,
    name: Name,
    password_stdin: FromStdin = False,
    must_change: MustChange = False,
    lake: Lake = None,
    config: Config = None,
    database: Data = None,
) -> None:
    """Give somebody another password. All her sessions end; a wait after failed attempts is forgiven.

    \b
    Example: chartloom review user password anna --must-change
    """
    from review.state import attempts, sessions, users

    with opened(Where(lake, config, database).behind(context)) as data:
        with data.read() as connection:
            found = _known(connection, name)
        prepared = users.prepare_password(found, _password(password_stdin))
        with data.write() as connection:
            users.set_password(connection, found, prepared, must_change=must_change)
            sessions.end_others(connection, found)
            attempts.forgive(connection, data.key, found.name)
            _record(data, connection, "password reset", found)
    typer.echo(f"{found.name} has another password; her sessions have ended.")


@app.command()
def role(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="trainee, researcher, coder, auditor or admin.")],
    lake: Lake = None,
    config: Config = None,
    database: Data = None,
) -> None:
    """Give somebody another role. She signs in anew.

    \b
    Example: chartloom review user role anna auditor
    """
    from review.state import sessions, users

    with opened(Where(lake, config, database).behind(context)) as data, data.write() as connection:
        before = _known(connection, name)
        found = users.set_role(connection, before, role)
        sessions.end_others(connection, found)
        _record(data, connection, "user role changed", found, before=before.role, role=found.role)
    typer.echo(f"{found.name} is {found.role} now, and signs in anew.")


@app.command()
def link(
    context: typer.Context,
    name: Name,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="The person's `sub` at the identity provider.")],
    lake: Lake = None,
    config: Config = None,
    database: Data = None,
) -> None:
    """Let somebody sign in at the identity provider that pipelines.yaml names (review: issuer).

    \b
    Example: chartloom review user link anna 248289761001
    """
    from contract.errors import ConfigError
    from review.state import users

    where = Where(lake, config, database).behind(context)
    issuer = where.settings().issuer
    if not issuer:
        raise ConfigError("there is no identity provider. Name one: issuer and client, in the section review.")
    with opened(where) as data, data.write() as connection:
        found = users.link(connection, _known(connection, name), issuer, subject)
        _record(data, connection, "user linked", found, by="admin")
    typer.echo(f"{found.name} may sign in at {issuer}.")


@contextmanager
def opened(where: Where) -> "Iterator[Database]":
    from review.state.database import Database

    database = Database.open(where.there())
    try:
        yield database
    finally:
        database.close()


def _known(connection: "Connection", name: str) -> "User":
    from contract.errors import InputError
    from review.state import users

    found = users.named(connection, name)
    if found is None:
        raise InputError(f"there is no user {name!r}. `chartloom review user list` shows who there is.")
    return found


def _password(from_stdin: bool) -> str:
    """Never an argument: those stand in the list of processes and in the shell's history."""
    from contract.errors import InputError

    if from_stdin:
        try:
            return sys.stdin.readline().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise InputError("the password on standard input is not UTF-8. Write it as UTF-8, one line.") from None
    if not sys.stdin.isatty():
        raise InputError("there is no terminal to ask for the password. Hand it in with --password-stdin.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt="And once more"))


def _record(database: "Database", connection: "Connection", act: str, about: "User", **said: str) -> None:
    from review.state import audit
    from runner.audit import user as of_the_system

    audit.record(database.key, connection, audit.by_system(of_the_system()), act, said={"user": about.name, **said})


def _ways(user: "User") -> str:
    if user.disabled:
        return "no (disabled)"
    ways = [*(["password"] if user.password else []), *(["identity provider"] if user.subject else [])]
    return (" or ".join(ways) or "not yet (no password)") + (", must change it" if user.must_change else "")
