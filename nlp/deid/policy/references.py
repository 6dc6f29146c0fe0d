"""Ids behind the gate: of own rows by the person's salt, of shared rows by the lake's key; references follow them."""

import re
from collections.abc import Callable, Mapping
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
    _ids: dict[Place, dict[str, dict[str, str]]] = field(default_factory=dict, repr=False)  # by type, by id
    _kinds: dict[int | None, dict[str, str]] = field(default_factory=dict, repr=False)
    _sources: dict[int | None, list[str]] = field(default_factory=dict, repr=False)
    _lookups: dict[tuple[Place, str], Callable[[str], str | None]] = field(default_factory=dict, repr=False)

    def beside(self, held: set[str]) -> "Index":
        """A new index of the same rows, to which others are added; of the types `held` there are rows somewhere."""
        ids = {place: dict(kinds) for place, kinds in self._ids.items()}
        sources = {subject: list(names) for subject, names in self._sources.items()}
        return Index(self.secrets, self.lake_key, held | self.held, ids, _sources=sources)

    def add(self, kind: str, rows: pa.Table) -> None:
        """The rows of one type that pass; two sources of one person may call two things alike."""
        self.held.add(kind)
        subjects = rows["subject_id"].to_pylist() if "subject_id" in rows.column_names else [None] * len(rows)
        sources = rows["source"].to_pylist() if "source" in rows.column_names else [""] * len(rows)
        held: dict[Place, dict[str, None]] = {}
        for subject, source, name in zip(subjects, sources, rows["id"].to_pylist(), strict=True):
            held.setdefault((subject, source), {})[name] = None
        for (subject, source), names in held.items():
            key = self._key(subject)
            if key is not None:
                others = [self._ids[subject, other].get(kind, {}) for other in self._sources.get(subject, ())]
                taken = set().union(*others) if others else set()
                mine = {n: rekey(key, kind, f"{source}/{n}" if n in taken else n) for n in names if n is not None}
                if (subject, source) not in self._ids:
                    self._sources.setdefault(subject, []).append(source)
                self._ids.setdefault((subject, source), {}).setdefault(kind, {}).update(mine)

    def _key(self, subject: int | None) -> bytes | None:
        if subject is None:
            return self.lake_key
        return self.secrets[subject].salt if subject in self.secrets else None

    def lookup(self, place: Place, kind: str) -> Callable[[str], str | None]:
        """From ids that this person and source name to open ids."""
        subject = None if shared(kind) else place[0]
        sources = self._sources.get(subject, [])
        order = [source for source in sources if source == place[1]] + [s for s in sources if s != place[1]]
        found = [held for source in order if (held := self._ids[subject, source].get(kind))]
        key = self._key(subject)
        if not found and kind not in self.held and key is not None:
            return lambda name: rekey(key, kind, name)
        return found[0].get if len(found) == 1 else lambda name: next((h[name] for h in found if name in h), None)

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
        if (place, kind) not in self._lookups:
            self._lookups[place, kind] = self.lookup(place, kind)
        opened = self._lookups[place, kind](name)
        return f"{kind}/{opened}" if opened else None

    def _kind(self, subject: int | None, name: str) -> str | None:
        """The type of the row with this id, for references that do not say."""
        if subject not in self._kinds:
            held = [self._ids[subject, source] for source in self._sources.get(subject, [])]
            self._kinds[subject] = {known: kind for kinds in held for kind, ids in kinds.items() for known in ids}
        return self._kinds[subject].get(name)
