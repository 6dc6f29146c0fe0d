"""How every bench speaks: progress and errors on stderr, last on stdout one JSON line with the promised keys."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import orjson
import typer

from contract.errors import ChartloomError, CheckFailed


def say(text: str) -> None:
    """Progress for the person who waits; never part of the result."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)


def json_line(keys: Sequence[str], values: Mapping[str, object]) -> str:
    if set(keys) != set(values):
        raise CheckFailed(
            f"a bench must print the keys {', '.join(keys)}; found {', '.join(values)}. Mend the bench, not the reader."
        )
    return orjson.dumps({key: values[key] for key in keys}).decode()


def finish(keys: Sequence[str], values: Mapping[str, object]) -> None:
    print(json_line(keys, values), flush=True)


def command(main: Callable[..., None]) -> None:
    """Runs `main` as a command line; an error that teaches is shown as its sentence, with its exit code."""
    try:
        typer.run(main)
    except ChartloomError as error:
        say(f"{type(error).__name__}: {error}")
        raise SystemExit(error.exit_code) from error
