"""Open ids back to real ones: recomputed for a person's own rows, so nobody without phi/identities can do it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from contract.work import Shard
from nlp.deid.keys import Secret, rekey

ENCOUNTERS = ("phi/fhir/Encounter", "phi/timeline", "phi/notes")
STUDIES = ("phi/fhir/ImagingStudy", "phi/embeddings")


def standing(identities: pa.Table) -> dict[int, Secret]:
    """By subject_id, of the subjects that stand for themselves."""
    columns = ("subject_id", "open_id", "salt", "offset_weeks", "merged_into")
    rows = zip(*(identities[name].to_pylist() for name in columns), strict=True)
    return {
        subject: Secret(subject, opened, salt, weeks) for subject, opened, salt, weeks, into in rows if into is None
    }


@dataclass(frozen=True)
class Crosswalk:
    """Of the persons that results speak of. Ids are drawn with a person's salt: one is never two persons'."""

    shard: Shard
    persons: Mapping[int, Secret]  # by open_id
    _sources: Mapping[int, frozenset[str]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, shard: Shard, results: Iterable[pa.Table]) -> "Crosswalk":
        identities = shard["phi/identities"]
        wanted = {subject for rows in results for subject in rows["subject_id"].unique().to_pylist()}
        persons = {secret.open_id: secret for secret in standing(identities).values() if secret.open_id in wanted}
        return cls(shard, persons, _sources(identities))

    @classmethod
    def of_subjects(cls, shard: Shard, subjects: Iterable[int]) -> "Crosswalk":
        """Of some subjects of the PHI side."""
        identities, wanted = shard["phi/identities"], set(subjects)
        persons = {secret.open_id: secret for secret in standing(identities).values() if secret.subject_id in wanted}
        return cls(shard, persons, _sources(identities))

    def encounters(self) -> dict[str, str]:
        """Of encounters, and of notes that are their own."""
        named = [("id" if "/fhir/" in name else "encounter_id", name) for name in ENCOUNTERS]
        found = {k: v for column, name in named for k, v in self._opened(name, column, "Encounter").items()}
        return self.notes() | found

    def notes(self) -> dict[str, str]:
        return self._opened("phi/notes", "note_id", "note")

    def studies(self) -> dict[str, str]:
        named = [("id" if "/fhir/" in name else "study_id", name) for name in STUDIES]
        return {k: v for column, name in named for k, v in self._opened(name, column, "ImagingStudy").items()}

    def events(self) -> dict[str, str]:
        """Type/id of all that the timeline was made of."""
        return self._opened("phi/timeline", "fhir_id", "")

    def _opened(self, name: str, column: str, kind: str) -> dict[str, str]:
        """Open id -> id. The kind is the FHIR type, or stands in front of the id."""
        by_subject = {secret.subject_id: secret for secret in self.persons.values()}
        found = {}
        for subject, value in _pairs(self.shard.get(name), column):
            if subject in by_subject:
                for text in self._spellings(subject, value if kind else value.partition("/")[2]):
                    said = kind or value.partition("/")[0]
                    opened = rekey(by_subject[subject].salt, said, text)
                    found[opened if kind else f"{said}/{opened}"] = value
        return found

    def _spellings(self, subject: int, value: str) -> list[str]:
        """What an id may have been opened as: where two sources call two things alike, with the source in front."""
        sources = self._sources.get(subject, frozenset())
        return [*(f"{source}/{value}" for source in sources if len(sources) > 1), value]


def _sources(identities: pa.Table) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    columns = (identities[name].to_pylist() for name in ("subject_id", "merged_into", "source"))
    for own, into, source in zip(*columns, strict=True):
        found.setdefault(own if into is None else into, set()).add(source)
    return {subject: frozenset(sources) for subject, sources in found.items()}


def _pairs(rows: pa.Table | None, column: str) -> list[tuple[int, str]]:
    if rows is None or column not in rows.column_names or "subject_id" not in rows.column_names or not len(rows):
        return []
    each = rows.select(["subject_id", column]).group_by(["subject_id", column]).aggregate([])
    both = zip(each["subject_id"].to_pylist(), each[column].to_pylist(), strict=True)
    return [(subject, value) for subject, value in both if subject is not None and value is not None]
