"""Ages over 89, which say who someone is: over ninety, in figures or in words as they were."""

import re

OLDEST = 90
WORDS = {"en": "over ninety", "es": "más de noventa", "zh": "九十以上"}
HAN_AGE = re.compile(r"[一二三四五六七八九十百零〇两]+(岁|歲)?")
UNIT = re.compile(r"[-\s]+(?:years?|yrs?|y/?o|años)\b.*$", re.IGNORECASE | re.DOTALL)
SHORT = re.compile(
    r"\d\s*-?\s*(?:months?|mos?\b|weeks?|wks?|days?|hours?|hrs?|meses|semanas|días|个月|月|周|天)", re.IGNORECASE
)


def age(text: str, language: str) -> str:
    """Stays, unless it was over 89 after all."""
    old = any(int(number) >= OLDEST for number in re.findall(r"\d+", text)) and not SHORT.search(text)
    return over_ninety(text, language) if old else text


def over_ninety(text: str, language: str) -> str:
    """94 -> 90+, ninety-four -> over ninety, 94 years old -> 90+ years old."""
    numbers = re.findall(r"\d+", text)
    if numbers:
        old = [number for number in numbers if int(number) >= OLDEST] or numbers
        return re.sub(r"\d+", lambda found: f"{OLDEST}+" if found.group() in old else found.group(), text)
    if HAN_AGE.fullmatch(text):
        return "九十岁以上" if text[-1] in "岁歲" else WORDS["zh"]
    rest = UNIT.search(text)
    said = WORDS.get(language, WORDS["en"])
    return (said.upper() if text.isupper() else said) + (rest.group() if rest else "")
