"""HL7 v2 files: a raw table for each kind of segment, its columns by place; a broken message is set aside whole."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from etl.csv.records import Broken
from etl.formats.format import WHOLE, Places, Rows
from etl.formats.gather import Gather
from etl.formats.hl7_erase import without_lines
from etl.formats.hl7_files import messages
from etl.formats.hl7_messages import Message, knowledge, parsed
from etl.formats.hl7_places import cell, is_place, repeats_read
from etl.mapping.files import FileFormat
from etl.mapping.language import RawTable

OTHERS = "*"
"""The raw table of all segments that have none: Z-segments and whatever else a mapping does not name."""

NOBODY = "NOBODY"
"""The raw table of what speaks of no patient, if a mapping names it: acknowledgements, master files."""


class Hl7:
    def __init__(self, _said: FileFormat, tables: tuple[RawTable, ...]) -> None:
        self._columns: dict[str, list[str]] = {}
        for table in tables:
            names = [name for column in table.read for name in column.names if is_place(name)]
            known = self._columns.setdefault(table.source_table, [])
            known += [name for name in dict.fromkeys(names) if name not in known]
        self._repeats = {name: repeats_read(columns) for name, columns in self._columns.items()}

    def tables(self, path: Path) -> Mapping[str, Sequence[str]]:
        """Every place that the mapping names: a segment has all places, most of them empty."""
        return self._columns if path.stat().st_size else {}

    def read(self, path: Path, wanted: Mapping[str, Sequence[str]]) -> Iterator[Rows]:
        cells = {name: [cell(column) for column in columns] for name, columns in wanted.items()}
        gather = Gather(wanted)
        for found in messages(path):
            message = found if isinstance(found, Broken) else parsed(found)
            if isinstance(message, Broken):
                gather.reject("MSH" if "MSH" in wanted else WHOLE, message)
                continue
            for at, name in self._places(message):
                if name in cells:
                    line = message.segments[at].line
                    gather.add(name, line, [read(message, at) for read in cells[name]])
            yield from gather.full()
        yield from gather.rest()

    def without(self, path: Path, _rows: Places, gone: Places) -> Iterator[bytes]:
        """A message goes whole when one of its segments goes."""
        return without_lines(path, {line for lines in gone.values() for line in lines})

    def _places(self, message: Message) -> Iterator[tuple[int, str]]:
        """Each segment with its raw table; in OTHERS too, if a field repeats more often than is read."""
        told = knowledge()["nobodys"]
        nobodys = message.text(0, 9, 1, 1) in told["kinds"] and message.at("PID") < 0
        for at, segment in enumerate(message.segments):
            if segment.name in self._columns:
                yield at, segment.name
                if any(message.repeats(at, place) > most for place, most in self._repeats[segment.name].items()):
                    yield at, OTHERS
            elif NOBODY in self._columns and (nobodys or segment.name in told["segments"]):
                yield at, NOBODY
            else:
                yield at, OTHERS
