"""Which lake and database commands of the coders' page are about; said before or behind the inner command."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runner.commands.options import CONFIG, LAKE

if TYPE_CHECKING:
    from review.settings import Settings

Lake = Annotated[
    Path | None,
    typer.Option("--lake", metavar="DIR", envvar="CHARTLOOM_LAKE", help="The lake, if not the one of pipelines.yaml."),
]
Data = Annotated[str | None, typer.Option("--database", metavar="URL", help="In place of the one in pipelines.yaml.")]
Config = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="The registry of what runs.")]


@dataclass(frozen=True)
class Where:
    """None: not said."""

    lake: Path | None = None
    config: Path | None = None
    database: str | None = None

    def settings(self) -> "Settings":
        return found(self.lake, self.config or CONFIG, self.database)

    def there(self) -> "Settings":
        """Of a lake that is there: nothing is made in a folder that somebody mistyped."""
        from contract.errors import InputError

        settings = self.settings()
        if not settings.lake.is_dir():
            raise InputError(
                f"there is no lake at {settings.lake}. `chartloom run nightly` makes one; --lake or --config names "
                "another."
            )
        return settings

    @property
    def said(self) -> str:
        """As it is typed again in another command of the page; a database may hold a password and is left out."""
        named = {"--lake": self.lake, "--config": self.config}
        return "".join(f" {option} {shlex.quote(str(path))}" for option, path in named.items() if path)

    def behind(self, context: typer.Context) -> "Where":
        """What was said before the inner command counts where it is not said again."""
        outer = context.find_object(Where) or Where()
        return Where(self.lake or outer.lake, self.config or outer.config, self.database or outer.database)


def found(lake: Path | None, config: Path, database: str | None = None) -> "Settings":
    """Of pipelines.yaml where there is one; what the command line says wins."""
    from runner import coders
    from runner.config import load

    over: dict[str, Any] = {} if database is None else {"database": database}
    if lake is None and not config.is_file() and config == CONFIG:
        lake = LAKE
    if config.is_file() and (lake is None or load(config).lake == lake.resolve()):
        return coders.settings(load(config), over)
    if lake is None:
        load(config)  # raises, and says what is wrong
        raise AssertionError
    return coders.without_config(lake, over)
