"""What a group comes to in memory, by the heads of its files: many short rows become far more than their own bytes."""

from collections import defaultdict
from pathlib import Path

from contract.work import Group
from etl.csv.stream import Stream
from etl.mapping.load import Mapping, TableMapping
from etl.sources.tables_places import place_of, tables_of

RESOURCE = 150  # bytes that a resource weighs: about those of a row of Synthea, which becomes one
HEAD = 1 << 16
PACKED = 10  # text is about so many times larger than its .gz
GROWS = {"parquet": 8, "hl7": 4}  # kinds of files that hold more than their bytes


def weight(group: Group, mapping: Mapping) -> float:
    """Bytes. One look at a file of each raw table; its other files are taken to be like it."""
    total, of_table = 0.0, defaultdict[str, float](float)
    seen: dict[str, float] = {}
    for path in group.files:
        size = float(path.stat().st_size * (PACKED if path.suffix.lower() == ".gz" else 1))
        for table in tables_of(place_of(path, group), mapping):
            if table.raw.format.kind != "delimited":
                total += size * GROWS.get(table.raw.format.kind, 1)
                break
            of_table[table.raw.name] += size
            seen.setdefault(table.raw.name, _line(path))
    for name, whole in of_table.items():
        total += max(whole, whole / seen[name] * _made(mapping.tables[name]) * RESOURCE)
    return total


def _made(table: TableMapping) -> float:
    """Resources a row; those under a condition count half, several rows to one a quarter."""
    return sum(0.25 if each.by else 0.5 if each.when else 1.0 for each in table.resources)


def _line(path: Path) -> float:
    """Bytes of a line, on average."""
    with path.open("rb") as file:
        head = next(iter(Stream(file, path).pieces(HEAD)), b"")
    return len(head) / max(head.count(b"\n"), 1) or 1.0
