"""What stands in a delimited file beside its rows: lines to skip, column names, comments; and how it is encoded."""

import re
from dataclasses import dataclass
from functools import cache

from etl.csv.layout import BOM, Layout


@dataclass(frozen=True)
class Written:
    """`skip`: lines before all else. `comment`: lines that begin so are none. `headed`: a line names the columns."""

    skip: int = 0
    comment: str = ""
    headed: bool = True
    encoding: str = "utf-8"

    def header(self, data: bytes) -> tuple[int, int] | None:
        """Where the line with the names, or the first row, begins, and the lines before it. None: not in the data."""
        at = len(BOM) if data.startswith(BOM) else 0
        for _ in range(self.skip):
            at = data.find(b"\n", at) + 1
            if not at:
                return None
        line = self.skip
        mark = self.comment.encode()
        while mark and data.startswith(mark, at) and b"\n" in data[at:]:
            at, line = data.index(b"\n", at) + 1, line + 1
        return (at, line) if b"\n" in data[at:] and not (mark and data.startswith(mark, at)) else None

    def rows(self, data: bytes) -> tuple[int, int] | None:
        """Where the first row begins, and the lines before it."""
        if self.headed and not self.skip and not self.comment:  # most files
            end = data.find(b"\n") + 1
            return (end, 1) if end else None
        found = self.header(data)
        if found is None or not self.headed:
            return found
        return data.index(b"\n", found[0]) + 1, found[1] + 1

    def uncommented(self, data: bytes, layout: Layout, last: bool) -> bytes:
        """Comments become blank lines, which are no rows but counted; one that is not whole yet stays."""
        mark = self.comment.encode()
        if not mark or (b"\n" + mark not in data and not data.startswith(mark)):
            return data
        return _comments(self.comment, layout, last).sub(lambda found: found["cell"] or b"", data)


PLAIN = Written()


@cache
def _comments(mark: str, layout: Layout, last: bool) -> re.Pattern[bytes]:
    """A quoted cell, which may hold lines that look like comments, or a comment."""
    before = re.escape(layout.delimiter)
    cell = rf'(?:^|(?<={before}))"(?:[^"]++|"")*+(?:"|\Z)' if layout.quoting else r"(?!)"
    end = r"(?=\n|\Z)" if last else r"(?=\n)"
    return re.compile(rf"(?P<cell>{cell})|^{re.escape(mark)}[^\n]*+{end}".encode(), re.MULTILINE)
