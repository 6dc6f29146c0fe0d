"""The stage that parses pathology reports: `pathology`, and in `pathology_account` what was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa

from contract.errors import ConfigError
from contract.work import Shard
from nlp.pathology import readers
from nlp.pathology.field import Field, Reader
from nlp.pathology.readers import Place, place
from nlp.text.language import guess
from schemas.registry import table

CODE_VERSION = "2"  # raise it when the same rows and artifacts give other fields
AT_ONCE = 64  # reports that a reader is handed together
NO_ARTIFACT, OTHER_LANGUAGE, NOTHING_FOUND, CUT = "no-artifact", "other-language", "nothing-found", "cut"
ALIKE = {"laterality": "side"}  # what two readers call by two names
Key = tuple[str, str, str, str]
Said = Sequence[tuple[str, Field]]
"""(artifact, field) of one report."""


@dataclass
class ParsePathology:
    """Parameters in pipelines.yaml.

    breast, oncology: folders that `chartloom train pathology` wrote; empty: the ones shipped. require: without a
    shipped one the step fails; false: it says so in pathology_account, and the night goes on. kinds: of notes that are
    pathology reports; a note without a kind is read as one. language: of reports that neither declare nor show theirs.
    most_characters: of a report; what is beyond is not read, with a flag. least: rows with a lower score are left out.
    """

    breast: str = ""
    oncology: str = ""
    require: bool = False
    kinds: list[str] = field(default_factory=lambda: ["pathology"])
    language: str = "en"
    most_characters: int = 60_000
    least: float = 0.0

    def __post_init__(self) -> None:
        if self.most_characters < 1 or not 0 <= self.least <= 1:
            raise ConfigError("pathology: most_characters is a whole number from 1, least a score from 0 to 1.")
        if not self.kinds:
            raise ConfigError("pathology: kinds names no kind of note; expected such as [pathology].")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("notes",)

    @property
    def writes(self) -> tuple[str, ...]:
        return ("pathology", "pathology_account")

    @property
    def unit(self) -> str:
        return "note_id"

    @property
    def version(self) -> str:
        return "-".join([CODE_VERSION, *(each.artifact if each.there else NO_ARTIFACT for each in self._places)])

    @property
    def releases(self) -> bool:
        return False

    def open(self) -> None:
        _ = self._readers

    def run(self, shard: Shard) -> Shard:
        if "notes" not in shard or not len(shard["notes"]):
            return {}
        notes = [note for note in shard["notes"].to_pylist() if note["kind"] is None or note["kind"] in self.kinds]
        texts = [(note["text"] or "")[: self.most_characters] for note in notes]
        languages = [self._language(note, text) for note, text in zip(notes, texts, strict=True)]
        read = {name: self._read(reader, texts, languages) for name, reader in self._readers.items()}
        rows, account = [], []
        for at, note in enumerate(notes):
            mine = {name: said[at] for name, said in read.items() if at in said}
            told = self._rows(note, list(mine.values()))
            rows += told
            account.append(self._account(note, texts[at], list(mine), len(told)))
        return {
            "pathology": pa.Table.from_pylist(rows, schema=table("pathology").schema),
            "pathology_account": pa.Table.from_pylist(account, schema=table("pathology_account").schema),
        }

    def _read(self, reader: Reader, texts: Sequence[str], languages: Sequence[str]) -> dict[int, Said]:
        """By place, the fields of each report in a language that the reader knows."""
        mine = [at for at, language in enumerate(languages) if language in reader.languages and texts[at].strip()]
        found: dict[int, Said] = {}
        for start in range(0, len(mine), AT_ONCE):
            some = mine[start : start + AT_ONCE]
            for at, said in zip(some, reader.read([texts[at] for at in some]), strict=True):
                found[at] = [(reader.artifact, each) for each in said]
        return found

    def _rows(self, note: Mapping[str, Any], said: Sequence[Said]) -> list[dict[str, Any]]:
        kept = [[one for one in of if one[1].score >= self.least] for of in said]
        surest: dict[Key, tuple[str, Field]] = {}
        for artifact, each in once(kept):
            key = each.specimen or "", each.name, each.value, each.code or ""
            if key not in surest or surest[key][1].score < each.score:
                surest[key] = artifact, each
        ordered = [surest[key] for key in sorted(surest)]
        return [
            {
                "subject_id": note["subject_id"],
                "note_id": note["note_id"],
                "specimen": each.specimen,
                "field": each.name,
                "value": each.value,
                "system": each.system,
                "code": each.code,
                "score": each.score,
                "evidence": _evidence(note["note_id"], each),
                "artifact": artifact,
            }
            for artifact, each in ordered
        ]

    def _account(self, note: Mapping[str, Any], text: str, names: Sequence[str], rows: int) -> dict[str, Any]:
        flags = {
            CUT: len(note["text"] or "") > self.most_characters,
            NO_ARTIFACT: len(self._readers) < len(self._places),
            OTHER_LANGUAGE: bool(self._readers) and bool(text.strip()) and not names,
            NOTHING_FOUND: bool(names) and not rows,
        }
        return {
            "subject_id": note["subject_id"],
            "note_id": note["note_id"],
            "characters": len(text) if names else 0,
            "readers": list(names),
            "fields": rows,
            "flags": [name for name, true in flags.items() if true],
        }

    def _language(self, note: Mapping[str, Any], text: str) -> str:
        """What the text shows goes before what is said of it; a table or a few words show nothing."""
        return guess(text) or (note["language"] or "").replace("_", "-").partition("-")[0].lower() or self.language

    @cached_property
    def _places(self) -> tuple[Place, ...]:
        return tuple(place(name, str(getattr(self, name))) for name in readers.READERS)

    @cached_property
    def _readers(self) -> dict[str, Reader]:
        wanted = [each for each in self._places if each.there or each.named or self.require]
        return {each.name: each.load() for each in wanted}


def once(said: Sequence[Said]) -> list[tuple[str, Field]]:
    """A field of a report from one reader: the first, in the order of readers.READERS, that says anything of it."""
    told: dict[str, int] = {}
    for at, of in enumerate(said):
        for _, each in of:
            told.setdefault(ALIKE.get(each.name, each.name), at)
    return [one for at, of in enumerate(said) for one in of if told[ALIKE.get(one[1].name, one[1].name)] == at]


def _evidence(note_id: str, said: Field) -> list[dict[str, Any]]:
    ordered = sorted(said.spans, key=lambda each: -each.weight)
    names = ("start", "end", "source", "weight")
    return [{"note_id": note_id, **{name: getattr(each, name) for name in names}} for each in ordered]
