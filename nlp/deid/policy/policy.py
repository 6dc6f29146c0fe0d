"""A policy as read from YAML: what happens to every element of every table, and what is withheld."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from contract.errors import ConfigError
from nlp.deid.policy import knowledge
from nlp.deid.policy.elements import Node, elements, known, short
from nlp.deid.policy.rules import NO_RULE, VERBS, Action, Rules, parse

SHIPPED = ("research", "limited", "safe_harbor")
DATES = ("weeks", "as-is", "years")
KEYS = {"about", "extends", "dates", "embeddings", "withhold", "systems", "extensions", "rules"}
NAMED = {
    "keep": {"system", "public", "unit", "clock", "extension", "event", "zip", "city", "encoder"},
    "generalise": {"zip", "age"},
    "rekey": {"id", "reference", "reference-type", "subject", "note", "encounter", "study", "image", "series", "event"},
    "render": {"family", "given", "line", "city", "zip", "identifier", "telecom"},
    "text": {"display", "answer"},
}
"""Arguments of verbs; `keep` also takes a list of lists.yaml. Only `generalise`, `rekey` and `render` need one."""


@dataclass(frozen=True)
class Policy:
    name: str
    about: str
    dates: str
    embeddings: str
    withhold: tuple[str, ...]
    rules: Rules = field(repr=False)
    systems: Mapping[str, Any] = field(default_factory=dict, repr=False)
    extensions: Mapping[str, Any] = field(default_factory=dict, repr=False)
    _decided: dict[tuple[str, str], Action] = field(default_factory=dict, repr=False, compare=False)

    def decide(self, table: str, path: str) -> Action:
        """What happens to one element; `drop` with an empty rule where no rule names it."""
        return self.action(short(table), _find(short(table), path))

    def action(self, table: str, node: Node) -> Action:
        """As `decide`, once an element."""
        key = (table, node.path)
        if key not in self._decided:
            dropped = table == "embeddings" and self.embeddings == "drop"
            self._decided[key] = (
                Action("drop", rule="embeddings: drop") if dropped else self.rules.decide(table, node) or NO_RULE
            )
        return self._decided[key]

    def leaves(self) -> Iterator[tuple[str, Node, Action]]:
        """Every element of every table with what happens to it."""
        for table in known():
            for column in elements(table):
                for leaf in column.leaves():
                    yield table, leaf, self.action(table, leaf)

    @cached_property
    def digest(self) -> str:
        """Changes when the same rows would come out otherwise."""
        said = [self.dates, self.embeddings, self.withhold, self.systems, self.extensions, vars(self.rules)]
        return hashlib.sha256((json.dumps(said, sort_keys=True) + knowledge.digest()).encode()).hexdigest()


def _find(table: str, path: str) -> Node:
    head, *rest = path.split(".")
    node = next((column for column in elements(table) if column.name == head), None)
    for name in rest:
        node = node.part(name) if node else None
    if node is None:
        raise ConfigError(f"the table {table} has no element {path!r}; `chartloom tables` lists what it has.")
    return node


def load(name: str | Path) -> Policy:
    """One of SHIPPED, or a file of your own, which may extend one of them."""
    said = _read(str(name))
    where = f"policy {Path(str(name)).name}"
    unknown = sorted(said.keys() - KEYS)
    if unknown:
        raise ConfigError(f"{where}: {unknown[0]!r} is unknown; a policy has {', '.join(sorted(KEYS))}.")
    _one_of(where, "dates", said.get("dates", "weeks"), DATES)
    _one_of(where, "embeddings", said.get("embeddings", "drop"), ("keep", "drop"))
    for rule in said.get("withhold") or ():
        _one_of(where, "withhold", rule, ("opt-out", *knowledge.read("sensitive")))
    policy = Policy(
        Path(str(name)).stem,
        str(said.get("about", "")),
        said.get("dates", "weeks"),
        said.get("embeddings", "drop"),
        tuple(said.get("withhold") or ()),
        parse(said.get("rules") or {}, where),
        said.get("systems") or {},
        said.get("extensions") or {},
    )
    _check(policy, where)
    return policy


def _read(name: str) -> dict[str, Any]:
    said = dict(yaml.safe_load(_text(name)) or {})
    if "extends" not in said:
        return said
    extended: dict[str, Any] = _merged(_read(str(said.pop("extends"))), said)
    return extended


def _text(name: str) -> str:
    if name in SHIPPED:
        return resources.files("fhir_mappings").joinpath(f"deid/{name}.yaml").read_text(encoding="utf-8")
    path = Path(name)
    if not path.is_file():
        raise ConfigError(f"no policy {path.name!r}: name one of {', '.join(SHIPPED)}, or a YAML file.")
    return path.read_text(encoding="utf-8")


def _merged(under: Any, over: Any) -> Any:
    """Mappings are merged key by key; all else is replaced."""
    if not isinstance(under, dict) or not isinstance(over, dict):
        return over
    return {key: _merged(under[key], over[key]) if key in under and key in over else {**under, **over}[key]
            for key in [*under, *(k for k in over if k not in under)]}  # fmt: skip


def _one_of(where: str, key: str, found: Any, allowed: tuple[str, ...]) -> None:
    if found not in allowed:
        raise ConfigError(f"{where}: {key}: {found!r} is none of {', '.join(allowed)}.")


def _check(policy: Policy, where: str) -> None:
    """Every action has a verb and an argument that mean something, and no text is kept unread."""
    for table, leaf, action in policy.leaves():
        allowed = NAMED.get(action.verb, set()) | (set(knowledge.read("lists")) if action.verb == "keep" else set())
        needs = action.verb in ("generalise", "rekey", "render")
        if action.verb not in VERBS or ((action.argument or needs) and action.argument not in allowed):
            raise ConfigError(f"{where}: {action.rule}: {str(action)!r} is no action; see docs/deid-policy.md.")
        if str(action) == "keep" and leaf.type in ("string", "markdown", "uri", "url", "large_string"):
            raise ConfigError(
                f"{where}: {action.rule}: {table}.{leaf.path} is text, and would pass unread; name a list."
            )
