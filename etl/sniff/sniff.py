"""An unknown export, looked at: its tables, what they seem to hold, and a first mapping of them."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from etl.sniff.draft import Drafts, drafted
from etl.sniff.guess import Sniffed, agreed, sniffed
from etl.sniff.look import Found, Looked, look
from etl.sniff.relate import related

Watched = Callable[[list[Found]], Iterable[Found]]


def sniff(folder: Path, name: str, watch: Watched = iter) -> tuple[Looked, Drafts]:
    """`watch` is handed the tables on their way, to show how far it is."""
    looked = look(folder)
    tables: list[Sniffed] = [sniffed(found) for found in watch(looked.tables)]
    agreed(tables)
    _twins(tables)
    return looked, drafted(re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "source", tables, related(tables))


def _twins(tables: list[Sniffed]) -> None:
    first: dict[tuple[str, ...], Sniffed] = {}
    for table in tables:
        other = first.setdefault(tuple(table.profiles), table)
        if other is not table and table.profiles:
            files = f"[{other.found.pattern}, {table.found.pattern}]"
            table.doubts.append(
                f"it has the columns of {other.name}: if it brings more of the same, say `file: {files}` there"
            )
