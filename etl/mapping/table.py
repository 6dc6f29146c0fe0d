"""Raw tables compiled, those that others are joined with first: steps, resources and checks of each."""

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace

from contract.errors import MappingError
from etl.mapping.compile import Vocabulary, resources
from etl.mapping.expressions import TEXT_OR_NAME, Expressions, Maps, plain
from etl.mapping.joins import Join
from etl.mapping.language import Check, RawTable
from etl.mapping.over import repeated
from etl.mapping.steps import OWNER, ZONE, Let, Look, Step, sqls
from etl.mapping.tree import Resource, Sql
from etl.mapping.written import check as check_written

Types = dict[str, str]  # name -> SQL type
NO_ID = "an id is 1 to 64 letters, digits, dots and dashes"


@dataclass(frozen=True)
class TableMapping:
    raw: RawTable
    resources: tuple[Resource, ...]
    checks: tuple[tuple[Check, Sql, Sql], ...]  # the check, its `when`, its `expect`
    steps: tuple[Step, ...] = ()
    deleted: Sql | None = None  # of rows that bury what they name

    def sqls(self) -> Iterator[Sql]:
        """Every expression."""
        for resource in self.resources:
            yield from resource.sqls()
            yield from [] if resource.when is None else [resource.when]
        for _, *both in self.checks:
            yield from both
        yield from [] if self.deleted is None else [self.deleted]
        for step in self.steps:
            yield from sqls(step)

    @property
    def looks(self) -> list[Look]:
        return [step for step in self.steps if isinstance(step, Look)]


def compiled(tables: Dict[str, RawTable], maps: Dict[str, Maps], words: Vocabulary) -> dict[str, TableMapping]:
    """`maps` of each table."""
    has: dict[str, Types] = {}
    done: dict[str, TableMapping] = {}
    for name in _joined_first(tables):
        sql = Expressions(tables[name], maps[name])
        sql.names |= {ZONE: "VARCHAR"} | ({OWNER: "BIGINT"} if tables[name].person else {})
        done[name] = _compiled(tables, name, sql, has, words)
        has[name] = {each: kind for each, kind in sql.names.items() if "$" not in each}
    used = _used(done)
    return {name: _with_types(done[name], used[name], has) for name in tables}


def _compiled(
    tables: Dict[str, RawTable], name: str, sql: Expressions, has: Dict[str, Types], words: Vocabulary
) -> TableMapping:
    raw = tables[name]
    raw = replace(raw, resources=repeated(name, raw.resources, sql.maps))
    for column in raw.read:
        check_written(f"{name}.yaml", column)
    steps = _steps(raw, sql, has)
    made = resources(raw, words, sql)
    checks = [_check(each, sql) for each in raw.checks] + [c for each in made for c in _id_check(each, sql)]
    deleted = sql.condition(raw.deleted, "deleted", []) if raw.deleted else None
    return TableMapping(raw, made, tuple(checks), (*steps, *sql.drained()), deleted)


def _check(check: Check, sql: Expressions) -> tuple[Check, Sql, Sql]:
    """Two short conditions rather than one long: each is computed once per different cell when it names one column."""
    path = f"checks.{check.rule}"
    return check, sql.condition(check.when, path, []), sql.condition(check.expect, path, [])


def _id_check(resource: Resource, sql: Expressions) -> Iterator[tuple[Check, Sql, Sql]]:
    """Ids that are computed must be ids, where the resource is made."""
    name = resource.id[0]
    if isinstance(name, str) and name.startswith("id$"):
        said = next(step.sql for step in sql.hidden if isinstance(step, Let) and step.name == name)
        column = next((each for each in said.columns if "$" not in each), "")
        legal = f'"{name}" IS NULL OR regexp_full_match("{name}", \'[A-Za-z0-9.-]{{1,64}}\')'
        when = resource.when if resource.when and not any(c.startswith("id(") for c in resource.when.columns) else None
        check, always, expect = _check(Check("id-format", column, legal, NO_ID), sql)
        yield check, when or always, expect


def _joined_first(tables: Dict[str, RawTable]) -> list[str]:
    order: dict[str, None] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise MappingError(f"{name}.yaml: joins go in a circle: {' -> '.join((*path[path.index(name) :], name))}.")
        for join in tables[name].joins:
            _check_join(tables, tables[name], join)
            visit(join.table, (*path, name))
        order[name] = None

    for name in tables:
        visit(name, ())
    return list(order)


def _check_join(tables: Dict[str, RawTable], table: RawTable, join: Join) -> None:
    if join.table not in tables:
        raise MappingError(
            f"{table.name}.yaml: joins: {join.name}: table {join.table!r} is not among {', '.join(tables)}."
        )
    if tables[join.table].person and not table.person:
        raise MappingError(
            f"{table.name}.yaml: joins: {join.name}: rows of {join.table} belong to persons and those of {table.name} "
            "to none. Say `person:` here too, or take it away there."
        )


def _steps(raw: RawTable, sql: Expressions, has: Dict[str, Types]) -> list[Step]:
    """Joins as soon as their own columns are there; named expressions in order, each when what it names is there."""
    joins, lets, steps = list(raw.joins), list(raw.let), list[Step]()
    while joins or lets:
        waiting = {join.name for join in joins} | {name for name, _ in lets}
        ready = next((join for join in joins if not waiting & {own.split(".")[0] for own, _ in join.on}), None)
        if ready:
            joins.remove(ready)
            steps.append(_look(raw, ready, sql, has[ready.table]))
        elif lets and not waiting & _named(lets[0][1]):
            name, text = lets.pop(0)
            _check_name(raw, name, sql)
            let = sql.let(name, text, f"let.{name}")
            steps += [*sql.drained(), let]
        else:
            raise MappingError(
                f"{raw.name}.yaml: {', '.join(sorted(waiting))} wait for each other: an expression of `let:` may name "
                "columns, those that stand before it, and joins that do not need it."
            )
    return steps


def _named(text: str) -> set[str]:
    found = (match["quoted"] or plain(match["name"] or "") for match in TEXT_OR_NAME.finditer(text))
    return {name.split(".")[0] for name in found}


def _check_name(raw: RawTable, name: str, sql: Expressions) -> None:
    if not str(name).isidentifier() or name in sql.names or name in sql.joined:
        raise MappingError(f"{raw.name}.yaml: let: {name!r} is no new name of letters, digits and _.")


def _look(raw: RawTable, join: Join, sql: Expressions, has: Types) -> Look:
    for said, known, where in ((0, sql.names, raw.name), (1, has, join.table)):
        wrong = [pair[said] for pair in join.on if pair[said] not in known]
        if wrong:
            raise MappingError(
                f"{raw.name}.yaml: joins: {join.name}: {', '.join(wrong)} is not among the columns of {where}: "
                f"{', '.join(name for name in known if '$' not in name)}. Say on: {{OWN COLUMN: COLUMN THERE}}."
            )
    sql.joined[join.name] = join.table
    sql.names |= {f"{join.name}.{name}": kind for name, kind in has.items()}
    return Look(join, {})


def _used(done: dict[str, TableMapping]) -> dict[str, set[str]]:
    """Names of each table that it or a table joined with it needs; `done` has joined tables first."""
    used = {name: _uses(table) for name, table in done.items()}
    for name in reversed(done):
        for look in done[name].looks:
            prefix = f"{look.join.name}."
            used[look.join.table] |= {each.removeprefix(prefix) for each in used[name] if each.startswith(prefix)}
            used[look.join.table] |= {theirs for _, theirs in look.join.on}
    return used


def _uses(table: TableMapping) -> set[str]:
    found = {name for sql in table.sqls() for name in sql.columns}
    found |= {str(part) for resource in table.resources for part in (*resource.id, *resource.by)}
    return found | {own for look in table.looks for own, _ in look.join.on}


def _with_types(table: TableMapping, used: set[str], has: Dict[str, Types]) -> TableMapping:
    def looked(step: Step) -> Step:
        if not isinstance(step, Look):
            return step
        types = has[step.join.table]
        prefix = f"{step.join.name}."
        names = sorted(name.removeprefix(prefix) for name in used if name.startswith(prefix))
        return replace(step, types={name: types[name] for name in names})

    return replace(table, steps=tuple(map(looked, table.steps)))
