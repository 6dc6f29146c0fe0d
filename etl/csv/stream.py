"""Bytes of a plain or gzipped file in pieces; a damaged end is told, not raised: what came before it is kept."""

import codecs
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

PACKED = 1 << 19  # bytes of a gzip file unpacked at once
GZIP = 31  # zlib's name for a gzip wrapper


class Stream:
    """`damage` says why the bytes end early; empty when they end well."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self._packed, self.damage = file, path.suffix.lower() == ".gz", ""

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


def as_utf8(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Text of another encoding. What is none in it stays as it stands, so that it is found to be no UTF-8."""
    if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig"):
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8", "surrogateescape")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogateescape")
