"""All systems learn an event that nobody planned for; ours serves from few labels and says why."""

from dataclasses import replace

import numpy as np
import pytest

from contract.errors import ConfigError
from eval.agreement import kappa
from nlp.adverse.events.calibration import Calibration, fitted, folds
from nlp.adverse.events.event import Event
from nlp.adverse.events.next_notes import choose, first
from nlp.adverse.events.note import EventNote
from nlp.adverse.events.systems.named import SYSTEMS, make
from nlp.adverse.events.systems.windowed import Windowed
from tests.nlp.adverse.events.conftest import drawn

Lesson = tuple[list[EventNote], list[str]]


@pytest.fixture(scope="module")
def taught(event: Event, lesson: Lesson) -> Windowed:
    system = Windowed(event)
    system.fit(*lesson)
    return system


@pytest.mark.parametrize("name", [name for name in SYSTEMS if name != "ours"])
def test_every_system_learns_and_points_at_a_sentence(name: str, event: Event, lesson: Lesson) -> None:
    system = make(name, event)
    system.fit(*lesson)
    scores = system.scores(lesson[0])
    said = [event.labels[at] for at in scores.argmax(1)]
    assert scores.shape == (50, 2)
    assert np.allclose(scores.sum(1), 1)
    assert kappa(lesson[1], said)[0] > 0.5
    assert any(system.evidence([lesson[0][0]]))


def test_ours_answers_notes_that_it_has_not_seen(taught: Windowed) -> None:
    notes, labels = drawn(60, 9)
    said = [taught.event.labels[at] for at in taught.scores(notes).argmax(1)]
    assert kappa(labels, said)[0] > 0.9


def test_the_same_notes_give_the_same_reader(event: Event, lesson: Lesson, taught: Windowed) -> None:
    again = Windowed(event)
    again.fit(*lesson)
    assert again.model == taught.model
    assert again.calibration == taught.calibration


def test_evidence_is_the_words(taught: Windowed) -> None:
    text = "Ate lunch. New pressure ulcer on the heel."
    strongest = taught.evidence([EventNote(text, language="en")])[0][0]
    assert text[strongest.start : strongest.end] == "ulcer"


def test_more_than_two_labels(event: Event, lesson: Lesson) -> None:
    graded = replace(event, labels=("no", "possible", "yes"), positive=("possible", "yes"))
    labels = [
        "possible" if label == "yes" and "heel" in note.text else label for note, label in zip(*lesson, strict=True)
    ]
    system = Windowed(graded)
    system.fit(lesson[0], labels)
    said = [graded.labels[at] for at in system.scores(lesson[0]).argmax(1)]
    assert kappa(labels, said)[0] > 0.8


@pytest.mark.parametrize("text", ["", "\n\n", "no " * 6000, "|a|b|\n" * 2000, "压疮", "fever, " * 3000])
def test_odd_notes_are_answered(taught: Windowed, text: str) -> None:
    assert taught.scores([EventNote(text)]).shape == (1, 2)


def test_an_unknown_system_is_refused(event: Event) -> None:
    with pytest.raises(ConfigError, match="bilstm"):
        make("bayes", event)


def test_next_notes_are_doubted_and_unlike(taught: Windowed, lesson: Lesson) -> None:
    sure = [EventNote(f"Walked {at} feet with a cane.", language="en") for at in range(20)]
    odd = EventNote("Pressure ulcer of the heel? Team to look.", language="en")
    chosen = choose(taught, [*sure, odd], 3, lesson[0])
    assert 20 in [one.at for one in chosen]
    assert len({one.at for one in chosen}) == 3


def test_of_a_new_event_notes_that_speak_of_it_come_first(event: Event) -> None:
    notes, _ = drawn(40, 3)
    speaks = [at for at, note in enumerate(notes) if "ulcer" in note.text or "bedsore" in note.text.lower()]
    chosen = first(Windowed(event), notes, 12)
    assert len(set(chosen)) == 12
    assert sum(at in speaks for at in chosen) == 9


def test_folds_hold_every_label() -> None:
    gold = [0] * 40 + [1] * 10
    assert all(sum(gold[at] for at in fold) == 2 for fold in folds(gold, 5, 1))


def test_calibration_dulls_what_is_too_sure() -> None:
    scores = np.array([[0.99, 0.01]] * 60 + [[0.01, 0.99]] * 40)
    gold = [0] * 45 + [1] * 15 + [1] * 30 + [0] * 10
    made = fitted(scores, gold)
    assert abs(made(scores)[0, 0] - 0.75) < 0.06
    assert Calibration()(scores) == pytest.approx(scores)
