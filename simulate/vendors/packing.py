"""Cells as vendors pack them: compressed and in hexadecimal digits, or RTF."""

CLEAR, END, FIRST = 256, 257, 258
LEAST_BITS, MOST_BITS = 9, 12


def lzw_hex(text: str) -> str:
    """LZW as TIFF 6.0 has it, high bits first."""
    table = _fresh()
    codes, bits = [(CLEAR, LEAST_BITS)], LEAST_BITS
    held = b""
    for byte in text.encode():
        longer = held + bytes([byte])
        if longer in table:
            held = longer
            continue
        codes.append((table[held], bits))
        table[longer] = len(table) + FIRST - 256
        held = bytes([byte])
        bits = _width(len(table) + FIRST - 256)
        if len(table) + FIRST - 256 >= (1 << MOST_BITS) - 2:
            codes.append((CLEAR, bits))
            table, bits = _fresh(), LEAST_BITS
    if held:
        codes.append((table[held], bits))
        bits = _width(len(table) + FIRST - 255)
    return _hex([*codes, (END, bits)])


def plain_hex(text: str) -> str:
    return text.encode().hex().upper()


def rtf(text: str) -> str:
    """A paragraph a line."""
    lines = "\\par\n".join(map(_escaped, text.split("\n")))
    return "{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Courier New;}}\\f0\\fs20 " + lines + "}"


def _escaped(line: str) -> str:
    plain = line.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}").replace("\t", "\\tab ")
    return "".join(letter if ord(letter) < 128 else f"\\u{ord(letter)}?" for letter in plain)


def _fresh() -> dict[bytes, int]:
    return {bytes([byte]): byte for byte in range(256)}


def _width(entries: int) -> int:
    """Bits of the next code, when the writer's table holds so many: one entry ahead of the reader's."""
    return max(LEAST_BITS, entries.bit_length())


def _hex(codes: list[tuple[int, int]]) -> str:
    bits = "".join(f"{code:0{width}b}" for code, width in codes)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)).hex().upper()
