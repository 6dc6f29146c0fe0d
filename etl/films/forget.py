"""A person taken out of an inbox of films: files of theirs, their lines of study tables, vectors that were kept."""

from collections.abc import Mapping
from pathlib import Path

from contract.errors import InputError
from contract.work import Leaving, Purged
from etl.films import kept
from etl.films.blocks import TABLE
from etl.films.encode import header
from etl.films.film import Unreadable
from etl.films.study_table import Line, lines
from etl.rewrite import remove, rewrite, sha256

SEARCHED = 1 << 20  # bytes of a damaged file that are searched for who it is of


def forget(files: list[Path], store: Path, columns: Mapping[str, str], folder: Path, leaving: Leaving) -> list[Purged]:
    """Pictures go before the lines that say whose they are: broken off in the middle, it can be done again."""
    tables = [file for file in files if file.suffix.lower() == TABLE]
    lists = {table: _lines(table, columns, folder) for table in tables}
    theirs = {line.file.resolve() for lines in lists.values() for line in lines if line.file and _of(line, leaving)}
    others = {line.file.resolve() for lines in lists.values() for line in lines if line.file and not _of(line, leaving)}
    gone = [file for file in files if file not in tables and file.resolve() not in others]
    gone = [file for file in gone if file.resolve() in theirs or _named(file, leaving)]
    kept.forget(store, [sha256(file) for file in gone])
    purged = [remove(file, 1) for file in gone]
    return purged + [done for table, lines in lists.items() if (done := _without(table, lines, leaving))]


def _of(line: Line, leaving: Leaving) -> bool:
    return line.header.patient_id in leaving.keys


def _lines(table: Path, columns: Mapping[str, str], folder: Path) -> list[Line]:
    try:
        return list(lines(table, columns, folder))
    except Unreadable as fault:
        raise InputError(
            f"{table}: it cannot be read ({fault.rule}), so nobody knows whether the person is in it. Mend or remove "
            "it; then `chartloom forget --resume`."
        ) from fault


def _named(file: Path, leaving: Leaving) -> bool:
    """By its header; a file that cannot be read is theirs when it names them anywhere at its beginning."""
    try:
        said = header(file, "StudyInstanceUID")
        return said is not None and said.patient_id in leaving.keys
    except Unreadable:
        with file.open("rb") as stream:
            held = stream.read(SEARCHED)
        return any(word.encode() in held for word in leaving.keys | leaving.words if word)


def _without(table: Path, found: list[Line], leaving: Leaving) -> Purged | None:
    gone = [range(line.first, line.number + 1) for line in found if _of(line, leaving)]
    if not gone:
        return None
    if len(gone) == len(found):
        return remove(table, len(gone))
    numbers = {number for lines in gone for number in lines}
    with table.open(encoding="utf-8", newline="") as stream:
        left = [line.encode() for number, line in enumerate(stream, 1) if number not in numbers]
    return rewrite(table, left, len(gone))
