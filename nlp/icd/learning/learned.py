"""The summary that makes terms of labels: which phrases coders marked for which code, over all persons."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from nlp.icd.learning.terms import Term, normal
from nlp.icd.learning.votes import Mark, Rules, terms
from schemas.results import LABELS, TERMS

MARKS = pa.schema(
    [
        ("phrase", pa.string()),
        ("language", pa.string()),
        ("system", pa.string()),
        ("code", pa.string()),
        ("coder", pa.string()),
        ("agrees", pa.bool_()),
    ]
)
PHRASES = pa.schema([("phrase", pa.string()), ("language", pa.string()), ("persons", pa.int64())])
NOT, DISPUTED = "NOT", "DISPUTED"
WORDS = 8  # a longer phrase is a sentence, and comes no second time


@dataclass
class LearnTerms:
    """agree: coders that make a term active. persons: in the notes of how many persons of one shard a phrase must
    stand, so that nothing said of one person alone is kept.
    """

    agree: int = 2
    persons: int = 2

    @property
    def reads(self) -> tuple[str, ...]:
        return ("notes", LABELS.name)

    @property
    def writes(self) -> tuple[str, ...]:
        return (TERMS.name,)

    @property
    def version(self) -> str:
        return "1"

    def partial(self, shard: Shard) -> Shard:
        notes, labels = shard.get("notes"), shard.get(LABELS.name)
        if notes is None or labels is None or not len(labels) or not len(notes):
            return {}
        said = texts(notes)
        marks = [mark for row in labels.to_pylist() for mark in marks_of(row, said)]
        phrases = {(str(mark["phrase"]), str(mark["language"])) for mark in marks}
        counted = _persons(phrases, said.values())
        return {
            "marks": pa.Table.from_pylist(marks, schema=MARKS),
            "phrases": pa.Table.from_pylist(counted, schema=PHRASES),
        }

    def merge(self, partials: Iterable[Shard]) -> Shard:
        parts = list(partials)
        marks = pa.concat_tables([MARKS.empty_table(), *(part["marks"] for part in parts if "marks" in part)])
        spread = self._spread(parts)
        every = [Mark(**row) for row in marks.to_pylist() if (row["phrase"], row["language"]) in spread]
        found = terms(every, Rules(agree=self.agree))
        return {TERMS.name: pa.Table.from_pylist([_row(term) for term in found], schema=TERMS.schema)}

    def _spread(self, parts: Iterable[Shard]) -> set[tuple[str, str]]:
        rows = pa.concat_tables([PHRASES.empty_table(), *(part["phrases"] for part in parts if "phrases" in part)])
        counted = rows.group_by(["phrase", "language"]).aggregate([("persons", "sum")])
        kept = counted.filter(pc.greater_equal(counted["persons_sum"], self.persons))
        return set(zip(kept["phrase"].to_pylist(), kept["language"].to_pylist(), strict=True))


@dataclass(frozen=True)
class Text:
    subject_id: int
    language: str
    text: str


def texts(notes: pa.Table) -> dict[str, Text]:
    columns = (notes[name].to_pylist() for name in ("note_id", "subject_id", "language", "text"))
    return {note: Text(who, language or "", text or "") for note, who, language, text in zip(*columns, strict=True)}


def marks_of(row: dict[str, Any], said: Mapping[str, Text]) -> Iterator[dict[str, Any]]:
    """A vote for each phrase and coder of one label; whoever says the contrary votes the contrary."""
    *head, system, code = row["label"].split("//") if row["label"].count("//") else ("", "", "")
    if row["task"] != "icd" or head not in ([], [NOT], [DISPUTED]):
        return
    yes = head != [NOT]
    coders = [*((c, yes) for c in row["coders"] or ()), *((c, not yes) for c in row["against"] or ())]
    for phrase, language in sorted(_phrases(row["evidence"] or (), said)):
        for coder, agrees in coders:
            yield {"phrase": phrase, "language": language, "system": system, "code": code, "coder": coder,
                   "agrees": agrees}  # fmt: skip


def _phrases(evidence: Iterable[dict[str, Any]], said: Mapping[str, Text]) -> set[tuple[str, str]]:
    found = set()
    for span in evidence:
        note = said.get(span["note_id"])
        if note is not None:
            phrase = normal(note.text[span["start"] : span["end"]])
            if len(phrase) > 1 and len(phrase.split()) <= WORDS and not phrase.isdigit():
                found.add((phrase, note.language))
    return found


def _persons(phrases: set[tuple[str, str]], notes: Iterable[Text]) -> list[dict[str, object]]:
    """In the notes of how many persons each phrase stands, as whole words."""
    looked = {key: re.compile(rf"(?<!\w){re.escape(key[0])}(?!\w)") for key in phrases}
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for note in notes if phrases else ():
        text = normal(note.text)
        for key, pattern in looked.items():
            if key[1] == note.language and key[0] in text and pattern.search(text):
                found[key].add(note.subject_id)
    return [{"phrase": p, "language": language, "persons": len(found[p, language])} for p, language in sorted(phrases)]


def _row(term: Term) -> dict[str, object]:
    return {name: getattr(term, name) for name in TERMS.schema.names}


def read(rows: pa.Table) -> list[Term]:
    """The table `terms` as the coder learns it."""
    return [Term(**row) for row in rows.select(TERMS.schema.names).to_pylist()]


def fingerprint(terms: Iterable[Term]) -> str:
    said = sorted(repr(term) for term in terms)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]
