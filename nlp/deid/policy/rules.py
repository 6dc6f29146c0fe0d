"""Rules of a policy, and which of those that fit an element is the most specific."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from contract.errors import ConfigError
from nlp.deid.policy.elements import Node, elements, known

VERBS = ("keep", "drop", "generalise", "shift", "rekey", "render", "text")


@dataclass(frozen=True)
class Action:
    """What happens to an element, and the rule that says so; an empty rule: none did."""

    verb: str
    argument: str = ""
    rule: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.argument}".strip()

    @property
    def label(self) -> str:
        """As the account calls it."""
        return "drop: no rule" if not self.rule else str(self)


NO_RULE = Action("drop")
Weight = tuple[int, int, int, int]


@dataclass(frozen=True)
class Rules:
    """The sections of `rules` in a policy; later sections of LEVELS beat earlier ones."""

    primitives: Mapping[str, str]
    anywhere: Mapping[str, str]
    types: Mapping[str, Mapping[str, str]]
    tables: Mapping[str, Mapping[str, str]]

    def decide(self, table: str, node: Node) -> Action:
        fitting = list(self._fitting(table, node))
        if not fitting:
            return NO_RULE
        _, said, rule = max(fitting, key=lambda found: found[0])
        verb, _, argument = said.partition(" ")
        return Action(verb, argument.strip(), rule)

    def _fitting(self, table: str, node: Node) -> Iterator[tuple[Weight, str, str]]:
        """Weight: level, outer before inner, words that are no wildcard, length."""
        if node.type in self.primitives:
            yield (0, 0, 0, 0), self.primitives[node.type], f"primitives: {node.type}"
        whole = f"{table}.{node.path}"
        for pattern, said in self.anywhere.items():
            if fnmatchcase(whole, pattern):
                yield (1, 0, len(pattern.replace("*", "")), 0), said, f"anywhere: {pattern}"
        for place, (kind, inside) in enumerate(node.within):
            for pattern, said in self.types.get(kind, {}).items():
                if _covers(pattern, inside):
                    yield (2, -place, *_weight(pattern)), said, f"types: {kind} {pattern}".strip()
        for pattern, said in self.tables.get(table, {}).items():
            if _covers(pattern, node.path):
                yield (3, 0, *_weight(pattern)), said, f"tables: {table} {pattern}".strip()


def _covers(pattern: str, path: str) -> bool:
    """True where the path is what the pattern names, or lies below it."""
    if not pattern:
        return True
    wanted, found = pattern.split("."), path.split(".")
    return len(wanted) <= len(found) and all(fnmatchcase(f, w) for f, w in zip(found, wanted, strict=False))


def _weight(pattern: str) -> tuple[int, int]:
    words = pattern.split(".") if pattern else []
    return sum("*" not in word for word in words), len(words)


def parse(said: Mapping[str, Any], where: str) -> Rules:
    """The rules of a policy file; a rule that names nothing there is would be a hole, and is refused."""
    unknown = sorted(said.keys() - {"primitives", "anywhere", "types", "tables"})
    if unknown:
        raise ConfigError(f"{where}: rules: {unknown[0]!r} is none of primitives, anywhere, types, tables.")
    rules = Rules(
        dict(said.get("primitives") or {}),
        dict(said.get("anywhere") or {}),
        {name: _patterns(held) for name, held in (said.get("types") or {}).items()},
        {name: _patterns(held) for name, held in (said.get("tables") or {}).items()},
    )
    _refuse_idle(rules, where)
    for table, patterns in rules.tables.items():
        paths = [leaf.path for column in elements(table) for leaf in column.leaves()]
        for pattern in patterns:
            if not any(_covers(pattern, path) for path in paths):
                raise ConfigError(
                    f"{where}: rules: tables: {table} has no element {pattern!r}; see `chartloom tables`."
                )
    return rules


def _refuse_idle(rules: Rules, where: str) -> None:
    """Rules for data types, patterns and primitives that fit no element of any table."""
    leaves = [(table, leaf) for table in known() for column in elements(table) for leaf in column.leaves()]
    inside = {found for _, leaf in leaves for found in leaf.within}
    idle = [
        f"types: {kind}: {pattern}"
        for kind, patterns in rules.types.items()
        for pattern in patterns
        if not any(kind == k and _covers(pattern, path) for k, path in inside)
    ]
    idle += [f"primitives: {kind}" for kind in rules.primitives if all(kind != leaf.type for _, leaf in leaves)]
    paths = {f"{table}.{leaf.path}" for table, leaf in leaves}
    idle += [f"anywhere: {p}" for p in rules.anywhere if not any(fnmatchcase(path, p) for path in paths)]
    if idle:
        raise ConfigError(
            f"{where}: rules: {idle[0]} fits no element; see schemas/datatypes.yaml and `chartloom tables`."
        )


def _patterns(held: str | Mapping[str, str] | None) -> dict[str, str]:
    """DROP for a whole table or type is the rule of its empty path."""
    return {"": held} if isinstance(held, str) else {key: value for key, value in (held or {}).items() if value}
