"""An unknown export, looked at: its tables, what they seem to hold, and a first mapping of them."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from etl.sniff.draft import Drafts, drafted
from etl.sniff.guess import Sniffed, sniffed
from etl.sniff.look import Found, Looked, look
from etl.sniff.relate import related

Watched = Callable[[list[Found]], Iterable[Found]]


def sniff(folder: Path, name: str, watch: Watched = iter) -> tuple[Looked, Drafts]:
    """`watch` is handed the tables on their way, to show how far it is."""
    looked = look(folder)
    tables: list[Sniffed] = [sniffed(found) for found in watch(looked.tables)]
    return looked, drafted(re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "source", tables, related(tables))
