"""Options that several commands share: the same name, default and help everywhere."""

from pathlib import Path
from typing import Annotated

import typer

from contract.errors import ConfigError

ConfigFile = Annotated[Path, typer.Option("--config", metavar="FILE", help="The registry of what runs.")]
LakeFolder = Annotated[
    Path, typer.Option("--lake", metavar="DIR", envvar="CHARTLOOM_LAKE", help="The lake; relative to here.")
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]

CONFIG = Path("pipelines.yaml")
LAKE = Path("lake")


def pairs(option: str, said: list[str]) -> dict[str, str]:
    """NAME=VALUE, given several times."""
    split = [text.partition("=") for text in said]
    for name, equals, _ in split:
        if not equals:
            raise ConfigError(f"{option} {name}: expected NAME=VALUE.")
    return {name: value for name, _, value in split}
