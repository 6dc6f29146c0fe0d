"""Bytes of a plain or gzipped file in pieces; a damaged end is told, not raised: what came before it is kept."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

PACKED = 1 << 19  # bytes of a gzip file unpacked at once
GZIP = 31  # zlib's name for a gzip wrapper


class Stream:
    """`damage` says why the bytes end early; empty when they end well."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self._packed, self.damage = file, path.suffix == ".gz", ""

    def pieces(self, size: int) -> Iterator[bytes]:
        if self._packed:
            yield from self._unpacked()
        else:
            while piece := self._file.read(size):
                yield piece

    def _unpacked(self) -> Iterator[bytes]:
        """Members one after another, as gzip allows."""
        member, begun = zlib.decompressobj(GZIP), False
        while packed := self._file.read(PACKED):
            while packed:
                begun = True
                try:
                    yield member.decompress(packed)
                except zlib.error:
                    self.damage = "the gzip data are corrupt"
                    return
                packed = member.unused_data
                if member.eof:
                    member, begun = zlib.decompressobj(GZIP), False
        if begun:
            self.damage = "the gzip data end early"
