"""Drafts on one page: each sentence with what stands behind it, what is doubtful, the most similar earlier studies."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from contract.errors import InputError
from imaging.handed import parquet
from runner.similar_earlier import Like
from store.parquet import make_folder

COLUMNS = ("study_id", "time", "text", "findings", "sentences", "flags", "artifact")
URGENT = ("pneumothorax", "bad")  # a finding, or a position of a device, that cannot wait


@dataclass(frozen=True)
class Line:
    text: str
    note: str
    share: float  # 0 to 100
    value: str
    kind: str = ""


@dataclass(frozen=True)
class Card:
    study: str
    when: str
    artifact: str
    urgent: bool
    sentences: tuple[Line, ...]
    doubtful: tuple[Line, ...]
    similar: tuple[Line, ...]
    flags: tuple[str, ...]


def look(pred: Path, out: Path, study: str, most: int, like: Mapping[str, Sequence[Like]]) -> int:
    """Drafts shown: the most urgent first. The page tells of persons: only its owner may read it."""
    rows = [row for row in read(pred).to_pylist() if not study or row["study_id"] == study]
    if not rows:
        raise InputError(f"{pred.name}: no draft {'of study ' + study if study else 'is in it'}; nothing to show.")
    shown = sorted(rows, key=lambda row: (-_weight(row), row["study_id"]))[:most]
    stated = {row["study_id"]: _names(row) for row in rows}
    cards = [_card(row, like.get(row["study_id"], ()), stated) for row in shown]
    pages = resources.files("runner.pages")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(pages.joinpath("looked_at.html").read_text(encoding="utf-8"))
    css = Markup(pages.joinpath("report.css").read_text(encoding="utf-8"))
    title = f"{len(cards)} of {len(rows):,} drafts" if len(rows) > 1 else "One draft"
    make_folder(out.parent, phi=True)
    out.unlink(missing_ok=True)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(template.render(css=css, title=title, drafts=cards))
    return len(cards)


def read(path: Path) -> pa.Table:
    rows = parquet(path)
    if absent := [name for name in COLUMNS if name not in rows.column_names]:
        raise InputError(f"{path.name} holds no drafts: column(s) {', '.join(absent)} are absent.")
    return rows


def _card(row: Mapping[str, Any], like: Sequence[Like], stated: Mapping[str, str]) -> Card:
    sentences = tuple(_sentence(each) for each in row["sentences"] or ())
    doubtful = tuple(_finding(each) for each in row["findings"] or () if each["state"] == "doubtful")
    similar = tuple(_like(each, stated) for each in like)
    when = row["time"].strftime("%Y-%m-%d %H:%M") if row["time"] else "time not known"
    return Card(
        row["study_id"], when, row["artifact"] or "", _weight(row) >= 1, sentences, doubtful, similar,
        tuple(row["flags"] or ()),
    )  # fmt: skip


def _sentence(said: Mapping[str, Any]) -> Line:
    about = said["finding"].replace("_", " ")
    prior = f", against {said['prior_study_id']}" if said["prior_study_id"] else ""
    note = f"{about}: {said['state']}{prior} · {said['source']}"
    return Line(said["text"], note, 100 * said["score"], shown(said["score"]), said["state"])


def _finding(found: Mapping[str, Any]) -> Line:
    words = " ".join(found[name] for name in ("severity", "side") if found[name])
    return Line(found["finding"].replace("_", " "), words, 100 * found["score"], shown(found["score"]))


def _like(each: Like, stated: Mapping[str, str]) -> Line:
    words = stated.get(each.study_id, "no draft here")
    return Line(each.when, f"{each.study_id} · {words}", 100 * max(0.0, each.similarity), f"{each.similarity:.2f}")


def _names(row: Mapping[str, Any]) -> str:
    found = [each["finding"].replace("_", " ") for each in row["findings"] or () if each["state"] == "present"]
    return ", ".join(found) or "nothing stated"


def _weight(row: Mapping[str, Any]) -> float:
    """From 1: something that cannot wait; below: how sure the surest finding is."""
    present = [each for each in row["findings"] or () if each["state"] == "present"]
    urgent = any(URGENT[0] == each["finding"] or each["position"] == URGENT[1] for each in present)
    return urgent + 0.99 * max((each["score"] for each in present), default=0.0)


def shown(probability: float) -> str:
    """Nothing is quite sure."""
    return "> 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"
