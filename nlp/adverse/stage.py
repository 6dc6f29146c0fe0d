"""The stage that finds adverse events in the notes of each person: `findings`, and what was read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from contract.errors import ConfigError
from contract.work import Shard
from nlp.adverse import joined
from nlp.adverse.artifact import SHIPPED, Kit, load, name_of, there
from nlp.adverse.chart.account import account
from nlp.adverse.chart.findings import Limits, findings
from nlp.adverse.chart.person import Person, persons
from nlp.adverse.events.reader import EventReader
from nlp.adverse.events.rows import by_person, names, readers
from nlp.adverse.joined import Text
from nlp.adverse.mention import Mined
from schemas.registry import table

CODE_VERSION = "1"  # raise it when the same rows and artifact give other findings


@dataclass
class FindAdverse:
    """Parameters in pipelines.yaml.

    artifact: a folder that `chartloom train adverse` wrote; empty: the one shipped. require: without the shipped one
    the step fails; false: the lists of terms alone find what they can. tables: a folder with a site's own drugs and
    effects (RxNorm, MeSH, CTCAE, MedDRA). events: folders that `chartloom train event` wrote; shipped: those that come
    with chartloom. least: score of a drug-effect pair that is believed. gap_days: without word
    of an event after which it is a new one. window_days: after its end that a drug may still do harm.
    most_characters: of a note; what is beyond is not read, with a flag.
    """

    artifact: str = ""
    require: bool = False
    tables: str = ""
    events: Sequence[str] = ("shipped",)
    least: float = 0.5
    gap_days: int = 90
    window_days: int = 90
    most_characters: int = 200_000

    def __post_init__(self) -> None:
        if min(self.gap_days, self.window_days, self.most_characters) < 1:
            raise ConfigError("adverse: gap_days, window_days and most_characters are whole numbers from 1.")
        if isinstance(self.events, str):
            raise ConfigError(f"adverse: events is {self.events!r}; expected a list of folders: [{self.events}].")
        if not 0 <= self.least <= 1:
            raise ConfigError(f"adverse: least is {self.least}; expected a score from 0 to 1.")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("notes", "timeline", "fhir/MedicationRequest", "fhir/MedicationAdministration", "fhir/Medication")

    @property
    def writes(self) -> tuple[str, ...]:
        return ("findings", "findings_account")

    @property
    def unit(self) -> str:
        return "subject_id"

    @property
    def version(self) -> str:
        return "-".join([CODE_VERSION, name_of(self._folder, self.tables), *names(self.events)])

    @property
    def releases(self) -> bool:
        return False

    def open(self) -> None:
        _ = self._kit, self._readers

    def run(self, shard: Shard) -> Shard:
        if "notes" not in shard or not len(shard["notes"]):
            return {}
        kit = self._kit
        held = list(persons(shard, kit.terms, self.most_characters))
        events = by_person(self._readers, shard["notes"], self.most_characters)
        mined = joined.mined(kit.miners, (Text(note.text, note.spoken) for person in held for note in person.notes))
        rows, accounts = [], []
        for person in held:
            found = [{"artifact": kit.name, **row} for row in self._found(person, mined, kit)]
            found += events.get(person.subject_id, [])
            rows += found
            accounts.append(account(person, kit.languages, kit.name, len(found)))
        return {
            "findings": pa.Table.from_pylist(rows, schema=table("findings").schema),
            "findings_account": pa.Table.from_pylist(accounts, schema=table("findings_account").schema),
        }

    def _found(self, person: Person, mined: Mapping[Text, Mined], kit: Kit) -> Iterable[dict[str, Any]]:
        """What each kind of finding says of a person, but named events."""
        limits = Limits(self.least, self.gap_days, self.window_days)
        texts = ((note.note_id, Text(note.text, note.spoken)) for note in person.notes)
        by_note = {name: mined[text] for name, text in texts if text in mined}
        yield from findings(person, by_note, kit.terms, limits)

    @property
    def _folder(self) -> Path | None:
        """None: nothing trained is there, and none is asked for."""
        return Path(self.artifact) if self.artifact else SHIPPED if self.require or there(SHIPPED) else None

    @cached_property
    def _readers(self) -> list[EventReader]:
        return readers(self.events)

    @cached_property
    def _kit(self) -> Kit:
        return load(self._folder, self.tables)
