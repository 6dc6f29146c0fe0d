"""Which of the languages that the layers know a text is written in, from the text itself."""

import re

ENGLISH = """
the of and to was is with for on that he she his her patient no as by at from were be has had this not an or are it in
denies history pain left right normal daily without which after there noted given follow up mg po
"""
SPANISH = """
de la el en y con los las del se por una un que al su para sin paciente no es fue lo como más tras desde años presenta
refiere derecho derecha izquierdo izquierda dolor sus mostró realizó ante donde fecha nombre
"""
FUNCTION = {"en": frozenset(ENGLISH.split()), "es": frozenset(SPANISH.split())}  # in nearly every sentence
HAN = re.compile(r"[\u3400-\u9fff]")
OTHER = re.compile(r"[\u0370-\u1fff\u2c00-\u2fef\u3040-\u30ff\ua000-\uabff\uac00-\ud7af\ufb1d-\ufdff\ufe70-\ufeff]")
WORD = re.compile(r"[^\W\d_]+")
ENOUGH = 4000  # characters looked at
LEAST, LEAD = 0.08, 1.5  # share of function words, and how much more than of any other language


def guess(text: str) -> str:
    """en, es, zh, or nothing when it is another language, a mixture, or too little to tell."""
    sample = text if len(text) <= ENOUGH else text[: ENOUGH // 2] + text[len(text) // 2 :][: ENOUGH // 2]
    words = WORD.findall(sample.lower())
    han, other = len(HAN.findall(sample)), len(OTHER.findall(sample))
    letters = sum(map(len, words)) + 1
    if other > 0.2 * letters:
        return ""
    if han > 0.15 * letters:
        return "zh"
    counts = {language: sum(w in known for w in words) for language, known in FUNCTION.items()}
    best = max(counts, key=lambda language: counts[language])
    second = max(count for language, count in counts.items() if language != best)
    several = len(FUNCTION[best].intersection(words)) >= min(2, len(words))
    sure = several and counts[best] >= max(1, LEAST * len(words)) and counts[best] > LEAD * second
    return best if sure else ""
