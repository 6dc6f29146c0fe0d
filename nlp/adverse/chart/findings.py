"""Episodes as rows of `findings`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from nlp.adverse.chart.episodes import Episode, episodes
from nlp.adverse.chart.knowledge import Knowledge
from nlp.adverse.chart.person import Person
from nlp.adverse.chart.telling import Telling, tellings
from nlp.adverse.chart.verdict import began, score, verdict
from nlp.adverse.mention import Mined

KIND = "adverse_event"


@dataclass(frozen=True, slots=True)
class Limits:
    """`least`: score of a relation that is believed. Days: `gap_days` between episodes; `window_days` after a drug."""

    least: float = 0.5
    gap_days: int = 90
    window_days: int = 90


MOST = 20  # spans of evidence of one row


def findings(person: Person, mined: Mapping[str, Mined], knowledge: Knowledge, limits: Limits) -> list[dict[str, Any]]:
    """Without the artifact's name. `mined`: by note_id."""
    told = tellings(person, mined, limits.least, knowledge)
    return [_row(person, each, limits) for each in episodes(person, told, timedelta(days=limits.gap_days))]


def _row(person: Person, episode: Episode, limits: Limits) -> dict[str, Any]:
    first = episode.first
    judged = verdict(person, episode, timedelta(days=limits.window_days))
    return {
        "subject_id": person.subject_id,
        "note_id": first.note.note_id,
        "finding_id": _name(first),
        "kind": KIND,
        "drug": first.drug.words,
        "effect": first.effect.words,
        "assertion": episode.kind,
        "linked_event": (judged.exposure.fhir_id or None) if judged.exposure else None,
        "drug_code": first.drug.code or None,
        "code": first.effect.code or None,
        "onset": began(episode),
        "score": score(episode, judged.flags),
        "notes": len({each.note.note_id for each in episode.tellings if not each.copied}) or 1,
        "evidence": _evidence(episode),
        "flags": list(judged.flags),
    }


def _name(first: Telling) -> str:
    """Of the first telling alone, so that later notes leave it as it is."""
    said = (
        first.drug.concept,
        first.effect.concept,
        "" if first.affirmed else first.kind,
        first.drug_at,
        first.effect_at,
    )
    return blake2b(repr(said).encode(), digest_size=6).hexdigest()


def _evidence(episode: Episode) -> list[dict[str, Any]]:
    """The first telling first: its words are those of the row."""
    ordered = sorted(episode.tellings[1:], key=lambda each: (each.copied, -each.score))
    found = [
        {"note_id": each.note.note_id, "start": start, "end": end, "source": source, "weight": each.score}
        for each in (episode.first, *ordered)
        for source, (start, end) in (("drug", each.drug_at), ("effect", each.effect_at))
    ]
    return found[:MOST]
