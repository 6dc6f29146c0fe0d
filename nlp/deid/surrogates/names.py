"""Names as text has them: any order, case and separators; glued, spaced out, initials, titles, possessives."""

import re
from dataclasses import dataclass

from nlp.deid.person import Person
from nlp.deid.surrogates.chinese import ChineseNames
from nlp.deid.surrogates.forbidden import fold
from nlp.deid.surrogates.permute import LETTERS, ciphered, keyed
from nlp.deid.surrogates.pools import knowledge, pools
from nlp.deid.surrogates.words import Words, cased

HAN = r"\u3400-\u9fff"
LETTER = rf"[^\W\d_{HAN}][\u0300-\u036f\u0900-\u097f]*"
TOKEN = re.compile(rf"[{HAN}]+|(?P<word>(?:{LETTER})+(?:['’](?![sS]\b)(?:{LETTER})+)*)(?:['’][sS]\b)?|\d+")
SPACED = re.compile(r"(?:[^\W\d_]\s){3,}[^\W\d_]")
INITIALS = 3  # letters that capitals in no list may have to be initials


@dataclass(frozen=True)
class Asked:
    """How a name is asked for: `hint` is m, f or l and counts for words of no list."""

    label: str = "PATIENT"
    language: str = "en"
    hint: str = "l"


class Names:
    def __init__(self, person: Person, salt: bytes, words: Words) -> None:
        self._person, self._salt, self._words = person, salt, words
        self.chinese = ChineseNames(person, salt)
        self._kept = frozenset(fold(word) for word in knowledge("names")["kept"])
        self._small = frozenset(knowledge("names")["kept_small"])

    def name(self, text: str, asked: Asked) -> str:
        if SPACED.fullmatch(text):
            spaced = self._spaced(text, asked)
            if spaced:
                return spaced
        tokens = list(TOKEN.finditer(text))
        alone = len(tokens) == 1
        made: list[str] = []
        last = 0
        for token in tokens:
            made += [text[last : token.start()], self._token(token, asked, alone=alone)]
            last = token.end("word") if token["word"] else token.end()  # a possessive stays
        return "".join(made) + text[last:]

    def _token(self, token: re.Match[str], asked: Asked, *, alone: bool) -> str:
        text = token["word"] or token.group()
        if token["word"] is None:
            return ciphered(self._salt, text) if text.isdecimal() else self.chinese.name(text)
        if self.stays(text):
            return text
        if len(text) == 1:
            return self.initial(text, asked.label)
        if alone and self._is_initials(text):
            return "".join(self.initial(letter, asked.label) for letter in text)
        return self.word(text, asked)

    def stays(self, word: str) -> bool:
        """Titles and particles, unless somebody of the person's is called so."""
        return (fold(word) in self._kept or word in self._small) and fold(word) not in self._words.known

    def word(self, text: str, asked: Asked) -> str:
        parts = self._words.glued(text) or (text,)
        made = "".join(self._words.drawn(part, asked.hint) for part in parts)
        return cased(made, text, asked.language)

    def _is_initials(self, text: str) -> bool:
        known = fold(text) in self._words.known or fold(text) in pools().places
        return text.isupper() and len(text) <= INITIALS and not known

    def initial(self, letter: str, label: str) -> str:
        """Of the surrogate of the person's name with this initial; else the letter moved by the person's amount."""
        said = (i.value for i in self._person.of(label) if i.part in ("given", "family", "name"))
        for word in (word for value in said for word in value.split()):
            if fold(word)[:1] == fold(letter) and word[0].isascii():
                made = cased(self._words.drawn(word), "a", "en")[0]
                return made.upper() if letter.isupper() else made
        if fold(letter) not in LETTERS:
            return letter
        moved = LETTERS[(LETTERS.index(fold(letter)) + 1 + keyed(self._salt, "initial") % 25) % 26]
        return moved.upper() if letter.isupper() else moved

    def _spaced(self, text: str, asked: Asked) -> str:
        """S m i t h: where the letters make a known name, its surrogate spaced out as well."""
        joined = "".join(text.split())
        if fold(joined) in self._words.known or self._words.glued(joined):
            return " ".join(self.word(joined, asked))
        return ""
