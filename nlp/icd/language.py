"""Which language a note is coded in, or that it is one the artifact has not learned."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from nlp.text.language import guess

KNOWN = ("en", "es", "fr", "de", "pt", "it", "nl", "ca", "pl", "sv")  # told apart by their commonest words
COMMON = 60  # words of a language that stand in nearly every text of it
ENOUGH, SHARE = 25, 0.12  # words that a judgment needs; share of them that must be common ones of the language
OTHER = re.compile(r"[\u0370-\u1fff\u2c00-\u2fef\u3040-\ua4ff\uac00-\ud7af\ufb1d-\ufdff\ufe70-\ufeff\u3400-\u9fff]")
DIFFERENT = 6  # common words that must be there: abbreviations of a terse note look like words of some language
WORD = re.compile(r"[^\W\d_]{2,}")
LOOKED_AT = 3000  # characters


def language(text: str, declared: str, spoken: Sequence[str], assumed: str) -> str:
    """One of `spoken`, or nothing where the note is in another language. What the text shows goes before what is said.

    A text that shows nothing (a table, three words) is taken for what is declared, else for `assumed`.
    """
    said = shows(text) or guess(text) or declared.partition("-")[0].lower() or assumed
    return said if said in spoken else ""


def shows(text: str) -> str:
    """The language most of whose common words stand in the text; nothing where that says little."""
    sample = text[:LOOKED_AT].lower()
    words = WORD.findall(sample)
    if len(OTHER.findall(sample)) > 0.2 * (sum(map(len, words)) + 1):
        return "other"
    if len(words) < ENOUGH:
        return ""
    common = _common()
    counts = Counter(name for word in words for name in common.get(word, ()))
    different = Counter(name for word in set(words) for name in common.get(word, ()))
    (best, most), *_ = counts.most_common(1) or [("", 0)]
    return best if most >= SHARE * len(words) and different[best] >= DIFFERENT else ""


@cache
def _common() -> dict[str, tuple[str, ...]]:
    """Word -> the languages it is common in."""
    from wordfreq import top_n_list  # reads its lists: not before a note is there

    held: dict[str, tuple[str, ...]] = {}
    for name in KNOWN:
        for word in top_n_list(name, COMMON, wordlist="small"):
            held[word] = (*held.get(word, ()), name)
    return held
