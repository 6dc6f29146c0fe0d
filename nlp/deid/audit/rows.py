"""The strings of one open table of one batch, against their person and, as numbers and contacts, against everyone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nlp.deid.audit.patterns import Pattern
from nlp.deid.audit.places import PLACES, Found, Place
from nlp.deid.audit.scan import LONG, Scanner
from nlp.deid.audit.sightings import sightings
from nlp.deid.audit.strings import Leaf, leaves, metadata
from nlp.deid.audit.views import seen_as, views

APART = "\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f"  # wider than what may stand between two parts of one identifier
DATES = r"^\d{4}(-\d\d(-\d\d)?)?([T ][\d:.]+(Z|[+-]\d\d:?\d\d)?)?$"
KEYS = ("id", "note_id")  # columns that name a row


class People(Protocol):
    """What is known of the persons of the batch."""

    found: Found
    canaries: Scanner

    def subject(self, open_id: int | None) -> int: ...
    def scanner(self, subject: int, kind: str = "text") -> Scanner: ...


def sought(pattern: Pattern, kind: str) -> bool:
    """Codes and dates are numbers, and a short number or a day of one's own stands among them by chance."""
    if kind == "text":
        return True
    if kind == "birth":
        return pattern.rule == "date"
    return pattern.rule not in ("zip", "date") and (pattern.rule != "number" or len(pattern.text) >= LONG)


@lru_cache(maxsize=1 << 16)
def sightings_of(text: str) -> frozenset[str]:
    return frozenset(sightings(seen_as(text)))


@dataclass
class Rows:
    name: str
    rows: pa.Table
    people: People
    _scanners: dict[tuple[int, str], Scanner] = field(default_factory=dict)

    def read(self) -> None:
        naming = []  # the other leaves go as they were read
        for leaf in leaves(self.rows):
            self._alone(leaf)
            if not leaf.coded:
                self._together(leaf)
            if leaf.path.endswith("birthDate") or leaf.path.startswith("name."):
                naming.append(leaf)
        self._births(naming)
        for text in metadata(self.rows):
            place = Place(self.name, "", "metadata")
            self.people.found.see(place, sightings(views(text)))
            if self.people.canaries.find(text):
                self.people.found.hit(place, "canary")

    def _alone(self, leaf: Leaf) -> None:
        """Each distinct string of one person."""
        for open_id, texts in self._by_subject(leaf):
            scanner = self._scanner(self.people.subject(open_id), _kind(leaf))
            for each, rule in ((scanner, "own"), (self.people.canaries, "canary")):
                if each.patterns:
                    self._hit(leaf, {text for text in texts if each.find_in(seen_as(text))}, rule, open_id)

    def _scanner(self, subject: int, kind: str) -> Scanner:
        if (subject, kind) not in self._scanners:
            self._scanners[subject, kind] = self.people.scanner(subject, kind)
        return self._scanners[subject, kind]

    def _hit(self, leaf: Leaf, texts: set[str], rule: str, open_id: int | None) -> None:
        for place, _ in self._where(leaf, texts):
            if place.subject_id == open_id:
                self.people.found.hit(place, rule)

    def _together(self, leaf: Leaf) -> None:
        distinct = pc.unique(leaf.values)
        dated = pc.match_substring_regex(distinct, DATES)
        texts = [text for text in distinct.filter(pc.invert(dated)).to_pylist() if sightings_of(text)]
        if texts:
            said = pc.index_in(leaf.values, pa.array(texts, leaf.values.type))
            at = pc.is_valid(said)
            places = self._places(leaf, at)
            numbers = said.filter(at).to_numpy(zero_copy_only=False)
            self.people.found.see_all(places, numbers, [sightings_of(text) for text in texts])

    def _places(self, leaf: Leaf, at: pa.Array) -> pa.Table:
        """Of the values of a leaf where `at` is true; as `_place`, all at once."""
        rows, names = pa.array(leaf.rows[at.to_numpy(zero_copy_only=False)]), self.rows.column_names
        key = next((key for key in KEYS if key in names), None)
        open_ids = self.rows["subject_id"].take(rows) if "subject_id" in names else pa.nulls(len(rows), pa.int64())
        distinct = pc.unique(open_ids)
        people = pa.array([self.people.subject(open_id) for open_id in distinct.to_pylist()], pa.int64())
        columns = {
            "table": pa.repeat(self.name, len(rows)),
            "column": pa.repeat(key or leaf.path.partition(".")[0], len(rows)),
            "value": self.rows[key].take(rows) if key else leaf.values.filter(at),
            "subject_id": open_ids,
            "note_id": pa.repeat("", len(rows)),
            "phi_subject_id": people.take(pc.index_in(open_ids, distinct)),
        }
        return pa.table(columns).cast(PLACES)

    def _births(self, said: list[Leaf]) -> None:
        """Names and birth date of a row stand in columns of their own: they are read as one line."""
        born = [leaf for leaf in said if leaf.path.endswith("birthDate")]
        if not born:
            return
        days = {int(row): text for leaf in born for row, text in zip(leaf.rows, leaf.values.to_pylist(), strict=True)}
        names: dict[int, list[str]] = {}
        for leaf in (leaf for leaf in said if leaf.path.startswith("name.") and not leaf.coded):
            for row, text in zip(leaf.rows.tolist(), leaf.values.to_pylist(), strict=True):
                names.setdefault(row, []).append(text)
        for row, day in days.items():
            seen = sightings(views(f"{' '.join(names.get(row, ()))} {day}"))
            self.people.found.see(self._place(row, "birthDate", day), seen)

    def _by_subject(self, leaf: Leaf) -> Iterator[tuple[int | None, list[str]]]:
        if "subject_id" not in self.rows.column_names:
            yield None, pc.unique(leaf.values).to_pylist()
            return
        subjects = self.rows["subject_id"].take(pa.array(leaf.rows))
        pairs = pa.table({"subject": subjects, "text": leaf.values}).group_by(["subject", "text"]).aggregate([])
        grouped: dict[int | None, list[str]] = {}
        for subject, text in zip(pairs["subject"].to_pylist(), pairs["text"].to_pylist(), strict=True):
            grouped.setdefault(subject, []).append(text)
        yield from grouped.items()

    def _where(self, leaf: Leaf, texts: set[str]) -> Iterator[tuple[Place, str]]:
        if texts:
            wanted = pc.is_in(leaf.values, pa.array(list(texts), leaf.values.type))
            at = np.flatnonzero(wanted.to_numpy(zero_copy_only=False))
            for row, text in zip(leaf.rows[at].tolist(), leaf.values.take(pa.array(at)).to_pylist(), strict=True):
                yield self._place(row, leaf.path.partition(".")[0], text), text

    def _place(self, row: int, column: str, text: str) -> Place:
        names = self.rows.column_names
        open_id = self.rows["subject_id"][row].as_py() if "subject_id" in names else None
        key = next((key for key in KEYS if key in names), column)
        value = self.rows[key][row].as_py() if key in KEYS else text
        return Place(self.name, key, value, open_id, phi_subject_id=self.people.subject(open_id))


def _kind(leaf: Leaf) -> str:
    if leaf.path.endswith("birthDate"):
        return "birth"
    return (
        "code"
        if leaf.coded or leaf.path.rpartition(".")[2].endswith(("DateTime", "Date", "start", "end", "Instant", "time"))
        else "text"
    )
