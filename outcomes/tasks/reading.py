"""From the loaded YAML to a Task: every key known, every name defined, no window told from itself."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from contract.errors import ConfigError
from outcomes.tasks.language import (
    END,
    SPECIAL,
    START,
    TRIGGER,
    Bound,
    Derived,
    Plain,
    Predicate,
    Window,
    bound,
    limits,
)
from outcomes.tasks.options import options
from outcomes.tasks.task import Task

KEYS = ("description", "metadata", "predicates", "patient_demographics", "trigger", "windows")
WINDOW = ("start", "end", "start_inclusive", "end_inclusive", "has", "label", "index_timestamp")
PLAIN = ("code", "value_min", "value_max", "value_min_inclusive", "value_max_inclusive", "static")


def task(name: str, said: Any) -> Task:
    known(f"task {name}", mapping(f"task {name}", said), KEYS)
    if "trigger" not in said:
        raise ConfigError(f"task {name} has no `trigger`: name the predicate whose events start it")
    own = predicates(said.get("predicates"), "predicates")
    people = predicates(said.get("patient_demographics"), "patient_demographics")
    windows = {
        w: within(f"window {w}", spec)
        for w, spec in mapping("windows", said.get("windows") or {}).items()
    }  # fmt: skip
    metadata = said.get("metadata")
    extra = metadata.get("chartloom") if isinstance(metadata, Mapping) else None
    ours = options(None if extra is None else mapping(f"task {name}: metadata.chartloom", extra))
    named = {said["trigger"], *ours.predicates, *(p for w in windows.values() for p in w.predicates)}
    needed = used({**own, **people}, named)
    meant = {**{p: own[p] for p in own if p in needed}, **people}
    return checked(Task(name, said["trigger"], meant, tuple(people), windows, str(said.get("description") or ""), ours))


def overridden(said: Any, other: Any) -> Any:
    """The task with another file's predicates in place of its own."""
    kinds = ("predicates", "patient_demographics")
    known("file of predicates", mapping("file of predicates", other), ("description", "metadata", *kinds))
    ours = mapping("task", said)
    return {**ours, **{kind: {**(ours.get(kind) or {}), **(other.get(kind) or {})} for kind in kinds}}


def checked(made: Task) -> Task:
    """Labels and index at most once; references that exist and end at the trigger; prediction times that can be had."""
    for what in ("label", "index"):
        having = [name for name, window in made.windows.items() if getattr(window, what)]
        if len(having) > 1:
            key = "index_timestamp" if what == "index" else what
            raise ConfigError(
                f"task {made.name}: one window may have `{key}`, found {len(having)}: {', '.join(having)}"
            )
    for name in made.windows:
        root(made, name, ())
    for _, window in made.options.exclusions:
        one_of("metadata.chartloom.exclusions: window", window, made.windows)
    for when in made.options.prediction_times:
        made.at(when)
    return made


def root(made: Task, name: str, seen: tuple[str, ...]) -> None:
    if name in seen:
        raise ConfigError(f"task {made.name}: windows told from each other in a circle: {' <- '.join((*seen, name))}")
    ref = made.windows[name].outer.ref
    if ref != TRIGGER:
        window, _, side = ref.partition(".")
        if not side:
            raise ConfigError(f"window {name} is told from {ref!r}: that must be trigger, WINDOW.start or WINDOW.end")
        one_of(f"window {name} is told from {ref!r}, but", window, made.windows)
        root(made, window, (*seen, name))


def used(predicates: Mapping[str, Predicate], names: Iterable[str]) -> set[str]:
    """These and all that they are derived from."""
    todo: list[tuple[str, tuple[str, ...]]] = [(name, ()) for name in sorted(set(names) - set(SPECIAL))]
    found: set[str] = set()
    while todo:
        name, path = todo.pop()
        one_of(f"predicate of {path[-1]}:" if path else "predicate:", name, predicates)
        if name in path:
            raise ConfigError(f"predicates derived from each other in a circle: {' <- '.join((*path, name))}")
        found.add(name)
        its = predicates[name]
        if isinstance(its, Derived):
            todo += [(one, (*path, name)) for one in its.inputs if one not in SPECIAL]
    return found


def predicates(said: Any, where: str) -> dict[str, Predicate]:
    made: dict[str, Predicate] = {}
    for name, spec in mapping(where, said or {}).items():
        if not str(name).isidentifier() and not str(name).replace("_", "a").isalnum():
            raise ConfigError(f"{where}: {name!r} is no name: letters, digits and _ only")
        spec = mapping(f"predicate {name}", spec)
        static = bool(spec.get("static")) or where == "patient_demographics"
        made[name] = derived(name, spec, static) if "expr" in spec else plain(name, spec, static)
    return made


def derived(name: str, spec: Mapping[str, Any], static: bool) -> Derived:
    known(f"predicate {name}", spec, ("expr", "static"))
    text = str(spec["expr"]).strip()
    word, _, rest = text.partition("(")
    inputs = tuple(part.strip() for part in rest.removesuffix(")").split(","))
    if word not in ("and", "or") or not rest.endswith(")") or len(inputs) < 2 or not all(inputs):
        raise ConfigError(
            f"predicate {name}: {text!r} must be and(A, B, ...) or or(A, B, ...) of two predicates or more"
        )
    if any("(" in part for part in inputs):
        raise ConfigError(f"predicate {name}: {text!r}: name the inner expression as a predicate of its own")
    return Derived(word == "and", inputs, static)


def plain(name: str, spec: Mapping[str, Any], static: bool) -> Plain:
    """As es-aces: keys that it does not know are columns, and so are those of `other_cols`."""
    if "code" not in spec:
        raise ConfigError(
            f"predicate {name} has no `code` (or `expr`); it has: {', '.join(map(str, spec)) or 'nothing'}"
        )
    words, regex = code(name, spec["code"])
    others = {str(k): str(v) for k, v in spec.items() if k not in (*PLAIN, "other_cols")}
    others |= {str(k): str(v) for k, v in (spec.get("other_cols") or {}).items()}
    return Plain(
        words,
        regex,
        number(name, spec, "value_min"),
        number(name, spec, "value_max"),
        bool(spec.get("value_min_inclusive")),
        bool(spec.get("value_max_inclusive")),
        tuple(sorted(others.items())),
        static,
    )


def code(name: str, said: Any) -> tuple[tuple[str, ...], str]:
    if isinstance(said, Mapping):
        if set(said) == {"any"} and isinstance(said["any"], list) and said["any"]:
            return tuple(map(str, said["any"])), ""
        if set(said) == {"regex"} and isinstance(said["regex"], str) and said["regex"]:
            return (), said["regex"]
        raise ConfigError(f"predicate {name}: `code` is a text, {{any: [A, B]}} or {{regex: TEXT}}, not {dict(said)!r}")
    if not isinstance(said, str) or not said:
        raise ConfigError(f"predicate {name}: `code` is a text, {{any: [A, B]}} or {{regex: TEXT}}, not {said!r}")
    return (said,), ""


def number(name: str, spec: Mapping[str, Any], key: str) -> float | None:
    value = spec.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ConfigError(f"predicate {name}: {key} must be a number, not {value!r}")
    return None if value is None else float(value)


def within(where: str, spec: Any) -> Window:
    known(where, mapping(where, spec), WINDOW)
    missing = [key for key in WINDOW[:4] if key not in spec]
    if missing:
        raise ConfigError(f"{where} lacks {', '.join(missing)}")
    start = Bound("end", event=START, before=True) if spec["start"] is None else bound(str(spec["start"]))
    end = Bound("start", event=END) if spec["end"] is None else bound(str(spec["end"]))
    if (start.ref == "end") == (end.ref == "start"):
        raise ConfigError(
            f"{where}: exactly one of start and end must be told from the other: {spec['start']} to {spec['end']}"
        )
    made = Window(
        start, end, bool(spec["start_inclusive"]), bool(spec["end_inclusive"]),
        {str(k): limits(v) for k, v in (spec.get("has") or {}).items()},
        str(spec.get("label") or ""), str(spec.get("index_timestamp") or ""),
    )  # fmt: skip
    if made.index not in ("", "start", "end"):
        raise ConfigError(f"{where}: index_timestamp is start or end, not {made.index!r}")
    inner = made.inner
    if not inner.offset and not inner.event and (made.has or made.label or made.index):
        raise ConfigError(f"{where} has no length: es-aces would not look into it")
    if (inner.offset or inner.event) and inner.before != (made.root == "end"):
        raise ConfigError(f"{where} ends before it starts: {spec['start']} to {spec['end']}")
    return made


def mapping(where: str, said: Any) -> Mapping[str, Any]:
    if not isinstance(said, Mapping):
        raise ConfigError(f"{where} must be a mapping (key: value), not {type(said).__name__}")
    return said


def known(where: str, said: Mapping[str, Any], keys: Collection[str]) -> None:
    for key in said:
        one_of(f"{where}: key", str(key), keys)


def one_of(where: str, name: str, right: Collection[str]) -> None:
    if name not in right:
        raise ConfigError(f"{where} {name!r} is not known; there are: {', '.join(map(str, right)) or 'none'}")
