"""The terminal we write to; where there is none (a scheduler's log), wide and without colour."""

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table


def screen() -> Console:
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=110)


def table(*columns: str) -> Table:
    """Quiet: no lines but one under the head. A column whose name starts with > is right-aligned."""
    made = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in columns:
        made.add_column(name.lstrip(">"), justify="right" if name.startswith(">") else "left", overflow="fold")
    return made


def near(path: Path) -> str:
    """Relative to here where that is shorter to read."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
