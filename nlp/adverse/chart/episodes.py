"""Tellings to episodes: one person, one drug, one effect, one time, however many notes tell of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nlp.adverse.chart.exposures import Exposure
from nlp.adverse.chart.person import Person
from nlp.adverse.chart.telling import TEXT, TIMELINE, WRITTEN, Onset, Telling

SURE = (TEXT, TIMELINE, WRITTEN)


@dataclass
class Episode:
    """Tellings in the order of the notes. What is denied, feared, planned or another's is an episode without time."""

    tellings: list[Telling] = field(default_factory=list)

    @property
    def first(self) -> Telling:
        return self.tellings[0]

    @property
    def kind(self) -> str:
        """Present, if any note says so."""
        return "present" if any(each.kind == "present" for each in self.tellings) else self.first.kind

    @property
    def onset(self) -> Onset | None:
        """The surest: of the text to the day, of the text, of the timeline, of the note; of equals the first told.

        What began after a note that tells of it began before; "again today" in a later note is no onset.
        """
        known = [each.onset for each in self.tellings if each.onset]
        first = min((each.note.time for each in self.tellings if each.affirmed and each.note.time), default=None)
        before = [each for each in known if first is None or each.time <= first]
        return min(before or known, key=lambda onset: (onset.rough, SURE.index(onset.source)), default=None)

    @property
    def last(self) -> datetime | None:
        """When it was last told anew."""
        return max((each.note.time for each in self.tellings if each.note.time and not each.copied), default=None)

    def matches(self, telling: Telling) -> bool:
        return self.first.drug.same(telling.drug) and self.first.effect.same(telling.effect)


def episodes(person: Person, told: Iterable[Telling], gap: timedelta) -> list[Episode]:
    """`gap`: from the last telling on; what is told after it, as present, is new."""
    found: list[Episode] = []
    for telling in told:
        chosen = _chosen(person, telling, [each for each in found if each.matches(telling)], gap)
        if chosen is None:
            chosen = Episode()
            found.append(chosen)
        chosen.tellings.append(telling)
    return found


def _chosen(person: Person, telling: Telling, found: Sequence[Episode], gap: timedelta) -> Episode | None:
    if not telling.affirmed:
        return next((each for each in found if each.first.kind == telling.kind), None)
    mine = [each for each in found if each.first.affirmed]
    if not mine:
        return None
    if telling.copied:
        return mine[-1]
    if telling.onset is not None and telling.onset.source == TEXT:
        return _dated(telling.onset, mine, gap)
    at = telling.note.time
    if at is None or telling.kind == "historical":
        return mine[-1]
    last = mine[-1].last
    if last is not None and at - last > gap:
        return None
    return None if _again(person, telling, mine[-1]) else mine[-1]


def _dated(onset: Onset, mine: Sequence[Episode], gap: timedelta) -> Episode | None:
    """The episode nearest to the day told, within the gap; a month or a year may be that much off."""
    wide = max(gap, timedelta(days=366)) if onset.rough else gap
    near = [(apart, at) for at, each in enumerate(mine) if (apart := _apart(onset, each)) is not None and apart <= wide]
    return mine[min(near)[1]] if near else None


def _apart(onset: Onset, episode: Episode) -> timedelta | None:
    """From the day told to the time that the episode is known for."""
    begun, last = episode.onset, episode.last
    begins = begun.time if begun else last
    if begins is None:
        return timedelta()
    if last is not None and begins <= onset.time <= last:
        return timedelta()
    ends = [begins] if last is None or (begun and begun.source == TEXT) else [begins, last]
    return min(abs(onset.time - each) for each in ends)


def _again(person: Person, telling: Telling, episode: Episode) -> bool:
    """Whether the drug was begun once more between the last telling and this one."""
    last, at = episode.last, telling.note.time
    if last is None or at is None:
        return False
    return any(last < each.start <= at for each in person.exposures if telling.drug.among(each.ingredients)) and any(
        each.start <= last for each in _of(person, telling)
    )


def _of(person: Person, telling: Telling) -> list[Exposure]:
    return [each for each in person.exposures if telling.drug.among(each.ingredients)]
