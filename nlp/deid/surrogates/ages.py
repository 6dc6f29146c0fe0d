"""Ages over 89, which say who someone is: over ninety, in figures or in words as they were."""

import re

WORDS = {"en": "over ninety", "es": "más de noventa", "zh": "九十以上"}
HAN_AGE = re.compile(r"[一二三四五六七八九十百零〇两]+(岁|歲)?")


def over_ninety(text: str, language: str) -> str:
    """94 -> 90+, ninety-four -> over ninety, 94 years old -> 90+ years old."""
    if re.search(r"\d", text):
        return re.sub(r"\d+", "90+", text, count=1)
    if HAN_AGE.fullmatch(text):
        return "九十岁以上" if text[-1] in "岁歲" else "九十以上"
    rest = re.search(r"[-\s]+(?:years?|yrs?|y/?o|años)\b.*$", text, re.IGNORECASE)
    said = WORDS.get(language, WORDS["en"])
    return (said.upper() if text.isupper() else said) + (rest.group() if rest else "")
