"""Cells that mean nothing, as a mapping lists them: they become null."""

import pyarrow as pa
import pyarrow.compute as pc


def emptied(column: pa.ChunkedArray, empty: tuple[str, ...]) -> pa.ChunkedArray:
    """The column without cells that are one of `empty` once blanks around them are gone."""
    if not empty or not len(column):
        return column
    words = pa.array(sorted(set(empty)), pa.string())
    chunks = [
        _coded(chunk, words) if pa.types.is_dictionary(chunk.type) else _plain(chunk, words) for chunk in column.chunks
    ]
    return pa.chunked_array(chunks, column.type)


def _plain(cells: pa.Array, words: pa.Array) -> pa.Array:
    nothing = pc.is_in(pc.utf8_trim_whitespace(cells), words)
    return pc.if_else(nothing, pa.scalar(None, cells.type), cells) if pc.any(nothing).as_py() else cells


def _coded(cells: pa.DictionaryArray, words: pa.Array) -> pa.DictionaryArray:
    """Its values stay; the codes of those that mean nothing go."""
    nothing = pc.is_in(pc.utf8_trim_whitespace(cells.dictionary), words)
    if not pc.any(nothing).as_py():
        return cells
    gone = nothing.take(cells.indices).fill_null(False)
    indices = pc.if_else(gone, pa.scalar(None, cells.indices.type), cells.indices)
    return pa.DictionaryArray.from_arrays(indices, cells.dictionary)
