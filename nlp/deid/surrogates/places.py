"""Streets, towns, firms and hospitals: what names the place is replaced, what says its kind stays."""

import re
from functools import cache

from nlp.deid.surrogates.forbidden import Forbidden, fold, solid
from nlp.deid.surrogates.names import HAN, Asked, Names
from nlp.deid.surrogates.numbers import Numbers
from nlp.deid.surrogates.permute import ciphered, keyed
from nlp.deid.surrogates.pools import knowledge, pools
from nlp.deid.surrogates.words import cased

PIECE = re.compile(rf"(?P<han>[{HAN}]+)|(?P<word>(?:[^\W\d_{HAN}][\u0300-\u036f\u0900-\u097f]*)+)|\d[\d-]*\d|\d")
ACRONYM = 5  # capitals that a firm's short name may have
TURNS = 50


@cache
def _staying(kind: str) -> frozenset[str]:
    return frozenset(fold(word) for word in knowledge("places")[kind])


class Places:
    def __init__(self, salt: bytes, forbidden: Forbidden, names: Names, numbers: Numbers) -> None:
        self._salt, self._forbidden = salt, forbidden
        self._names, self._numbers = names, numbers

    def line(self, text: str, language: str) -> str:
        """12 Oak St, Apt 4B: other number, other name, the form as it was."""
        return self._worded(text, "street", language)

    def organization(self, text: str, language: str) -> str:
        made = self._worded(text, "organization", language)
        if made != text:
            return made
        if re.fullmatch(rf"[{HAN}\W]+", text):
            return self._names.chinese.given("安") + self._names.chinese.given("康") + text
        return f"{self._names.word('Name' + solid(text), Asked('HOSPITAL', language))} {text}"

    def _worded(self, text: str, kind: str, language: str) -> str:
        made, last = [], 0
        for piece in PIECE.finditer(text):
            made += [text[last : piece.start()], self._piece(piece, kind, language)]
            last = piece.end()
        return "".join(made) + text[last:]

    def _piece(self, piece: re.Match[str], kind: str, language: str) -> str:
        text = piece.group()
        if piece["han"]:
            return self._chinese(text, f"chinese_{kind}")
        if piece["word"] is None:
            return self._numbers.plain(text)
        if fold(text) in _staying(kind):
            return text
        short = len(text) == 1 or (kind == "organization" and text.isupper() and len(text) <= ACRONYM)
        if short and fold(text) not in pools().places:
            return ciphered(self._salt, text)
        return self._names.word(text, Asked("STREET", language))

    def _chinese(self, text: str, kind: str) -> str:
        stays = "|".join(sorted(knowledge("places")[kind], key=len, reverse=True))
        parts = re.split(f"({stays})", text)
        return "".join(p if place % 2 else self._names.chinese.characters(p) for place, p in enumerate(parts))

    def city(self, text: str, language: str) -> str:
        """The town as one name, so that Los Angeles does not become Los Something."""
        if re.search(f"[{HAN}]", text):
            return self._chinese(text, "chinese_street")
        return cased(self._town(" ".join(fold(text).split()), language), text, language)

    def _town(self, name: str, language: str) -> str:
        spanish = "es" in pools().places[name].kind if name in pools().places else language == "es"
        draft = name
        for turn in range(TURNS):
            number = keyed(self._salt, f"town/{turn}/{name}")
            draft = self._spanish(number) if spanish else self._english(number)
            if not self._forbidden.word(draft, name):
                break
        return draft

    def _english(self, number: int) -> str:
        endings: list[str] = knowledge("places")["city_endings"]["en"]
        ranked = pools().names["en/l"]
        return ranked[number // len(endings) % len(ranked)].removesuffix("s") + endings[number % len(endings)]

    def _spanish(self, number: int) -> str:
        fronts, ranked = knowledge("places")["city_fronts_es"], pools().names["es/l"]
        return f"{fronts[number % len(fronts)]} {ranked[number // len(fronts) % len(ranked)]}"

    def profession(self, text: str, language: str) -> str:
        """Another, common one: a rare one names its holder."""
        professions: dict[str, list[str]] = knowledge("places")["professions"]
        listed = [p for p in professions.get(language, professions["en"]) if p not in fold(text)]
        return cased(
            listed[keyed(self._salt, f"profession/{fold(text)}") % len(listed)],
            text if text.isupper() else text.lower(),
            language,
        )
