"""The strings of one open table of one batch, against their person and, as numbers and contacts, against everyone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nlp.deid.audit.patterns import Pattern
from nlp.deid.audit.places import Found, Place
from nlp.deid.audit.scan import LONG, Scanner
from nlp.deid.audit.sightings import sightings
from nlp.deid.audit.strings import Leaf, leaves, metadata
from nlp.deid.audit.views import views

APART = "\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f"  # wider than what may stand between two parts of one identifier
DATES = r"^\d{4}(-\d\d(-\d\d)?)?([T ][\d:.]+(Z|[+-]\d\d:?\d\d)?)?$"
CHUNK = 200  # strings of a person that are read as one text
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
def seen_as(text: str) -> tuple[str, ...]:
    """Displays and codes repeat over persons."""
    return tuple(views(text))


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
        said = list(leaves(self.rows))
        for leaf in said:
            self._alone(leaf)
            if not leaf.coded:
                self._together(leaf)
        self._births(said)
        for text in metadata(self.rows):
            place = Place(self.name, "", "metadata")
            self.people.found.see(place, sightings(views(text)))
            if self.people.canaries.find(text):
                self.people.found.hit(place, "canary")

    def _alone(self, leaf: Leaf) -> None:
        """Distinct strings of one person, read as one text; only where that has a hit, each by itself."""
        for open_id, texts in self._by_subject(leaf):
            scanner = self._scanner(self.people.subject(open_id), _kind(leaf))
            for start in range(0, len(texts), CHUNK):
                some = texts[start : start + CHUNK]
                joined = APART.join(view for text in some for view in seen_as(text))
                for each, rule in ((scanner, "own"), (self.people.canaries, "canary")):
                    if each.find_in([joined]):
                        self._hit(leaf, {text for text in some if each.find_in(seen_as(text))}, rule, open_id)

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
        texts = {text for text in distinct.filter(pc.invert(dated)).to_pylist() if sightings_of(text)}
        for place, text in self._where(leaf, texts):
            self.people.found.see(place, sightings_of(text))

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
