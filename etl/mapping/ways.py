"""Ways from raw tables to persons, checked: each leads through tables that are there, to one that names persons."""

from collections.abc import Iterable
from collections.abc import Mapping as Dict

from contract.errors import MappingError
from etl.mapping.language import RawTable


def check_ways(tables: Dict[str, RawTable]) -> None:
    for table in tables.values():
        _check_way(table, tables)
        if table.people:
            _check_people(table, tables)


def _check_way(table: RawTable, tables: Dict[str, RawTable]) -> None:
    passed, at = [table.name], table
    while at.through:
        where = f"{at.name}.yaml: person:"
        onward = _known(where, at.through.table, tables)
        _column(where, onward, at.through.key)
        if not onward.person:
            raise MappingError(
                f"{where} {onward.name} does not say either whose its rows are; say `person:` there too."
            )
        if onward.name in passed:
            raise MappingError(f"{where} the way goes in a circle: {' -> '.join([*passed, onward.name])}.")
        passed.append(onward.name)
        at = onward


def _check_people(table: RawTable, tables: Dict[str, RawTable]) -> None:
    where = f"{table.name}.yaml: people:"
    if table.through or not table.person:
        raise MappingError(
            f"{where} the table says who the persons are, so `person: COLUMN` is one of its own columns."
        )
    other, *columns = table.people.crosswalk if table.people else ("",)
    if other:
        for column in columns:
            _column(f"{where} crosswalk:", _known(f"{where} crosswalk:", other, tables), column)


def _known(where: str, name: str, tables: Dict[str, RawTable]) -> RawTable:
    if name not in tables:
        raise MappingError(f"{where} there is no table {name!r}; tables are {', '.join(tables)}.")
    return tables[name]


def _column(where: str, table: RawTable, name: str) -> None:
    names: Iterable[str] = (column.name for column in table.read)
    if name not in (known := list(names)):
        raise MappingError(f"{where} {table.name} has no column {name!r} that is read; it has {', '.join(known)}.")
