"""Whether a delivery is what the mapping is for: the version of its data set, and tables that no file name shows."""

from fnmatch import fnmatchcase

from contract.errors import InputError
from contract.work import Group, Spooled
from etl.mapping.load import Mapping
from etl.sources.tables_ways import table_rows


def check_version(group: Group, mapping: Mapping) -> None:
    """By the first row of the table that says it; nothing is said where there is none."""
    expects = mapping.expects
    if expects is None:
        return
    for raw, rows in table_rows(group, mapping, mapping.tables[expects.table], [expects.column]):
        if not raw.has(expects.column) or not len(rows):
            continue
        found = str(rows.column(expects.column)[0].as_py() or "")
        if not fnmatchcase(found.strip(), expects.pattern):
            raise InputError(
                f"{raw.path.name}: {expects.column} says {found[:40]!r}, mapping {mapping.name} reads {expects.says} "
                f"({expects.pattern}). Name the mapping of that version in pipelines.yaml, or have it exported as "
                f"{expects.says}."
            )
        return


def require_tables(group: Group, mapping: Mapping, spooled: Spooled) -> None:
    """Tables of a full delivery that stand with others in one file: only who read it knows that one is missing."""
    absent = [name for name, table in mapping.tables.items() if not table.raw.optional and name not in spooled.rows_in]
    if absent:
        raise InputError(
            f"group {group.name} is a full delivery without {', '.join(absent)}: no file holds the raw table. "
            "Deliver it, or say `delivery: delta`."
        )
