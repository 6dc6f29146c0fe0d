"""CodiEsp (CLEF eHealth 2020): clinical cases with ICD-10-CM and ICD-10-PCS codes, as notes and labels."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from contract.errors import InputError
from schemas.clinical import OPEN_NOTES
from schemas.results import LABELS

TEXTS = {"es": "text_files", "en": "text_files_en"}
SYSTEMS = {"D": "ICD-10-CM", "P": "ICD-10-PCS"}
Span = tuple[int, int, str]
"""Start, end, and how it was marked: whole (`marked`), or in pieces (`around` them all; `piece-` and a number)."""
KINDS = {"DIAGNOSTICO": "D", "PROCEDIMIENTO": "P"}


def read_notes(folder: Path, language: str = "es") -> pa.Table:
    """`notes`: one a case, by name; subject_id counts them. `language`: es as written, en as translated by machine."""
    paths = sorted((folder / TEXTS[language]).glob("*.txt"))
    if not paths:
        raise InputError(f"{folder} holds no {TEXTS[language]}/*.txt; expected the layout of CodiEsp.")
    rows = [
        {"note_id": path.stem, "subject_id": at, "language": language, "text": _text(path)}
        for at, path in enumerate(paths)
    ]
    return OPEN_NOTES.conform(pa.Table.from_pylist(rows))


def read_labels(folder: Path, task: str = "D", *, spans: bool = True) -> pa.Table:
    """`labels` of task D or P: SYSTEM//code; spans of the Spanish text, from NAMEX.tsv where there is one."""
    found: dict[tuple[str, str], set[Span]] = {}
    for name, code in _pairs(folder, task):
        found.setdefault((name, code), set())
    if spans:
        for name, code, marked in _marked(folder, task):
            found.setdefault((name, code), set()).update(marked)
    places = {name: at for at, name in enumerate(_cases(folder))}
    rows = [
        {
            "subject_id": places[name],
            "task": "icd",
            "unit_id": name,
            "label": f"{SYSTEMS[task]}//{code}",
            "source": "codiesp",
            "evidence": [
                {"note_id": name, "start": start, "end": end, "source": source, "weight": 1.0}
                for start, end, source in sorted(marked)
            ],
        }
        for (name, code), marked in sorted(found.items())
        if name in places
    ]
    return LABELS.conform(pa.Table.from_pylist(rows, LABELS.schema))


def textless(folder: Path, task: str = "D") -> set[str]:
    """Cases that have codes of task D or P and no text."""
    return {name for name, _ in _pairs(folder, task)} - set(_cases(folder))


def dotted(code: str, task: str = "D") -> str:
    """n44.8 is N44.8, n448 too; procedures have no dot."""
    plain = code.strip().upper().replace(".", "")
    return plain if task == "P" or len(plain) <= 3 else f"{plain[:3]}.{plain[3:]}"


def _cases(folder: Path) -> list[str]:
    """By name: those with a Spanish text, or where there is none, with an English one."""
    found = (sorted(path.stem for path in (folder / place).glob("*.txt")) for place in TEXTS.values())
    return next((names for names in found if names), [])


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not in UTF-8 (byte {error.start + 1}); convert it: iconv -f LATIN1 -t UTF-8 FILE > NEW."
        ) from None


def _pairs(folder: Path, task: str) -> Iterator[tuple[str, str]]:
    for cells, path, number in _lines(folder, task):
        if len(cells) < 2:
            raise InputError(f"{path.name}, line {number}: expected `case<tab>code`.")
        yield cells[0], dotted(cells[1], task)


def _marked(folder: Path, task: str) -> Iterator[tuple[str, str, list[Span]]]:
    for cells, path, number in _lines(folder, "X", required=False):
        try:
            name, kind, code, _, places = cells[:5]
            pieces = [(int(start), int(end)) for start, end in (piece.split() for piece in places.split(";"))]
        except ValueError:
            raise InputError(
                f"{path.name}, line {number}: expected `case<tab>kind<tab>code<tab>words<tab>start end;...`."
            ) from None
        if KINDS.get(kind) == task:
            yield name, dotted(code, task), _spans(pieces)


def _spans(pieces: list[tuple[int, int]]) -> list[Span]:
    """A mention in pieces is all from its first to its last character, and its pieces, which one number joins."""
    if len(pieces) == 1:
        return [(*pieces[0], "marked")]
    start, end = min(piece[0] for piece in pieces), max(piece[1] for piece in pieces)
    return [(start, end, "around"), *((*piece, f"piece-{start}-{end}") for piece in pieces)]


def _lines(folder: Path, task: str, *, required: bool = True) -> Iterator[tuple[list[str], Path, int]]:
    paths = sorted(folder.glob(f"*{task}.tsv"))
    if not paths and required:
        raise InputError(f"{folder} holds no *{task}.tsv; expected the layout of CodiEsp.")
    for path in paths:
        for number, line in enumerate(_text(path).splitlines(), 1):
            if line.strip():
                yield line.split("\t"), path, number
