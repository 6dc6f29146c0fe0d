"""LZW as TIFF 6.0 (section 13) has it, in which clinical systems keep blobs: codes of 9 bits and more, high bits first.

256 empties the table, 257 ends. A code grows by a bit one entry before the table needs it. TIFF stops at 12 bits; the
blobs of clinical systems are said to go to 13, so a table may grow that far.
"""

CLEAR, END, FIRST = 256, 257, 258
LEAST_BITS, MOST_BITS = 9, 13


def lzw_expanded(packed: bytes, most: int) -> bytes:
    """Up to the end code, or to the end of the bytes; ValueError for what is no LZW or swells beyond `most`."""
    table, out, size = _fresh(), list[bytes](), 0
    bits, last, at, held, width = LEAST_BITS, b"", 0, 0, 0
    while True:
        while width < bits:
            if at == len(packed):
                return b"".join(out)
            held, width, at = (held << 8) | packed[at], width + 8, at + 1
        width -= bits
        code, held = held >> width, held & ((1 << width) - 1)
        if code == END:
            return b"".join(out)
        if code == CLEAR:
            table, bits, last = _fresh(), LEAST_BITS, b""
            continue
        last = _next(table, code, last)
        out.append(last)
        size += len(last)
        if size > most:
            raise ValueError("too long")
        if len(table) + 1 >= 1 << bits and bits < MOST_BITS:
            bits += 1


def _fresh() -> list[bytes]:
    return [*(bytes([byte]) for byte in range(256)), b"", b""]


def _next(table: list[bytes], code: int, last: bytes) -> bytes:
    """What the code says; the table learns it, too."""
    if code > len(table) or (code == len(table) and not last) or CLEAR <= code < FIRST:
        raise ValueError("no such code")
    said = table[code] if code < len(table) else last + last[:1]
    if last and len(table) < 1 << MOST_BITS:
        table.append(last + said[:1])
    return said
