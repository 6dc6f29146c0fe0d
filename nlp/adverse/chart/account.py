"""One person as the stage saw them: what was read, what was found, why not more. A row of `findings_account`."""

from collections.abc import Sequence
from typing import Any

from nlp.adverse.chart.person import Person
from nlp.adverse.chart.verdict import NO_TIMELINE, UNREAD

OTHER_LANGUAGE, CUT, NO_TIME = "other-language", "note-cut", "note-time-unknown"


def account(person: Person, languages: Sequence[str], artifact: str, rows: int) -> dict[str, Any]:
    read = [note for note in person.notes if note.read_by(languages)]
    flags = {
        OTHER_LANGUAGE: len(read) < len(person.notes),
        CUT: any(note.cut for note in person.notes),
        NO_TIME: any(note.time is None for note in person.notes),
        NO_TIMELINE: not person.timeline,
        UNREAD: person.unread > 0,
    }
    return {
        "subject_id": person.subject_id,
        "notes": len(person.notes),
        "notes_read": len(read),
        "characters": sum(len(note.text) for note in read),
        "courses": len(person.exposures),
        "findings": rows,
        "flags": [name for name, true in flags.items() if true],
        "artifact": artifact,
    }
