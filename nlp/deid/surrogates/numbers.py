"""Numbers and telephones: same shape, other digits; the last four of a number are those of its surrogate."""

import re
from itertools import pairwise

from nlp.deid.surrogates.forbidden import Forbidden
from nlp.deid.surrogates.permute import ciphered, keyed

TURNS = 50
EXTENSION = re.compile(r"(?:\s*(?:ext|extension|anexo|interno|分机|转|x|#)[.:]?\s*\d+)\s*$", re.IGNORECASE)
CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")
NORTH_AMERICAN = re.compile(r"1?[2-9]\d\d[2-9]\d{6}")
LOCAL = 7  # digits of a North American number without its area
COUNTRIES = re.compile(r"(?:\+|^00)\s?(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})")


class Numbers:
    def __init__(self, salt: bytes, forbidden: Forbidden) -> None:
        self._salt, self._forbidden = salt, forbidden

    def number(self, value: str) -> str:
        """Digits to digits, letters to letters; punctuation, case and length stay."""
        draft = ciphered(self._salt, value)
        for turn in range(1, TURNS):
            if not self._forbidden.number(draft):
                break
            draft = ciphered(self._salt, value, turn)
        return draft

    def plain(self, value: str) -> str:
        """Of a house or a room: the same without a zero in front that was not there."""
        draft = self.number(value)
        if draft.startswith("0") and not value.startswith("0"):
            return str(1 + keyed(self._salt, f"front/{value}") % 9) + draft[1:]
        return draft

    def phone(self, value: str) -> str:
        """In the same format, whatever that is; North American numbers get the exchange 555, which is nobody's."""
        tail = EXTENSION.search(value)
        if tail and tail.start():
            return self.phone(value[: tail.start()]) + _digits_in(tail.group(), self.number(_digits(tail.group())))
        if re.search(r"[A-Za-z]{3}", value):
            return self.number(value)
        return _digits_in(value, self._dialled(value))

    def _dialled(self, value: str) -> str:
        digits = _digits(value)
        foreign = CHINESE_MOBILE.fullmatch(value) or (value.lstrip().startswith("+") and digits[0] != "1")
        if NORTH_AMERICAN.fullmatch(digits) and not foreign:
            return digits[:-10] + self._north_american(digits[-10:])
        if len(digits) == LOCAL:
            return "555" + ciphered(self._salt, digits[-4:])
        if CHINESE_MOBILE.fullmatch(digits[-11:]) and len(digits) in (11, 13):
            return digits[:-9] + self.number(digits[-9:])
        country = COUNTRIES.search(value)
        front = len(_digits(value[: country.end()])) if country else 0
        keep = front + (1 if len(digits) - front > 6 else 0)  # 6 and 7 are mobiles in Spain, 1 in China
        return digits[:keep] + self.number(digits[keep:])

    def _north_american(self, digits: str) -> str:
        """Area by the whole number, exchange 555, last four by the last four: a number said in part stays the same."""
        for turn in range(TURNS):
            number = keyed(self._salt, f"area/{turn}/{digits}")
            area = f"{2 + number % 8}{number // 8 % 9}{number // 72 % 10}"
            draft = f"{area}555{ciphered(self._salt, digits[-4:])}"
            if area != digits[:3] and area[1:] != "11" and not self._forbidden.number(draft):
                break
        return draft


def _digits(text: str) -> str:
    return "".join(str(int(char)) for char in text if char.isdecimal())


def _digits_in(text: str, digits: str) -> str:
    """The text with these digits in place of its own."""
    places = [place for place, char in enumerate(text) if char.isdecimal()]
    if not places:
        return text
    parts = [text[: places[0]]]
    for digit, (here, after) in zip(digits, pairwise([*places, len(text)]), strict=True):
        parts += [digit, text[here + 1 : after]]
    return "".join(parts)
