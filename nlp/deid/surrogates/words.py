"""One word of a name to one word: of the same class, never of the person, the same for every note and night."""

import re
import unicodedata
from collections.abc import Collection
from functools import cached_property

from rapidfuzz.distance import OSA

from nlp.deid.labels import NAMES
from nlp.deid.note import WORD
from nlp.deid.person import Person
from nlp.deid.surrogates.forbidden import Forbidden, fold, nicknames_of
from nlp.deid.surrogates.permute import keyed, permuted
from nlp.deid.surrogates.pools import Halves, knowledge, pools

TRIES = 200
MISSPELT = 5  # letters from which a word one edit away from a known name is that name
SCRIPTS = {
    "CYRILLIC": "russian", "GREEK": "greek", "ARABIC": "arabic", "HEBREW": "hebrew", "DEVANAGARI": "hindi",
    "HANGUL": "korean",
}  # fmt: skip
HARD = re.compile(
    r"[b-df-hj-np-tv-xz]{4}|(.)\1\1|([b-df-hj-kmnp-tv-xz])\2$|[b-df-hj-np-tv-z]{3}$|kk|hh|jj|vv|ww"
)  # to say
HANGUL = re.compile(r"[\uac00-\ud7a3]{3,4}")  # a Korean name, family name first
GENDERS = {"male": "m", "female": "f"}


class Words:
    def __init__(self, person: Person, salt: bytes, forbidden: Forbidden) -> None:
        self._person, self._salt, self._forbidden = person, salt, forbidden
        self._drawn: dict[tuple[str, str], str] = {}

    @cached_property
    def known(self) -> dict[str, tuple[str, str]]:
        """Word of a name of the person, relatives and staff, or a nickname -> the word it stands for, and a hint."""
        said = [i for i in self._person.identifiers if i.label in NAMES and i.part in ("given", "family", "name")]
        gender = GENDERS.get(self._person.gender, "m")
        kept = set(knowledge("names")["kept"])
        found: dict[str, tuple[str, str]] = {}
        for one in sorted(said, key=lambda i: (i.part != "given", i.label, i.value)):
            for word in WORD.findall(one.value):
                name = fold(word)
                if len(name) > 1 and (name not in kept or one.value.strip() == word):
                    hint = gender if one.label == "PATIENT" else "m"
                    found.setdefault(name, (name, hint if one.part == "given" else "l"))
        for name, (_, hint) in sorted(found.items()):
            if hint != "l":
                found.update({nick: (name, hint) for nick in nicknames_of(name) if nick not in found})
        return found

    def resolved(self, word: str, hint: str) -> tuple[str, str]:
        """The word that this one stands for: itself, or the known name that it is a nickname or a slip of."""
        name = fold(word)
        if name in self.known:
            return self.known[name]
        if len(name) >= MISSPELT and name not in pools().places:
            near = [known for known in self.known if len(known) >= MISSPELT and _one_edit(name, known)]
            if near:
                return self.known[min(near)]
        return name, hint

    def drawn(self, word: str, hint: str = "l") -> str:
        """As the list writes it: capital first. `hint` (m, f, l) counts only for names of no list."""
        asked = self.resolved(word, hint)
        if asked not in self._drawn:
            self._drawn[asked] = self._draw(*asked)
        return self._drawn[asked]

    def _draw(self, name: str, hint: str) -> str:
        place = pools().places.get(name)
        if place:
            ranked = pools().bands[(place.kind, place.band)]
            draft = ranked[permuted(self._salt, f"{place.kind}/{place.band}", place.rank, len(ranked))]
            if not self._forbidden.word(draft, name):
                return draft
            hint = place.kind.rsplit("/")[-1][-1]
        if HANGUL.fullmatch(name) and name[0] in pools().places:
            return self.drawn(name[0]) + self.drawn(name[1:], "m")
        return self._reserved.get(name) or self._of_no_list(name, hint, self._reserved.values())

    @cached_property
    def _reserved(self) -> dict[str, str]:
        """Of the known names of no list, so that no two of them, and no other name, ever get the same."""
        found: dict[str, str] = {}
        unlisted = {(name, hint) for name, hint in self.known.values() if name not in pools().places}
        for name, hint in sorted(unlisted, key=lambda one: keyed(self._salt, f"first/{one[0]}")):
            found[name] = self._of_no_list(name, hint, found.values())
        return found

    def _of_no_list(self, name: str, hint: str, taken: Collection[str]) -> str:
        """Names of no list get names of no list, out of a space so large that two do not meet."""
        script = _script(name)
        halves = self._halves(script or _origin(name), hint)
        draft = name
        for turn in range(TRIES):
            number = keyed(self._salt, f"{hint}/{turn}/{name}")
            draft = halves.name(number % halves.count) if halves else _listed(script, hint, number)
            unfit = halves is not None and (fold(draft) in pools().places or HARD.search(fold(draft)))
            if not unfit and draft not in taken and not self._forbidden.word(draft, name):
                break
        return draft

    @staticmethod
    def _halves(origin: str, hint: str) -> Halves | None:
        halves = pools().halves
        return halves.get(f"{origin}/{hint}") or halves.get(f"{origin}/l")

    def glued(self, word: str) -> tuple[str, str] | None:
        """The two known names that a word is made of, as in johnsmith."""
        name = fold(word)
        if name in self.known or name in pools().places:
            return None
        cuts = ((name[:cut], name[cut:]) for cut in range(2, len(name) - 1))
        return next((cut for cut in cuts if cut[0] in self.known and cut[1] in self.known), None)


def _one_edit(one: str, other: str) -> bool:
    return abs(len(one) - len(other)) <= 1 and OSA.distance(one, other, score_cutoff=1) <= 1


def _listed(script: str, hint: str, number: int) -> str:
    ranked = pools().names.get(f"{script}/{hint}") or pools().names[f"{script}/l"]
    return ranked[number % len(ranked)]


def _script(name: str) -> str:
    """The group of names of the word's script; nothing for Latin and for scripts without names of their own."""
    return SCRIPTS.get(unicodedata.name(name[0], "").split(" ")[0], "") if name and not name.isascii() else ""


def _origin(name: str) -> str:
    return "es" if re.search(knowledge("names")["spanish_endings"], name) else "en"


def cased(draft: str, original: str, language: str) -> str:
    """The draft in the case of the original, and in English text without accents where the original has none."""
    if original.isascii() and language != "es":
        draft = "".join(c for c in unicodedata.normalize("NFKD", draft) if not unicodedata.combining(c))
    if original.isupper() and len(original) > 1:
        return draft.upper()
    return draft.lower() if original.islower() else draft
