"""`chartloom train pathology`, of oncology: a finder of tumours from cases in CANTEMIST's layout, and its card."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from eval.corpora.cantemist import Case, read_cantemist
from models import folder as folders
from nlp.pathology.oncology import artifact, begun
from nlp.pathology.oncology.finder import Finder
from nlp.pathology.oncology.normaliser import Example, learned
from nlp.pathology.oncology.spans import Lessons, span_finder
from nlp.pathology.oncology.words import said

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Training:
    """How it is trained, and what its card says of the data. `unmarked`: a folder of texts that teach an encoder."""

    lessons: Lessons = field(default_factory=Lessons)
    unmarked: Path | None = None
    source: str = "not said"
    licence: str = "not said"
    limits: str = "Validate it on your own reports before anybody relies on it."
    command: str = "nlp.pathology.oncology.train.train"
    phi: bool = True  # the texts are identifiable; False for openly licensed ones

    @property
    def encoder(self) -> Path | None:
        """The artifact that members begin with, where none is taught."""
        return None if self.unmarked or self.lessons.unmarked else self.lessons.encoder


def train(data: Path, out: Path, training: Training, tell: Tell = lambda _: None) -> str:
    """The artifact's digest; written whole or not at all."""
    return train_on(read_cantemist(data), out, training, tell)


def train_on(cases: Sequence[Case], out: Path, training: Training, tell: Tell = lambda _: None) -> str:
    tell(f"{len(cases)} cases, {sum(len(case.mentions) for case in cases)} mentions")
    began, phi = time.process_time(), _phi(training)
    with folders.writing(out) as folder:
        made = taught(cases, training, tell)
        card = _card(cases, training, time.process_time() - began)
        return artifact.save(made, folder, card, phi=phi)


def taught(cases: Sequence[Case], training: Training, tell: Tell) -> Finder:
    normaliser = learned(examples(cases))
    tell("normaliser learned")
    return Finder(span_finder([case.marked for case in cases], _lessons(training), tell), normaliser)


def examples(cases: Sequence[Case]) -> list[Example]:
    return [Example(said(c.text[each.start : each.end]), each.code, c.name) for c in cases for each in c.mentions]


def _lessons(training: Training) -> Lessons:
    if training.unmarked is None:
        return training.lessons
    return replace(training.lessons, unmarked=tuple(begun.unmarked(training.unmarked)))


def _phi(training: Training) -> bool:
    """What began with an encoder that learned from identifiable texts may give them away too."""
    return (training.encoder is not None and begun.identifiable(training.encoder)) or training.phi


def _began(training: Training) -> str:
    if training.encoder:
        return f"the encoder {folders.name_of(training.encoder)}, whose card says what taught it"
    own = training.unmarked or training.lessons.unmarked
    return "an encoder that texts without marks taught, and the cases" if own else "nothing"


def _card(cases: Sequence[Case], training: Training, cpu_s: float) -> str:
    codes = {each.code for case in cases for each in case.mentions}
    return (
        "# Tumours in oncology reports: ICD-O-3\n\n"
        f"Taught {datetime.now(UTC):%Y-%m-%d} by `{training.command}`, seed {training.lessons.seed}, "
        f"{cpu_s:.0f} CPU-seconds.\n"
        f"Data: {training.source} ({len(cases)} cases, {len(codes)} codes). Licence: {training.licence}.\n"
        f"Begun with: {_began(training)}.\n"
        f"Identifiable: {'yes' if _phi(training) else 'no'}.\n"
        "Spanish is read by a tagger and a normaliser; English by a list of names alone.\n"
        f"{training.limits}\n"
    )
