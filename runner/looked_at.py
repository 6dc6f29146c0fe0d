"""Drafts on one page: each sentence with what stands behind it, what is doubtful, the most similar earlier studies."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from contract.errors import InputError
from imaging.flags import asks, in_words
from imaging.handed import parquet
from runner.similar_earlier import Like
from store.parquet import make_folder

COLUMNS = ("study_id", "time", "text", "findings", "sentences", "flags", "artifact")
URGENT = ("pneumothorax", "bad")  # a finding, or a position of a device, that cannot wait
LONG = 6  # drafts from which the page begins with a list of them
MANY, MOST = 10, 0.5  # of so many drafts, a flag of more than this share is said once for all


@dataclass(frozen=True)
class Line:
    text: str
    note: str = ""
    share: float = 0.0  # 0 to 100
    value: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Card:
    """`seen`, `compared`, `absent`: sentences. `asks`: flags for which to look at the images; `remarks`: others."""

    study: str
    when: str
    artifact: str
    urgent: str
    stated: str
    seen: tuple[Line, ...]
    compared: tuple[Line, ...]
    absent: tuple[Line, ...]
    doubtful: tuple[Line, ...]
    similar: tuple[Line, ...]
    asks: tuple[Line, ...]
    remarks: tuple[Line, ...]


@dataclass(frozen=True)
class Context:
    """What a draft borrows from all: what each study states, when it was, flags that are said once for all."""

    stated: Mapping[str, str]
    times: Mapping[str, datetime]
    usual: frozenset[str]


def look(pred: Path, out: Path, study: str, most: int, like: Mapping[str, Sequence[Like]]) -> int:
    """Drafts shown: the most urgent first. The page tells of persons: only its owner may read it."""
    every = read(pred).to_pylist()
    rows = [row for row in every if not study or row["study_id"] == study]
    if not rows:
        raise InputError(f"{pred.name}: no draft {'of study ' + study if study else 'is in it'}; nothing to show.")
    shown = sorted(rows, key=lambda row: (-_weight(row), row["study_id"]))[:most]
    stated = {row["study_id"]: _names(row) for row in every}
    times = {row["study_id"]: row["time"] for row in every if row["time"]}
    usual = _usual(every)
    context = Context(stated, times, frozenset(usual))
    cards = [_card(row, like.get(row["study_id"], ()), context) for row in shown]
    title = f"{len(cards)} of {len(rows):,} drafts, the most urgent first" if len(rows) > 1 else "One draft"
    make_folder(out.parent, phi=True)
    out.unlink(missing_ok=True)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(_page(title, cards, [Line(in_words(each), said) for each, said in usual.items()]))
    return len(cards)


def _page(title: str, cards: Sequence[Card], usual: Sequence[Line]) -> str:
    pages = resources.files("runner.pages")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(pages.joinpath("looked_at.html").read_text(encoding="utf-8"))
    css = Markup(pages.joinpath("report.css").read_text(encoding="utf-8"))
    return template.render(css=css, title=title, drafts=cards, usual=usual, listed=len(cards) >= LONG)


def read(path: Path) -> pa.Table:
    account = path.with_name("reports_account.parquet")
    if not path.exists() and account.exists():
        raise InputError(
            f"{path} is not there, but {account.name} beside it is: nothing was drafted; its flags say why. "
            "Without an artifact, name one: chartloom apply reports --set artifact=DIR."
        )
    rows = parquet(path)
    if absent := [name for name in COLUMNS if name not in rows.column_names]:
        raise InputError(f"{path.name} holds no drafts: column(s) {', '.join(absent)} are absent.")
    return rows


def _usual(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Flags that tell of the artifact more than of a study, and how many have them: nobody reads what stands on all."""
    found = Counter(flag for row in rows for flag in set(row["flags"] or ()))
    least = MOST * len(rows)
    return {flag: f"{n:,} of {len(rows):,}" for flag, n in sorted(found.items()) if n > least and len(rows) >= MANY}


def _card(row: Mapping[str, Any], like: Sequence[Like], about: Context) -> Card:
    sentences = [_sentence(each, about.times) for each in row["sentences"] or ()]
    doubtful = tuple(_finding(each) for each in row["findings"] or () if each["state"] == "doubtful")
    flags = [each for each in dict.fromkeys(row["flags"] or ()) if not (doubtful and each.startswith("doubtful:"))]
    flags = [each for each in flags if each not in about.usual or not sentences]
    return Card(
        row["study_id"],
        _when(row["time"]),
        row["artifact"] or "",
        _urgent(row),
        about.stated[row["study_id"]],
        tuple(each for each in sentences if each.kind == "present"),
        tuple(each for each in sentences if each.kind not in {"present", "negated"}),
        tuple(each for each in sentences if each.kind == "negated"),
        doubtful,
        tuple(_like(each, about.stated) for each in like),
        tuple(Line(in_words(each), each) for each in flags if asks(each)),
        tuple(Line(in_words(each), each) for each in flags if not asks(each)),
    )


def _sentence(said: Mapping[str, Any], times: Mapping[str, datetime]) -> Line:
    """Beneath it: its finding, the study that it is compared with, whose words it has."""
    prior, state = said["prior_study_id"] or "", said["state"]
    when = f"{times[prior]:%Y-%m-%d}, " if prior in times else ""
    against = f"{state} since {when}{prior}" if prior else ""
    about = said["finding"].replace("_", " ") if state != "negated" else ""
    note = " · ".join(each for each in (about, against, said["source"]) if each)
    return Line(said["text"], note, 100 * said["score"], shown(said["score"]), state)


def _finding(found: Mapping[str, Any]) -> Line:
    words = " ".join(found[name] for name in ("severity", "side") if found[name])
    return Line(found["finding"].replace("_", " "), words, 100 * found["score"], shown(found["score"]))


def _like(each: Like, stated: Mapping[str, str]) -> Line:
    words = stated.get(each.study_id, "no draft here")
    return Line(each.when, f"{each.study_id} · {words}", 100 * max(0.0, each.similarity), f"{each.similarity:.2f}")


def _when(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M}" if time else "time not known"


def _names(row: Mapping[str, Any]) -> str:
    found = [each["finding"].replace("_", " ") for each in _present(row)]
    return ", ".join(found) or ("nothing stated" if row["sentences"] else "no draft")


def _present(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in row["findings"] or () if each["state"] == "present"]


def _urgent(row: Mapping[str, Any]) -> str:
    """What in it cannot wait; empty: nothing."""
    bad = [f"{each['finding']} badly placed" for each in _present(row) if each["position"] == URGENT[1]]
    first = [each["finding"] for each in _present(row) if each["finding"] == URGENT[0]]
    return ", ".join([*first, *bad]).replace("_", " ")


def _weight(row: Mapping[str, Any]) -> float:
    """From 1: something that cannot wait; below: how sure the surest finding is."""
    return bool(_urgent(row)) + 0.99 * max((each["score"] for each in _present(row)), default=0.0)


def shown(probability: float) -> str:
    """Nothing is quite sure."""
    return "> 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"
