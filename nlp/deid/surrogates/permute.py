"""Keyed one-to-one maps: what makes two originals two surrogates, whatever is met first."""

import hashlib
from functools import cache

DIGITS = "0123456789"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ROUNDS = 4


def keyed(salt: bytes, what: str) -> int:
    """64 bits that are the same for the same person and question every night."""
    return int.from_bytes(
        hashlib.blake2b(what.encode("utf-8", "surrogatepass"), key=salt, digest_size=8).digest(), "big"
    )


def permuted(salt: bytes, what: str, rank: int, count: int) -> int:
    """Where `rank` stands in a permutation of `count` that salt and `what` choose (Feistel, walked until it fits)."""
    half = max(1, (count - 1).bit_length() + 1 >> 1)
    place = rank
    while True:
        place = _feistel(salt, what, place, half)
        if place < count:
            return place


def _feistel(salt: bytes, what: str, place: int, half: int) -> int:
    mask = (1 << half) - 1
    left, right = place >> half, place & mask
    for turn in range(ROUNDS):
        left, right = right, left ^ keyed(salt, f"{what}/{turn}/{right}") & mask
    return left << half | right


def ciphered(salt: bytes, text: str, turn: int = 0) -> str:
    """Digits become other digits, ASCII letters other letters of the same case; all else stays.

    Each character moves by an amount that depends on what stands right of it alone. So the map is one-to-one, no
    character stays what it was, and the last four of a number become the last four of the number's surrogate.
    """
    made: list[str] = []
    right = f"shape/{turn}/"
    for char in reversed(text):
        made.append(_moved(salt, char, right))
        if made[-1] != char:
            right += char.lower()
    return "".join(reversed(made))


def _moved(salt: bytes, char: str, right: str) -> str:
    lower = char.lower()
    if char in DIGITS:
        return DIGITS[(int(char) + 1 + keyed(salt, right) % 9) % 10]
    if lower in LETTERS and lower != "":
        letter = LETTERS[(LETTERS.index(lower) + 1 + keyed(salt, right) % 25) % 26]
        return letter if char == lower else letter.upper()
    return _other_digit(char, keyed(salt, right))


@cache
def _zero(char: str) -> int:
    """Of a digit of another script, the code of its zero; else -1."""
    return ord(char) - int(char) if char.isdecimal() else -1


def _other_digit(char: str, number: int) -> str:
    zero = _zero(char)
    return char if zero < 0 else chr(zero + (int(char) + 1 + number % 9) % 10)
