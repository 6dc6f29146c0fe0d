"""Codes and answers of the timeline: which may pass, and what is read as text."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from nlp.deid.keys import rekey
from nlp.deid.policy import dates, knowledge
from nlp.deid.policy.cells import Cells
from nlp.deid.policy.codes import Verdict
from nlp.deid.policy.context import NOBODY, Context
from nlp.deid.policy.references import Place
from schemas.fhir import resource_types

if TYPE_CHECKING:
    from nlp.deid.policy.verbs import Call

BARE = frozenset({"MEDS_BIRTH", "MEDS_DEATH"})
RACE = re.compile(r"[12]\d{3}-\d|UNK|ASKU|OTH")
PLACES = ("TRANSFER_TO", "UNIT_ADMISSION", "UNIT_DISCHARGE")
WARD = re.compile(r"[A-Za-z][A-Za-z -]{0,19}")
ACT_CODE, DISCHARGE = (
    f"http://terminology.hl7.org/CodeSystem/{name}" for name in ("v3-ActCode", "discharge-disposition")
)
NUMBER = r"-?\d{1,9}(\.\d{1,9})?([eE][+-]?\d{1,3})?"
PLAIN = rf"^(true|false|(<|<=|>=|>){NUMBER}|-?\d{{1,5}}(\.\d{{1,9}})?( - |:)-?\d{{1,5}}(\.\d{{1,9}})?)$"


@cache
def _timeline() -> Mapping[str, Any]:
    text = resources.files("fhir_mappings").joinpath("timeline.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def named(url: str) -> str:
    """As the timeline calls a system: by its table, else by the last part of the URL in capitals."""
    known = _timeline()["systems"].get(url)
    return str(known or re.sub(r"[^A-Z0-9_.-]", "_", [part for part in re.split(r"[/:#]", url) if part][-1].upper()))


def events(context: Context, places: Sequence[Place], codes: Sequence[str]) -> list[str | None]:
    """Each code as it passes; None: the event does not."""
    by_name: dict[str, list[str]] = {}
    for url in context.systems:
        by_name.setdefault(named(url), []).append(url)
    judged = {code: _event(context, by_name, code) for code in set(codes)}
    read = [at for at, code in enumerate(codes) if judged[code][1]]
    said = context.displays([places[at][0] or NOBODY for at in read], [codes[at].split("//")[1] for at in read])
    alike = {at for at, text in zip(read, said, strict=True) if text == codes[at].split("//")[1]}
    own = [context.numbers.get(subject or NOBODY, ()) for subject, _ in places]
    theirs = {at for at, code in enumerate(codes) if own[at] and any(part in own[at] for part in code.split("//"))}
    return [
        None if at in theirs else _ward(code) if judged[code][1] and at not in alike else judged[code][0]
        for at, code in enumerate(codes)
    ]


def _ward(code: str) -> str | None:
    head = code.split("//")[0]
    return f"{head}//UNKNOWN" if head in PLACES else None


def _event(context: Context, by_name: Mapping[str, list[str]], code: str) -> tuple[str | None, bool]:
    """(the code as it passes, whether the layers must read its second part first)."""
    head, *rest = code.split("//")
    if not rest:
        return (code if head in BARE or head in _heads() or head in by_name else None), False
    if head in OURS:
        word = head in PLACES and bool(WARD.fullmatch(rest[0])) and rest[0] != "UNKNOWN"
        return OURS[head](context, head, rest), word
    if not all(part in _suffixes() for part in rest[1:]):
        return None, False
    verdict = max((context.systems.judge(url, rest[0]) for url in by_name.get(head, ())), default=Verdict.NO)
    return (code if verdict else None), verdict == Verdict.READ


@cache
def _suffixes() -> frozenset[str]:
    return frozenset(_timeline()["parents"]["suffixes"])


@cache
def _heads() -> frozenset[str]:
    return frozenset(_timeline()["parents"]["heads"])


def _of(*allowed: str) -> Any:
    return lambda _, head, rest: f"{head}//{rest[0]}" if rest[0] in allowed and len(rest) == 1 else None


def _race(_: Context, head: str, rest: list[str]) -> str | None:
    return f"{head}//{rest[0]}" if len(rest) == 1 and RACE.fullmatch(rest[0]) else None


def _class(context: Context, head: str, rest: list[str]) -> str:
    known = context.systems.judge(ACT_CODE, rest[0]) or (
        head == "HOSPITAL_DISCHARGE" and _destination(context, rest[0])
    )
    return f"{head}//{rest[0] if known and len(rest) == 1 else 'UNKNOWN'}"


def _destination(context: Context, code: str) -> bool:
    snomed = context.systems.judge("http://snomed.info/sct", code)
    return bool(context.systems.judge(DISCHARGE, code) or snomed or re.fullmatch(r"\d{1,2}", code))


def _transfer(_: Context, head: str, rest: list[str]) -> str:
    """The kind of the place; where the timeline had only its id, nothing of it."""
    return f"{head}//{rest[0] if len(rest) == 1 and WARD.fullmatch(rest[0]) else 'UNKNOWN'}"


def _uncoded(rest: list[str]) -> bool:
    return rest[0] in resource_types() and all(part in _suffixes() for part in rest[1:])


OURS: dict[str, Any] = {
    "GENDER": _of("F", "M", "O", "U"),
    "RACE": _race,
    "ETHNICITY": _race,
    **dict.fromkeys(("HOSPITAL_ADMISSION", "HOSPITAL_DISCHARGE", "VISIT_START", "VISIT_END"), _class),
    **dict.fromkeys(PLACES, _transfer),
    "IMAGING": lambda _, head, rest: f"{head}//{rest[0]}" if rest[0] in knowledge.words("modality") else None,
    "NOTE": lambda _, head, rest: f"{head}//{rest[0]}" if rest[0] in knowledge.words("note_kind") else None,
    "UNCODED": lambda _, head, rest: "//".join((head, *rest)) if _uncoded(rest) else None,
}


def answers(call: "Call", cells: Cells) -> pa.Array:
    """text_value: the open id of a note, plain answers as they are, dates moved, all else read as text."""
    note = pc.starts_with(cells.beside["code"], "NOTE//").fill_null(False)
    plain = pc.match_substring_regex(cells.values, PLAIN).fill_null(False)
    dated = dates.Dates.read(cells.values.cast(pa.string()))
    full = pa.array(dated.valid & (dated.length == dates.DAY))
    rest = pc.invert(pc.or_(pc.or_(note, plain), full))
    kind, none = cells.values.type, pa.scalar(None, cells.values.type)

    def only(mask: pa.Array) -> Cells:
        return Cells(pc.if_else(mask, cells.values, none), cells.owners)

    notes = only(note).owned(lambda owners, values: [_note(call, o, v) for o, v in zip(owners, values, strict=True)])
    moved = dates.move(only(full).values.cast(pa.string()), call.owners.days[cells.owners]).cast(kind)
    people = [subject or NOBODY for subject in call.owners.subjects]
    read = only(rest).owned(lambda owners, values: call.context.texts([people[o] for o in owners], values))
    return pc.coalesce(
        notes,
        pc.coalesce(
            only(plain).values, pc.coalesce(moved if call.context.policy.dates == "weeks" else only(full).values, read)
        ),
    )


def _note(call: "Call", owner: int, note_id: str) -> str | None:
    secret = call.context.secrets.get(call.owners.subjects[owner] or NOBODY)
    return rekey(secret.salt, "note", note_id) if secret else None
