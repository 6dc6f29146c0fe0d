"""Trains the parser of breast reports from reports whose fields are known, and writes its artifact."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import orjson

from contract.errors import InputError
from nlp.pathology.breast.artifact import save
from nlp.pathology.breast.candidates import candidates
from nlp.pathology.breast.gate import gate_row
from nlp.pathology.breast.knowledge import specs
from nlp.pathology.breast.parser import Parser, lessons, rows
from nlp.pathology.breast.reading import Reading
from nlp.pathology.breast.specimens import Seen
from nlp.pathology.breast.trees import Grown, Row, Trees, fitted
from nlp.pathology.breast.variety import varied

Tell = Callable[[str], None]
FINDINGS, RECEPTORS = ("lvi", "dcis", "lcis", "adh", "necrosis", "calcification"), ("er", "pr")
ALIKE = (FINDINGS, RECEPTORS, *((name,) for name in specs() if name not in FINDINGS + RECEPTORS))
"""Fields that are said alike share their trees: what one of them teaches of "not seen" holds for all."""
NAMES = frozenset(specs()) - {"nodes"} | {
    "nodes_positive", "nodes_examined", "malignant", "invasive", "morphology"
}  # fmt: skip
LEAST = 20  # reports with fields
HELD = 0.15  # share of the reports that calibrate, and teach no tree
TOGETHER = 400  # reports read between two words of progress


@dataclass(frozen=True)
class Known:
    """`specimens`: (label, fields) of each breast specimen; none where the report is of anything else."""

    text: str
    specimens: tuple[tuple[str, Mapping[str, str]], ...]


@dataclass(frozen=True)
class Training:
    """`again`: varied copies of each report beside it. The rest is what the card says."""

    seed: int = 1
    again: int = 1
    grown: Grown = field(default_factory=Grown)
    source: str = "not said"
    licence: str = "not said"
    command: str = "nlp.pathology.breast.train.train"
    phi: bool = True


@dataclass
class _Taught:
    """What one side of the split says of each field."""

    rows: dict[str, list[tuple[list[Seen], str]]] = field(default_factory=lambda: defaultdict(list))
    gate: list[tuple[Row, bool]] = field(default_factory=list)


def read(path: Path) -> list[Known]:
    """JSON lines: text, and specimens [{label, fields}] or, for one, fields {}; neither for any other report."""
    if not path.is_file():
        raise InputError(f"{path} is no file; expected JSON lines with text and fields.")
    lines = enumerate(path.read_bytes().splitlines(), 1)
    return [_line(line, f"{path.name}, line {number}") for number, line in lines if line.strip()]


def _line(line: bytes, where: str) -> Known:
    try:
        return known(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        raise InputError(f"{where}: no JSON; expected a report a line, with text and fields.") from error
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def known(said: Mapping[str, Any]) -> Known:
    if not isinstance(said, Mapping) or not isinstance(said.get("text"), str):
        found = ", ".join(map(str, said)) if isinstance(said, Mapping) else type(said).__name__
        raise InputError(f"a report has no text; found {found}, expected text and fields.")
    some = said.get("specimens") or ([{"fields": said["fields"]}] if said.get("fields") else [])
    if not all(isinstance(each, Mapping) and isinstance(each.get("fields"), Mapping) for each in some):
        raise InputError("fields are not {name: value}; expected such as {grade: 2, er: positive}.")
    return Known(said["text"], tuple((each.get("label") or "", _told(each["fields"])) for each in some))


def _told(fields: Mapping[str, Any]) -> dict[str, str]:
    unknown = [name for name in fields if name not in NAMES]
    if unknown:
        raise InputError(f"no field is called {', '.join(unknown)}; fields are {', '.join(sorted(NAMES))}.")
    stated = {name: value for name, value in fields.items() if value is not None}
    return {name: ("no", "yes")[value] if isinstance(value, bool) else str(value) for name, value in stated.items()}


def train(data: Path | Iterable[Known], out: Path, training: Training, tell: Tell = lambda _: None) -> str:
    """Writes the artifact; its digest."""
    began = time.process_time()
    reports = read(data) if isinstance(data, Path) else list(data)
    parser = taught(reports, training, tell)
    card = _card(training, len(reports), time.process_time() - began)
    return save(parser, out, card, phi=training.phi)


def taught(reports: Sequence[Known], training: Training, tell: Tell = lambda _: None) -> Parser:
    breast = sum(bool(each.specimens) for each in reports)
    if breast < LEAST:
        raise InputError(
            f"{breast} of {len(reports)} reports have fields; expected {LEAST} and more to learn from, "
            "some hundreds to rely on, and reports of other organs (without fields) beside them."
        )
    rng = Random(training.seed)
    order = list(reports)
    rng.shuffle(order)
    cut = round(len(order) * HELD)
    held, learned = _read(order[:cut], rng, 1, tell), _read(order[cut:], rng, training.again, tell)
    trees: dict[str, Trees] = {}
    for names in ALIKE:
        some, rest = ([each for name in names for each in of.rows[name]] for of in (learned, held))
        tell(f"{', '.join(names)}: {sum(len(places) for places, _ in some)} places")
        trees |= dict.fromkeys(names, _grown(some, rest, training.grown))
    gate = Trees.grow([row for row, _ in learned.gate], [breast for _, breast in learned.gate], training.grown)
    if held.gate:
        gate.scale = fitted(gate.odds([row for row, _ in held.gate]), [breast for _, breast in held.gate])
    return Parser(trees, gate)


def _read(reports: Sequence[Known], rng: Random, again: int, tell: Tell) -> _Taught:
    made = _Taught()
    for at, each in enumerate(reports, 1):
        told = dict(each.specimens)
        for text in [each.text, *(varied(each.text, rng) for _ in range(again))]:
            reading = Reading.of(text)
            every = {name: candidates(reading, spec) for name, spec in specs().items()}
            made.gate.append((gate_row(reading, every), bool(told)))
            if told and (len(told) == 1) == (not reading.taken.labels):
                for name, _, some, true in lessons(reading, told):
                    made.rows[name].append((some, true))
        if not at % TOGETHER:
            tell(f"{at} of {len(reports)} reports read")
    return made


def _grown(learned: Sequence[tuple[list[Seen], str]], held: Sequence[tuple[list[Seen], str]], plan: Grown) -> Trees:
    every = [(row, one.value == true) for some, true in learned for row, one in zip(rows(some), some, strict=True)]
    trees = Trees.grow([row for row, _ in every], [right for _, right in every], plan)
    best, right = [], []
    for some, true in held:
        if some:
            odds = trees.odds(rows(some))
            at = int(np.argmax(odds))
            best.append(odds[at])
            right.append(some[at].value == true)
    if best:
        trees.scale = fitted(np.array(best), right)
    return trees


def _card(training: Training, reports: int, cpu_s: float) -> str:
    phi = "identifiable reports: do not release" if training.phi else "no identifiable reports"
    lines = [
        "# Breast pathology reports",
        "",
        f"- Data: {training.source}, {reports} reports; licence: {training.licence}",
        f"- Trained on {phi}",
        f"- Seed: {training.seed}; command: `{training.command}`; {cpu_s:.0f} CPU-seconds",
        "- Limits: English. Validate it on reports of your own before anybody relies on it.",
        "",
        "`python -m bench.pathology` measures on reports of a style that training has not seen.",
    ]
    return "\n".join(lines) + "\n"
