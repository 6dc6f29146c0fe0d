"""Ids behind the gate: of own rows by the person's salt, of shared rows by the lake's key; references follow them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from nlp.deid.keys import Secret, rekey
from schemas.fhir import resource_types

FORM = re.compile(r"(?:[a-z]+://[^?#]*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")
URN = re.compile(r"urn:(?:uuid|oid):([A-Za-z0-9.-]{1,64})")
Place = tuple[int | None, str]  # subject (None: shared), source


def parse(reference: str) -> tuple[str, str] | None:
    """(type, id) of a relative or absolute reference, ("", id) of a urn; None: contained, conditional, none at all."""
    found = FORM.fullmatch(reference)
    if found:
        return found[1], found[2]
    urn = URN.fullmatch(reference)
    return ("", urn[1]) if urn else None


def shared(kind: str) -> bool:
    return kind in resource_types() and not resource_types()[kind].patient


def own(kind: str) -> bool:
    return kind in resource_types() and bool(resource_types()[kind].patient)


@dataclass
class Index:
    """Who has which rows. A type that the shard does not hold at all cannot be looked up, and is believed."""

    secrets: Mapping[int, Secret]
    lake_key: bytes
    held: set[str] = field(default_factory=set)
    _ids: dict[Place, dict[tuple[str, str], str]] = field(default_factory=dict, repr=False)
    _kinds: dict[int | None, dict[str, str]] = field(default_factory=dict, repr=False)
    _sources: dict[int | None, list[str]] = field(default_factory=dict, repr=False)

    def add(self, kind: str, rows: pa.Table) -> None:
        """The rows of one type that pass; two sources of one person may call two things alike."""
        self.held.add(kind)
        subjects = rows["subject_id"].to_pylist()
        sources = rows["source"].to_pylist() if "source" in rows.column_names else [""] * len(rows)
        for subject, source, name in zip(subjects, sources, rows["id"].to_pylist(), strict=True):
            key = self._key(subject)
            if key is None or name is None:
                continue
            mine = self._ids.get((subject, source))
            if mine is None:
                mine = self._ids[(subject, source)] = {}
                self._sources.setdefault(subject, []).append(source)
            at = (kind, name)
            taken = len(self._sources[subject]) > 1 and any(
                at in self._ids[(subject, other)] for other in self._sources[subject] if other != source
            )
            mine[at] = rekey(key, kind, f"{source}/{name}" if taken else name)

    def _key(self, subject: int | None) -> bytes | None:
        if subject is None:
            return self.lake_key
        return self.secrets[subject].salt if subject in self.secrets else None

    def open_id(self, place: Place, kind: str, name: str) -> str | None:
        """Of the row itself, or of one that a row of this person and source names."""
        subject = None if shared(kind) else place[0]
        at = (kind, name)
        for source in self._order(subject, place[1]):
            found = self._ids[(subject, source)].get(at)
            if found:
                return found
        key = self._key(subject)
        return rekey(key, kind, name) if kind not in self.held and key is not None else None

    def _order(self, subject: int | None, source: str) -> Iterable[str]:
        sources = self._sources.get(subject, [])
        return [source, *(s for s in sources if s != source)] if source in sources else sources

    def reference(self, place: Place, text: str) -> str | None:
        """Type/open id; None where it leads to nobody's row, or to somebody else's."""
        found = parse(text)
        if found is None:
            return None
        kind, name = found
        if not kind:
            kind = self._kind(place[0], name) or self._kind(None, name) or ""
        if not (shared(kind) or (own(kind) and place[0] is not None)):
            return None
        opened = self.open_id(place, kind, name)
        return f"{kind}/{opened}" if opened else None

    def _kind(self, subject: int | None, name: str) -> str | None:
        """The type of the row with this id, for references that do not say."""
        if subject not in self._kinds:
            held = [self._ids[(subject, source)] for source in self._sources.get(subject, [])]
            self._kinds[subject] = {known: kind for ids in held for kind, known in ids}
        return self._kinds[subject].get(name)
