"""Which raw tables a file holds, by its place below the group's folder: the patterns of the mapping."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from contract.work import Group
from etl.mapping.load import Mapping, TableMapping

HIDDEN = (".", "~")
ANYWHERE = "**"
DEEPEST = 12  # folders below the group's that ** looks into


def tables_of(place: str, mapping: Mapping) -> list[TableMapping]:
    """Those that name the file itself; else all whose pattern it fits. Case and .gz make no difference."""
    name = place.lower().removesuffix(".gz")
    tables = list(mapping.tables.values())
    exact = [table for table in tables if any(name == file.lower() for file in table.raw.files)]
    parts = name.split("/")
    return exact or [table for table in tables if any(_fits(parts, _parts(file)) for file in table.raw.files)]


@cache
def _parts(said: str) -> list[str]:
    return said.lower().removesuffix(".gz").split("/")


def _fits(place: list[str], said: list[str]) -> bool:
    """Folder by folder: a star never leaves its folder; ** stands for any folders."""
    if ANYWHERE in said[:-1]:
        at = said.index(ANYWHERE)
        ends = range(at, len(place))
        return _same(place[:at], said[:at]) and any(_fits(place[end:], said[at + 1 :]) for end in ends)
    return _same(place, said)


def _same(place: list[str], said: list[str]) -> bool:
    return len(place) == len(said) and all(map(fnmatchcase, place, said))


def depth(mapping: Mapping) -> int:
    """Folders below the group's in which files of the mapping may lie."""
    files = [file for table in mapping.tables.values() for file in table.raw.files]
    return max((DEEPEST if ANYWHERE in file else file.count("/") for file in files), default=0)


def files_below(folder: Path, levels: int) -> list[Path]:
    """In order of their names, folder by folder; hidden folders are left out."""
    return sorted(_files(folder, levels))


def _files(folder: Path, levels: int) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            if levels and not path.name.startswith(HIDDEN):
                yield from _files(path, levels - 1)
        elif path.is_file():
            yield path


def place_of(path: Path, group: Group) -> str:
    return path.relative_to(group.folder).as_posix() if group.folder else path.name
