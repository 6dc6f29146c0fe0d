"""`chartloom train event`: an event's file and labelled notes to an artifact with its card."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nlp.adverse.events import artifact
from nlp.adverse.events.event import Event, load
from nlp.adverse.events.labelled import labelled
from nlp.adverse.events.note import EventNote
from nlp.adverse.events.systems.named import SYSTEMS
from nlp.adverse.events.systems.windowed import Windowed
from nlp.adverse.events.validation import Validated, told, validated

Tell = Callable[[str], None]
OURS = "ours"


@dataclass(frozen=True)
class Training:
    seed: int = 1
    compare: bool = False  # the five systems of the literature are cross-validated too
    source: str = "not said"
    licence: str = "not said"
    command: str = "nlp.adverse.events.train.train"
    phi: bool = True  # the notes are identifiable; False for simulated or openly licensed ones


@dataclass(frozen=True)
class Trained:
    digest: str
    counts: Mapping[str, int]
    validated: Mapping[str, Validated]


def train(event_file: str | Path, data: Path, out: Path, training: Training, tell: Tell = lambda _: None) -> Trained:
    """Cross-validates, then learns from all notes; writes the artifact last."""
    event = load(event_file)
    notes, labels = labelled(data, event, tell)
    counts = {label: labels.count(label) for label in event.labels}
    tell(f"{event.name}: {len(notes)} notes, " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    names = [*(name for name in SYSTEMS if name != OURS), OURS] if training.compare else [OURS]
    found = validated(names, event, notes, labels, seed=training.seed, tell=tell)
    system = Windowed(event, training.seed)
    began = time.process_time()
    system.fit(notes, labels)
    tell(f"learned from all in {time.process_time() - began:.1f} CPU-seconds")
    said = {"notes": len(notes), "labels": counts}
    digest = artifact.save(system, out, said, card(event, notes, counts, found, training), phi=training.phi)
    return Trained(digest, counts, found)


def card(
    event: Event,
    notes: Sequence[EventNote],
    counts: Mapping[str, int],
    found: Mapping[str, Validated],
    training: Training,
) -> str:
    phi = "identifiable notes, from which its words come: do not release" if training.phi else "no identifiable notes"
    lines = [
        f"# Event {event.name}",
        "",
        f"- Question: {event.question}",
        f"- Notes: {len(notes)} ({', '.join(f'{name} {count}' for name, count in counts.items())})",
        f"- Kinds: {', '.join(event.kinds) or 'all'}; languages: {', '.join(event.languages) or 'all'}",
        f"- Data: {training.source}",
        f"- Licence of the data: {training.licence}",
        f"- Trained on {phi}",
        "- Limits: validate it on notes of your own, of other authors, before anybody relies on it.",
        f"- Seed: {training.seed}; command: `{training.command}`",
        f"- Trained: {datetime.now(UTC):%Y-%m-%d}",
        "",
        "Cross-validated in five folds on these notes:",
        "",
        *(f"- {name}: {told(one)}" for name, one in found.items()),
    ]
    return "\n".join(lines) + "\n"
