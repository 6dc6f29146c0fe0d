"""The study table of pictures, a CSV: whose each file is, and what it shows. DICOM files need none."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from etl.films.film import Header, Unreadable

COLUMNS = ("file", "patient_id", "study_id", "image_id", "time", "modality", "body_part", "view")
NEEDED = ("file", "patient_id", "study_id")
LONGEST = 100_000  # characters of a cell


@dataclass(frozen=True)
class Line:
    """`fault`: why the line names no file that can be read. A line of the table may span several, quoted: from `first`
    to `number`. PHI.
    """

    first: int
    number: int
    raw: str = field(repr=False)
    header: Header
    file: Path | None = field(default=None, repr=False)
    fault: Unreadable | None = None


def lines(table: Path, columns: Mapping[str, str], folder: Path) -> Iterator[Line]:
    """`columns`: ours -> theirs, of those that are called otherwise. Files are named from the table's own folder, and
    lie below `folder`. Raises Unreadable where the table cannot be read at all.
    """
    csv.field_size_limit(LONGEST)
    names = {name: columns.get(name, name) for name in COLUMNS}
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [names[name] for name in NEEDED if names[name] not in (reader.fieldnames or ())]
            if missing:
                raise Unreadable("no-column", ", ".join(missing))
            before = reader.line_num
            for row in reader:
                said = {name: (row.get(theirs) or "").strip() for name, theirs in names.items()}
                yield _line((before + 1, reader.line_num), said, table, folder)
                before = reader.line_num
    except UnicodeDecodeError:
        raise Unreadable("encoding") from None
    except csv.Error:
        raise Unreadable("cut-short") from None


def _line(place: tuple[int, int], said: dict[str, Any], table: Path, folder: Path) -> Line:
    named = said.pop("file")
    raw = ",".join([named, *said.values()])
    header = Header(**{**said, "image_id": said["image_id"] or Path(named).stem})
    if not named:
        return Line(*place, raw, header, fault=Unreadable("no-file"))
    file = table.parent / named
    if "\0" in named or not file.resolve().is_relative_to(folder.resolve()):
        return Line(*place, raw, header, fault=Unreadable("outside"))
    return Line(*place, raw, header, file, None if file.is_file() else Unreadable("not-there"))
