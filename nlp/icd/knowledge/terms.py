"""How physicians write diagnoses and procedures, by language: phrase and code."""

import csv
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from contract.errors import ConfigError
from nlp.icd.chart import DIAGNOSES, PROCEDURES
from nlp.icd.knowledge.notation import expand

PROCEDURE_FILES = ("pcs.csv",)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def languages() -> list[str]:
    return sorted(folder.name for folder in files("nlp.icd.knowledge").iterdir() if _tables(folder))


def terms(language: str, system: str = DIAGNOSES) -> Iterator[tuple[str, str]]:
    """(phrase, code), each once; a phrase may have several codes. Nothing for a language without an index."""
    if system not in (DIAGNOSES, PROCEDURES):
        raise ConfigError(f"code system {system!r}: expected {DIAGNOSES!r} or {PROCEDURES!r}")
    return iter(_terms(language, system))


@cache
def _terms(language: str, system: str) -> tuple[tuple[str, str], ...]:
    if language not in languages():
        return ()
    folder = files("nlp.icd.knowledge").joinpath(language)
    found: dict[tuple[str, str], None] = {}
    for table in _tables(folder):
        if (table.name in PROCEDURE_FILES) == (system == PROCEDURES):
            found.update(dict.fromkeys(read(table)))
    if system == DIAGNOSES and (grid := folder.joinpath("grid.yaml")).is_file():
        told = {phrase for phrase, _ in found}  # what a table says of a phrase outweighs the grid
        found.update(dict.fromkeys(term for term in read_grid(grid) if term[0] not in told))
    return tuple(found)


def _tables(folder: Traversable) -> list[Traversable]:
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted((path for path in found if path.name.endswith(".csv")), key=lambda path: path.name)


def read(table: Traversable) -> Iterator[tuple[str, str]]:
    """A table of `code,terms`; the terms in the notation."""
    rows = csv.reader(table.read_text(encoding="utf-8").splitlines())
    if (header := next(rows, [])) != ["code", "terms"]:
        raise ConfigError(f"{table.name} line 1: {header}, expected the columns code,terms")
    for row in rows:
        place = f"{table.name} line {rows.line_num}"
        if len(row) != 2:
            raise ConfigError(f"{place}: {len(row)} columns, expected code,terms; quote terms that have a comma")
        yield from ((phrase, row[0]) for phrase in expand(row[1], place))


def read_grid(grid: Traversable) -> Iterator[tuple[str, str]]:
    """Terms over body sites: `sites` says how each is put, `families` what is said of them, with the codes."""
    held: dict[str, Any] = yaml.load(grid.read_text(encoding="utf-8"), Loader=LOADER)  # a SafeLoader, in C if there
    sites = {name: expand(notation, f"{grid.name} site {name}") for name, notation in held["sites"].items()}
    for family in held["families"]:
        heads = expand(family["said"], f"{grid.name} family {family['said']}")
        for site, code in family["codes"].items():
            if site not in sites:
                raise ConfigError(f"{grid.name} family {family['said']}: no site {site!r}; add it to `sites`")
            yield from ((f"{head} {where}", code) for head in heads for where in sites[site])
