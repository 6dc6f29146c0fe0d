"""C-CDA documents: one file holds many raw tables, those of fhir_mappings/ccda/reader/entries.yaml."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from etl.cda.knowledge import columns
from etl.cda.parse import Refused, holds, parse
from etl.cda.rows import rows
from etl.csv.records import Broken
from etl.formats.format import WHOLE, Places, Rows
from etl.formats.gather import Gather
from etl.mapping.files import FileFormat
from etl.mapping.language import RawTable

DOCUMENT = "document"  # the raw table of documents


class Ccda:
    """A document that is refused is one broken line; the documents beside it are read."""

    def __init__(self, said: FileFormat, tables: tuple[RawTable, ...]) -> None:
        self._said, self._tables = said, tables

    def tables(self, path: Path) -> Mapping[str, Sequence[str]]:
        """What a document may hold; a file of no bytes holds nothing."""
        return columns() if holds(path) else {}

    def read(self, path: Path, wanted: Mapping[str, Sequence[str]]) -> Iterator[Rows]:
        gather = Gather(wanted)
        try:
            for table, line, cells in rows(parse(path), frozenset(wanted)):
                gather.say(table, line, cells)
                yield from gather.full()
        except Refused as refused:  # before the first row
            gather.reject(
                DOCUMENT if DOCUMENT in wanted else WHOLE,
                Broken(refused.line, refused.rule, refused.raw, message=refused.message),
            )
        yield from gather.rest()

    def without(self, path: Path, rows: Places, gone: Places) -> Iterator[bytes]:  # noqa: ARG002
        """A document is about one person: with any row of theirs all of it goes."""
        yield b""
