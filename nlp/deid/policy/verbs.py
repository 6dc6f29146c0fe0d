"""What each verb of a policy does to a column of values."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nlp.deid.keys import rekey
from nlp.deid.policy import dates, knowledge
from nlp.deid.policy.cells import Cells
from nlp.deid.policy.coded import judged, unchanged, without_own
from nlp.deid.policy.codes import Verdict
from nlp.deid.policy.context import NOBODY, Context, Owners
from nlp.deid.policy.elements import Node
from nlp.deid.policy.events import answers, events
from nlp.deid.policy.generalise import ZIP, ages, zip3
from nlp.deid.policy.rules import Action
from nlp.deid.policy.units import is_unit
from schemas.fhir import bindings, resource_types

SHAPES = {
    "clock": re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"),
    "zip": ZIP,
    "city": re.compile(r"[^\W\d_][^\W\d_ .'’-]*([ .'’-]{1,2}[^\W\d_]+){0,5}\.?"),
}
ENCODER = re.compile(r"(?!.*\d{5})[A-Za-z][\w.:@/+-]{0,79}")


@dataclass(frozen=True)
class Call:
    """One element of one table, and what is to be done. `ages`: where the value is an age by the code of its row."""

    table: str
    node: Node
    action: Action
    context: Context
    owners: Owners
    ages: np.ndarray | None = None


def change(call: Call, cells: Cells) -> pa.Array:
    return VERBS[call.action.verb](call, cells)


def passes(node: Node, entries: pa.Array, context: Context) -> np.ndarray | None:
    """Which entries of a list may pass at all: extensions by their URL; None: all."""
    said = context.policy.extensions
    if node.type not in ("Extension", "InnerExtension"):
        return None
    inner = [name for found in said.values() for name in (found or {}).get("inner", ())]
    allowed = pa.array(list(said) if node.type == "Extension" else inner, pa.string())
    url = entries.flatten()[entries.type.get_field_index("url")]
    return np.asarray(pc.is_in(url, allowed))


def _keep(call: Call, cells: Cells) -> pa.Array:
    argument = call.action.argument
    if argument in KEEPS:
        return KEEPS[argument](call, cells)
    if not argument and call.node.type != "code":
        return cells.values
    allowed = knowledge.words(argument) if argument else bindings().get(call.node.binding, frozenset())
    return cells.where(np.asarray(pc.is_in(cells.values, pa.array(sorted(allowed), cells.values.type))))


def _keep_system(call: Call, cells: Cells) -> pa.Array:
    """Of a coding whose code passes, or that has none."""
    code = cells.beside.get("code", pa.nulls(len(cells.values), pa.string()))
    public = np.asarray(pc.is_in(cells.values, pa.array(_public(call, cells), cells.values.type)))
    said = np.asarray(judged(call.context.systems, cells.beside))
    kept = cells.where(public & ((said != Verdict.NO) | ~np.asarray(code.is_valid())))
    vague = pa.array(
        [url for url in kept.unique().to_pylist() if url and not call.context.systems.exact(url)], kept.type
    )
    of_family = pc.is_in(kept, vague)
    if not pc.any(of_family).as_py():
        return kept
    words = Cells(pc.if_else(of_family, kept, pa.scalar(None, kept.type)), cells.owners)
    return pc.if_else(of_family, words.owned(lambda o, v: unchanged(call.context.displays, _people(call, o), v)), kept)


def _public(call: Call, cells: Cells) -> list[str]:
    return [url for url in cells.values.unique().to_pylist() if url is not None and call.context.systems.public(url)]


def _keep_public(call: Call, cells: Cells) -> pa.Array:
    said = np.asarray(judged(call.context.systems, cells.beside))
    kept = without_own(call.context, call.owners.subjects, Cells(cells.where(said != Verdict.NO), cells.owners))
    if not (said == Verdict.READ).any():
        return kept
    words = Cells(cells.where(said == Verdict.READ), cells.owners).owned(
        lambda o, v: unchanged(call.context.displays, _people(call, o), v)
    )
    return pc.if_else(pa.array(said == Verdict.READ), words, kept)


def _keep_extension(call: Call, cells: Cells) -> pa.Array:
    """The URL itself, and the codes that the policy lists for it."""
    if call.node.name == "url":
        return cells.values
    url = cells.beside["url"].to_pylist()
    codes = {name: set((said or {}).get("codes", ())) for name, said in call.context.policy.extensions.items()}
    return cells.where(
        np.array([v in codes.get(u, ()) for u, v in zip(url, cells.values.to_pylist(), strict=True)], dtype=bool)
    )


def _shaped(shape: Callable[[str], object]) -> Callable[[Call, Cells], pa.Array]:
    return lambda _, cells: cells.each(lambda values: [v if shape(v) else None for v in values])


def _keep_encoder(call: Call, cells: Cells) -> pa.Array:
    """The name of a network where the layers leave it alone; a vector must have one, so others are unknown."""

    def named(owners: list[int], values: list[str]) -> list[str | None]:
        alike = unchanged(call.context.displays, _people(call, owners), values)
        return [value if value and ENCODER.fullmatch(value) else "unknown" for value in alike]

    return cells.owned(named)


KEEPS: dict[str, Callable[[Call, Cells], pa.Array]] = {
    "system": _keep_system,
    "public": _keep_public,
    "extension": _keep_extension,
    "encoder": _keep_encoder,
    "unit": _shaped(is_unit),
    "event": lambda call, cells: cells.owned(lambda o, v: events(call.context, [call.owners.places[p] for p in o], v)),
    **{name: _shaped(shape.fullmatch) for name, shape in SHAPES.items()},
}


def _shift(call: Call, cells: Cells) -> pa.Array:
    """Of nobody's rows no date passes: there is no offset to move it by."""
    mine = cells.where(call.owners.named[cells.owners])
    how, timed = call.context.policy.dates, pa.types.is_timestamp(cells.values.type)
    if how == "weeks":
        days = call.owners.days[cells.owners]
        return dates.move_times(mine, days, cells.beside.get("precision")) if timed else dates.move(mine, days)
    if how == "years":
        earliest = call.owners.earliest[cells.owners]
        return dates.year_times(mine, earliest) if timed else dates.years(mine, earliest)
    return mine if timed else dates.same(mine)


def _generalise(call: Call, cells: Cells) -> pa.Array:
    return zip3(cells) if call.action.argument == "zip" else ages(cells, call.ages)


def _rekey(call: Call, cells: Cells) -> pa.Array:
    if call.action.argument == "subject":
        secrets = call.context.secrets
        opened = {s: secrets[s].open_id for s in call.owners.subjects if s is not None and s in secrets}
        by_place = pa.array([opened.get(s or NOBODY) for s in call.owners.subjects], pa.int64())
        return pc.if_else(cells.values.is_valid(), by_place.take(pa.array(cells.owners)), pa.scalar(None, pa.int64()))
    if call.action.argument == "reference-type":
        return cells.where(np.asarray(pc.is_in(cells.values, pa.array(list(resource_types())))))
    if call.action.argument in KINDS:
        return _looked_up(call, cells)
    return cells.owned(lambda owners, values: [_id(call, o, v) for o, v in zip(owners, values, strict=True)])


def _looked_up(call: Call, cells: Cells) -> pa.Array:
    """Ids are mostly distinct: looking each up costs less than finding the distinct ones."""
    kind = KINDS[call.action.argument] or call.table
    by_place = [call.context.index.lookup(place, kind) for place in call.owners.places]
    said = zip(cells.owners.tolist(), cells.values.to_pylist(), strict=True)
    return pa.array([None if value is None else by_place[owner](value) for owner, value in said], cells.values.type)


KINDS = {"id": "", "encounter": "Encounter", "study": "ImagingStudy"}


def _id(call: Call, owner: int, value: str) -> str | None:
    place, argument = call.owners.places[owner], call.action.argument
    if argument in ("reference", "event"):
        return call.context.index.reference(place, value)
    secret = call.context.secrets.get(place[0]) if place[0] is not None else None
    return rekey(secret.salt, argument, value) if secret else None


def _render(call: Call, cells: Cells) -> pa.Array:
    """Through the person's surrogates; what belongs to nobody has none."""
    if call.action.argument == "telecom":
        system = cells.beside.get("system", pa.nulls(len(cells.values), pa.string())).to_pylist()
        both = pa.array(
            [None if v is None else f"{s or ''}\n{v}" for s, v in zip(system, cells.values.to_pylist(), strict=True)],
            pa.string(),
        )
        return Cells(both, cells.owners).owned(lambda o, v: [_drawn(call, *at) for at in zip(o, v, strict=True)])
    return cells.owned(lambda o, v: [_drawn(call, *at) for at in zip(o, v, strict=True)])


def _drawn(call: Call, owner: int, value: str) -> str | None:
    subject = call.owners.places[owner][0]
    if subject is None or not value.strip():
        return None
    draw, what = call.context.surrogates(subject), call.action.argument
    if what == "given":
        mine = call.table == "Patient" and call.node.path == "name.given"
        return draw.given(value, call.context.genders.get(subject, "") if mine else "")
    if what == "telecom":
        return _contact(draw, *value.split("\n", 1))
    return str(getattr(draw, "number" if what == "identifier" else what)(value))


def _contact(draw: object, system: str, value: str) -> str | None:
    kind = (
        "email"
        if system == "email" or "@" in value
        else "phone"
        if system != "url" and sum(map(str.isdigit, value)) > 4
        else ""
    )
    return str(getattr(draw, kind)(value)) if kind else None


def _text(call: Call, cells: Cells) -> pa.Array:
    argument = call.action.argument
    if argument == "answer":
        return answers(call, cells)
    reader = call.context.displays if argument == "display" else call.context.texts
    values = cells
    if argument == "display":
        values = Cells(cells.where(np.asarray(judged(call.context.systems, cells.beside)) != Verdict.NO), cells.owners)
    return values.owned(lambda owners, texts: reader(_people(call, owners), texts))


def _people(call: Call, owners: list[int]) -> list[int]:
    said = [call.owners.places[owner][0] for owner in owners]
    return [NOBODY if subject is None else subject for subject in said]


VERBS: dict[str, Callable[[Call, Cells], pa.Array]] = {
    "keep": _keep,
    "shift": _shift,
    "generalise": _generalise,
    "rekey": _rekey,
    "render": _render,
    "text": _text,
}
