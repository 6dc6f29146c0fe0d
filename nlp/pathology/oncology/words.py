"""A mention as its words: small letters without accents, numerals as digits, stages of metastasis by name."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
ROMANS = re.compile(r"\b(iv|i{1,3})\b")
SPREAD = re.compile(r"m ?1[abc]?\b")  # M1, pM1b: metastases
NO_SPREAD = re.compile(r"m ?[0x]\b")
RUN = re.compile(r"[^\W\d_]+|\d+")
ABBREVIATION = re.compile(r"[A-ZÁÉÍÓÚÑ][A-Za-zÁÉÍÓÚÑáéíóúñ]{0,6}[A-ZÁÉÍÓÚÑ]s?")


def plain(text: str) -> str:
    """Small letters without accents; not of the same length."""
    if text.isascii():
        return text.lower()
    return "".join(sign for sign in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(sign))


def said(mention: str) -> str:
    """Words with one blank between them; equal for mentions that differ in nothing that matters."""
    text = ROMANS.sub(lambda found: ROMAN[found[0]], plain(mention))
    text = NO_SPREAD.sub(" mzero ", SPREAD.sub(" mone ", text))
    return " ".join(RUN.findall(text))


def grams(words: str) -> Iterator[str]:
    """Words and pairs of words."""
    run = words.split()
    yield from run
    yield from (f"{first} {second}" for first, second in pairwise(run))


def short_form(mention: str) -> bool:
    """CDI, LDCGB: what a text may explain elsewhere."""
    return ABBREVIATION.fullmatch(mention.strip()) is not None
