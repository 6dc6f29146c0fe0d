"""Names of Han characters: a family character becomes another, each given character another of the same gender."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from nlp.deid.person import Person
from nlp.deid.surrogates.permute import keyed, permuted
from nlp.deid.surrogates.pools import faker_list, knowledge

TURNS = 50


@dataclass(frozen=True)
class Characters:
    """By what they are used for: 1 and 2 (family names so long), m, f and b (given names of men, women, both)."""

    ranked: dict[str, tuple[str, ...]]
    spare: tuple[str, ...]

    def kind(self, character: str, kinds: str) -> str:
        return next((kind for kind in kinds if character in self.ranked[kind]), "")


@cache
def characters() -> Characters:
    male, female = (set("".join(_listed(f"first_names_{gender}"))) for gender in ("male", "female"))
    family = _listed("last_names")
    return Characters(
        {
            "1": tuple(sorted({name for name in family if len(name) == 1})),
            "2": tuple(sorted({name for name in family if len(name) == 2})),
            "m": tuple(sorted(male - female)),
            "f": tuple(sorted(female - male)),
            "b": tuple(sorted(male & female)),
        },
        tuple(sorted(set(knowledge("names")["chinese_spare"]) - male - female - set(family))),
    )


def _listed(attribute: str) -> list[str]:
    return [name for locale in knowledge("names")["chinese"] for name in faker_list("person", locale, attribute)]


class ChineseNames:
    def __init__(self, person: Person, salt: bytes) -> None:
        parts = ("given", "family", "name", "line", "city", "organization")
        self._own = {i.value for i in person.identifiers if i.part in parts and not i.value.isascii()}
        self._given = {i.value for i in person.identifiers if i.part == "given"}
        self._salt = salt

    def name(self, text: str) -> str:
        """A name with its titles, which stay."""
        titles: list[str] = knowledge("names")["chinese_titles"]
        for title in titles:
            if text.endswith(title) and len(text) > len(title):
                return self.name(text.removesuffix(title)) + title
        if len(text) == 2 and text[0] in knowledge("names")["chinese_prefixes"] and text not in self._own:
            return text[0] + self._family(text[1])
        if text in self._given:
            return self.given(text)
        size = self._family_size(text)
        return self._family(text[:size]) + self.given(text[size:])

    def _family_size(self, text: str) -> int:
        if len(text) > 2 and text[:2] in characters().ranked["2"]:
            return 2
        return 1 if len(text) == 1 or text[0] in characters().ranked["1"] else 0

    def _family(self, name: str) -> str:
        kind = "2" if len(name) == 2 else "1"
        return self._other(name, kind, kind) if name else ""

    def given(self, name: str) -> str:
        for turn in range(TURNS):
            draft = "".join(self._other(char, "bfm", "b", turn) for char in name)
            if draft not in self._own or not name:
                break
        return draft

    def _other(self, name: str, kinds: str, else_kind: str, turn: int = 0) -> str:
        """Another of its kind; never itself, and no family name of the person's own."""
        kind = characters().kind(name, kinds)
        ranked = characters().ranked[kind or else_kind]
        if kind:
            draft = ranked[permuted(self._salt, f"{kind}/{turn}", ranked.index(name), len(ranked))]
            if draft != name and draft not in self._own:
                return draft
            ranked = characters().spare
        for again in range(TURNS):
            number = keyed(self._salt, f"{turn}/{again}/{name}")
            draft = "".join(ranked[(number >> 16 * place) % len(ranked)] for place in range(len(name)))
            if draft != name and draft not in self._own:
                break
        return draft

    def characters(self, text: Iterable[str]) -> str:
        """Of a place or a firm: each character another one."""
        return "".join(self._other(c, "1bfm", "1") if "\u3400" <= c <= "\u9fff" else c for c in text)
