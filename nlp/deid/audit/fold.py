"""Text in one plain form: no accents, no other scripts' look-alikes, no invisible characters; case may be kept."""

import re
import unicodedata
from functools import cache, lru_cache

from nlp.deid.audit.knowledge import knowledge

FOREIGN = re.compile(r"[^\x00-\x7f]+")
APART = re.compile(r"[\W_]+")  # between letters and digits


def fold(text: str) -> str:
    """Case is kept, so that camel case can be told; everything else that may hide a letter or digit is undone."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text).translate(_lookalikes())
    return FOREIGN.sub(lambda run: "".join(filter(_seen, run[0])), plain) if not plain.isascii() else plain


@cache
def _lookalikes() -> dict[int, str]:
    return {ord(sign): letter for sign, letter in knowledge().lookalikes.items()}


@cache
def _seen(sign: str) -> bool:
    """False for marks on letters, zero-width characters, soft hyphens, variation selectors."""
    return sign.isascii() or unicodedata.category(sign) not in ("Mn", "Me", "Cf", "Cs", "Co")


def glued(text: str) -> str:
    """Letters and digits alone, in lower case: how what is known is compared."""
    return APART.sub("", fold(text).lower())


@lru_cache(maxsize=1 << 14)
def words(text: str) -> tuple[str, ...]:
    return tuple(word for word in APART.split(fold(text).lower()) if word)
