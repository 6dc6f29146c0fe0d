"""Changes FHIR resources as validate_spec.yaml says: copies of examples with one thing done to them."""

import copy
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True)
class Mutant:
    """`resource` is the example `number` with `site` changed; `rules` are the names it may be reported by."""

    kind: str
    site: str
    number: int
    resource: Resource
    rules: tuple[str, ...]


def mutants(examples: Sequence[Resource], kinds: Mapping[str, Any], count: int, seed: int) -> list[Mutant]:
    """`count` in all, as evenly by kind as there are places to change; the same every time."""
    draw = random.Random(seed)
    waiting = {name: list(_all(name, said, examples)) for name, said in sorted(kinds.items())}
    for found in waiting.values():
        draw.shuffle(found)
    chosen: list[Mutant] = []
    while len(chosen) < count and any(waiting.values()):
        for found in waiting.values():
            if found and len(chosen) < count:
                chosen.append(found.pop())
    return chosen


def _all(name: str, said: Mapping[str, Any], examples: Sequence[Resource]) -> Iterator[Mutant]:
    rules = tuple(said.get("rules", ()))
    for number, example in enumerate(examples):
        for site in said.get("sites") or said["pairs"]:
            kind, _, path = site.partition(".")
            if example.get("resourceType") != kind:
                continue
            values = [said["values"][said["pairs"][site]]] if "pairs" in said else said.get("values", [None])
            fresh = said.get("new", False) and site not in said.get("only", ())
            places = len(_parents(example, path.split(".")))
            for place in range(places):
                for value in values:
                    changed = copy.deepcopy(example)
                    parent = _parents(changed, path.split("."))[place]
                    if _change(parent, path.rpartition(".")[2], said["does"], value, fresh):
                        yield Mutant(name, site, number, changed, rules)


def _parents(resource: Resource, names: Sequence[str]) -> list[Resource]:
    """The structures that hold, or could hold, the last name."""
    found = [resource]
    for name in names[:-1]:
        inner = [each.get(name) for each in found]
        found = [
            item for each in inner for item in (each if isinstance(each, list) else [each]) if isinstance(item, dict)
        ]
    return found


def _change(parent: Resource, name: str, does: str, value: Any, fresh: bool) -> bool:
    """Whether there was something to change."""
    there = name in parent
    if does == "set" and (there or fresh):
        parent[name] = [value] if there and isinstance(parent[name], list) and isinstance(value, dict) else value
        return True
    if does == "remove" and there:
        del parent[name]
        return True
    if does == "wrap" and there:
        parent[name] = [parent[name]]
        return True
    if does == "add" and isinstance(parent.get(name, []), list):
        parent[name] = [*parent.get(name, []), value]
        return True
    if does == "beside" and there and not set(value) & set(parent):
        parent.update(value)
        return True
    return False
