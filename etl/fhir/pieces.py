"""A file of FHIR in the pieces that it can be taken apart into: lines of NDJSON as they stand, or one document."""

from collections.abc import Iterator
from pathlib import Path

from etl.fhir.entry import BOM
from etl.fhir.files import LONGEST_LINE, opened


def pieces(file: Path) -> Iterator[bytes]:
    """Together they are the file, byte for byte. NDJSON is streamed, whatever it is called."""
    with opened(file) as stream:
        first = stream.readline(LONGEST_LINE)
        start = first.removeprefix(BOM).strip()
        if start.startswith(b"{") and start.endswith(b"}"):
            yield first
            while line := stream.readline(LONGEST_LINE):
                yield line
        elif first:
            yield first + stream.read()
