"""A text with marked spans and which of them belong together, and a reader of such texts as JSON lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from contract.errors import InputError

Span = tuple[int, int, str]  # start, end (exclusive), label
Pair = tuple[int, int]  # places among the spans


@dataclass(frozen=True)
class Related:
    """`group`: texts of one group (an abstract, a patient) never lie on two sides of a split."""

    group: str
    text: str
    spans: Sequence[Span] = ()
    relations: Sequence[Pair] = ()


def read_related(path: Path, texts: Mapping[str, str] | None = None) -> list[Related]:
    """Lines of text, spans [{start, end, label}], relations [[first, second]], and patient_id or note_id.

    `texts`: of notes by note_id, where the lines do not hold them.
    """
    return list(_lines(path, texts or {}))


def _lines(path: Path, texts: Mapping[str, str]) -> Iterator[Related]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _text(line, texts, f"{path.name}, line {number}")


def _text(line: bytes, texts: Mapping[str, str], where: str) -> Related:
    try:
        row = orjson.loads(line)
        spans = tuple((int(span["start"]), int(span["end"]), str(span["label"])) for span in row["spans"])
        relations = tuple((int(first), int(second)) for first, second in row.get("relations", ()))
        group = str(row.get("patient_id") or row.get("note_id") or where)
        text = row["text"] if "text" in row else texts[str(row["note_id"])]
        found = Related(group, str(text), spans, relations)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{where}: {type(error).__name__}; expected an object with text, spans [{{start, end, label}}] and "
            "relations [[first, second]]."
        ) from None
    _check(found, where)
    return found


def _check(found: Related, where: str) -> None:
    if any(not 0 <= start < end <= len(found.text) for start, end, _ in found.spans):
        raise InputError(f"{where}: a span is empty or lies outside the text. Offsets count characters, not bytes.")
    if any(not 0 <= at < len(found.spans) for pair in found.relations for at in pair):
        raise InputError(
            f"{where}: a relation names a span that is not there; expected places 0 to {len(found.spans) - 1} in spans."
        )
