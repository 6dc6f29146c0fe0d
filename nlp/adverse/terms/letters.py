"""Texts as names are compared: small letters, no accents, every other sign a space; length kept."""

import re
import unicodedata

APOSTROPHE = re.compile(r"(?<=[a-z])[ ]s(?![a-z0-9])")


class _Table(dict[int, str]):
    """Each character met once."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFD", chr(code))[:1].lower()
        value = plain if len(plain) == 1 and plain.isalnum() else " "
        self[code] = value
        return value


TABLE = _Table()


def folded(text: str) -> str:
    """Of the same length, so that offsets hold."""
    return text.translate(TABLE)


def key(text: str) -> str:
    """Words with one space between."""
    return " ".join(folded(text).split())


def plurals(word: str) -> list[str]:
    """English and Spanish plurals of a phrase's last word, where it may have one."""
    if len(word) < 4 or word.endswith(("s", "x", "z")) or not word[-1].isalpha():
        return []
    if word.endswith("y") and word[-2] not in "aeiou":
        return [word[:-1] + "ies"]
    return [word + "s", word + "es"] if word.endswith(("r", "l", "n", "d")) else [word + "s"]
