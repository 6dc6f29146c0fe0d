"""`chartloom train pathology`, of oncology: a finder of tumours from cases in CANTEMIST's layout, and its card."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from eval.corpora.cantemist import Case, read_cantemist
from models import folder as folders
from nlp.pathology.oncology import artifact
from nlp.pathology.oncology.finder import Finder
from nlp.pathology.oncology.normaliser import Example, learned
from nlp.pathology.oncology.spans import Lessons, span_finder
from nlp.pathology.oncology.words import said

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Training:
    """How it is trained, and what its card says of the data. `unmarked`: a folder of texts that teach the encoder."""

    lessons: Lessons = field(default_factory=Lessons)
    unmarked: Path | None = None
    source: str = "not said"
    licence: str = "not said"
    limits: str = "Validate it on your own reports before anybody relies on it."
    command: str = "nlp.pathology.oncology.train.train"
    phi: bool = True  # the texts are identifiable; False for openly licensed ones


def train(data: Path, out: Path, training: Training, tell: Tell = lambda _: None) -> str:
    """The artifact's digest; written whole or not at all."""
    cases = read_cantemist(data)
    tell(f"{len(cases)} cases, {sum(len(case.mentions) for case in cases)} mentions")
    began = time.process_time()
    with folders.writing(out) as folder:
        made = taught(cases, training, tell)
        return artifact.save(made, folder, _card(cases, training, time.process_time() - began), phi=training.phi)


def taught(cases: Sequence[Case], training: Training, tell: Tell) -> Finder:
    normaliser = learned(examples(cases))
    tell("normaliser learned")
    return Finder(span_finder([case.marked for case in cases], _lessons(training), tell), normaliser)


def examples(cases: Sequence[Case]) -> list[Example]:
    return [Example(said(c.text[each.start : each.end]), each.code, c.name) for c in cases for each in c.mentions]


def _lessons(training: Training) -> Lessons:
    if training.unmarked is None:
        return training.lessons
    return replace(training.lessons, unmarked=tuple(unmarked(training.unmarked)))


def unmarked(folder: Path) -> list[str]:
    """Texts of a folder, by name."""
    return [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.txt"))]


def _card(cases: Sequence[Case], training: Training, cpu_s: float) -> str:
    codes = {each.code for case in cases for each in case.mentions}
    return (
        "# Tumours in oncology reports: ICD-O-3\n\n"
        f"Taught {datetime.now(UTC):%Y-%m-%d} by `{training.command}`, seed {training.lessons.seed}, "
        f"{cpu_s:.0f} CPU-seconds.\n"
        f"Data: {training.source} ({len(cases)} cases, {len(codes)} codes). Licence: {training.licence}.\n"
        f"Identifiable: {'yes' if training.phi else 'no'}.\n"
        "Spanish is read by a tagger and a normaliser; English by a list of names alone.\n"
        f"{training.limits}\n"
    )
