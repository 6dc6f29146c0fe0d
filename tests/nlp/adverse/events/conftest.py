"""A made-up event that nobody planned for, and labelled notes of it."""

from random import Random

import pytest

from nlp.adverse.events.event import Event
from nlp.adverse.events.note import EventNote

HAPPENED = (
    "Stage {n} sacral pressure ulcer found.",
    "New pressure ulcer on the heel, {n} cm.",
    "Bedsore on the left hip noted.",
)
NOT = (
    "Skin intact, no pressure ulcer.",
    "At risk for a pressure ulcer, turned every {n} hours.",
    "Her mother had a bedsore.",
)
SILENT = ("Slept well. Ate {n} meals.", "Walked {n} feet with a cane.", "Wants a refill of metformin {n} mg.")


@pytest.fixture(scope="session")
def event() -> Event:
    return Event("pressure_ulcer", "Does the patient have a new pressure ulcer?", words=("bedsore*",))


@pytest.fixture(scope="session")
def lesson() -> tuple[list[EventNote], list[str]]:
    return drawn(50, 1)


def drawn(count: int, seed: int) -> tuple[list[EventNote], list[str]]:
    chance = Random(seed)
    notes, labels = [], []
    for at in range(count):
        label = "yes" if at % 5 < 2 else "no"
        said = chance.choice(HAPPENED if label == "yes" else (*NOT, *SILENT)).format(n=chance.randint(2, 900))
        text = f"Nurse {chance.choice('ABCDEF')}. {chance.choice(SILENT).format(n=chance.randint(2, 90))} {said}"
        notes.append(EventNote(text, "nursing", "en", f"n{at}"))
        labels.append(label)
    return notes, labels
