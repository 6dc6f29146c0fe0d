"""What the timeline says to an episode: was the drug given, and before the effect? Doubts are flags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nlp.adverse.chart.episodes import Episode
from nlp.adverse.chart.exposures import Exposure
from nlp.adverse.chart.person import Person
from nlp.adverse.chart.telling import TEXT, WRITTEN

NO_TIMELINE, UNREAD = "no-timeline", "exposures-unread"
NEVER_GIVEN, BEFORE, LONG_BEFORE = "drug-never-given", "effect-before-drug", "drug-stopped-long-before"
FROM_NOTE, FROM_TIMELINE = "onset-from-note", "onset-from-timeline"
ROUGH, NO_TIME = "onset-rough", "note-time-unknown"
CONTRADICTIONS = (NEVER_GIVEN, BEFORE, LONG_BEFORE)
SLACK = timedelta(days=1)  # days have no hours in notes
ROUGHLY = timedelta(days=31)

WEIGHTS: Mapping[str, float] = {
    NEVER_GIVEN: 0.5,
    BEFORE: 0.3,
    LONG_BEFORE: 0.5,
    "several-patients": 0.5,
    "indication": 0.5,
    "uncertain": 0.8,
}
"""What a flag leaves of a score; not learned."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`exposure`: the course that may have caused it."""

    flags: tuple[str, ...]
    exposure: Exposure | None = None


def verdict(person: Person, episode: Episode, window: timedelta) -> Verdict:
    """Of what is affirmed only: a drug that did no harm need not have been given."""
    own = _own(episode)
    if not episode.first.affirmed:
        return Verdict(own)
    if not person.timeline and not person.exposures:
        return Verdict((*own, NO_TIMELINE))
    if not episode.first.drug.known:
        return Verdict(own)
    given = [each for each in person.exposures if episode.first.drug.among(each.ingredients)]
    if not given:
        return Verdict((*own, UNREAD if person.unread else NEVER_GIVEN))
    return _in_time(episode, given, own, window)


def _in_time(episode: Episode, given: Sequence[Exposure], own: tuple[str, ...], window: timedelta) -> Verdict:
    onset = episode.onset
    at = onset.time if onset else episode.first.note.time
    if at is None:
        return Verdict(own, given[0])
    slack = ROUGHLY if onset and onset.rough else SLACK
    before = [each for each in given if each.start - at <= slack]
    if not before:
        return Verdict((*own, BEFORE))
    nearest = max(before, key=lambda each: (min(each.stop or at, at), each.start))
    historical = onset is None  # when it was is not told: only that it was before the note
    long_before = nearest.stop is not None and at - nearest.stop > window and not historical
    return Verdict((*own, LONG_BEFORE) if long_before else own, nearest)


def _own(episode: Episode) -> tuple[str, ...]:
    """What the tellings doubt: only what all of them do, so that one sure note is enough."""
    told = episode.tellings
    flags = [flag for flag in told[0].flags if all(flag in each.flags for each in told)]
    onset = episode.onset
    if onset and onset.source != TEXT:
        flags.append(FROM_NOTE if onset.source == WRITTEN else FROM_TIMELINE)
    if onset and onset.rough:
        flags.append(ROUGH)
    if all(each.note.time is None for each in told):
        flags.append(NO_TIME)
    return tuple(dict.fromkeys(flags))


def score(episode: Episode, flags: Sequence[str]) -> float:
    """Of the surest telling, less what the flags take."""
    value = max(each.score for each in episode.tellings)
    for flag in flags:
        value *= WEIGHTS.get(flag, 1.0)
    return value


def began(episode: Episode) -> datetime | None:
    return episode.onset.time if episode.onset else None
