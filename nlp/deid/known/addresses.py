"""Known addresses and organisations in a text: streets in any abbreviation, towns, states, postal codes."""

import re
from collections.abc import Iterator

from nlp.deid.known import context
from nlp.deid.known.knowledge import clinical, knowledge, ordinary
from nlp.deid.known.page import IN_HAN, Page, words_of
from nlp.deid.known.runs import EXACT, LAYER, WEAK
from nlp.deid.person import Identifier, Person
from nlp.deid.span import Span

GAP = re.compile(r"[\s.,#'’ºª/:-]{0,4}")
UNIT = re.compile(
    r"[,\s]{0,3}(?:(?:apt|apartment|unit|suite|ste|room|rm|piso|puerta|dpto)\b\.?[\s#]{0,2}|#\s?)"
    r"\w{1,5}\b(?:[ -][a-z]\b)?"
)
PLUS4 = re.compile(r"-\d{4}\b")
DOSE = re.compile(r"\s?(?:mg|ml|mcg|units?|iu|cells?|steps|/)")
Line = tuple[str, ...]


class AddressFinder:
    def __init__(self, person: Person, language: str) -> None:
        self.language = language
        know = knowledge()
        self.ways, self.directions = know.spellings("ways"), know.spellings("directions")
        self.units, self.fillers, self.generic = know.words("units"), know.words("fillers"), know.words("generic")
        self.lines: set[Line] = set()
        self.towns: dict[Line, str] = {}
        self.names: dict[Line, str] = {}
        self.zips: set[str] = set()
        self.states: set[str] = set()
        self.han: dict[str, str] = {}
        for found in person.identifiers:
            self._add(found)

    def _add(self, found: Identifier) -> None:
        words = tuple(words_of(found.value))
        if not words or "".join(words) in knowledge().words("useless"):
            return
        label = {"line": "STREET", "city": "CITY", "district": "CITY", "state": "STATE"}.get(found.part, found.label)
        if IN_HAN.search(found.value) and found.part in ("line", "city", "district", "state", "organization"):
            self._chinese("".join(words), label)
        elif found.part == "line":
            self.lines.add(self._core(words))
        elif found.part in ("city", "district"):
            self.towns[words] = "CITY"
        elif found.part == "state":
            self._state(" ".join(words))
        elif found.part == "zip" and len("".join(words)) > 3:
            self.zips.update(
                {found.value.strip().lower(), words[0]} if len(words[0]) > 3 else {found.value.strip().lower()}
            )
        elif found.part == "organization":
            self._organization(words, found.label)

    def _chinese(self, value: str, label: str) -> None:
        if len(value) > 1:
            self.han[value] = label
            for found in re.finditer("[省市区县]", value if label == "STREET" else ""):
                if len(value) - found.end() > 3:
                    self.han[value[found.end() :]] = label
            if label in ("CITY", "STATE") and len(value) > 2:
                self.han[value.rstrip("省市区县")] = label

    def _core(self, words: Line) -> Line:
        """A line without its unit, which is looked for behind it."""
        cut = next((at for at, word in enumerate(words) if at > 1 and word in self.units), len(words))
        return words[:cut]

    def _state(self, value: str) -> None:
        codes = knowledge().said["states"]
        names = {name: code for code, name in codes.items()}
        full, code = codes.get(value, value), names.get(value, value if len(value) == 2 else "")
        self.towns[tuple(full.split())] = "STATE"
        self.states.update([code] if code else [])

    def _organization(self, words: Line, label: str) -> None:
        """The whole name, and the name without what every hospital is called, where two words are left."""
        own = tuple(word for word in words if word not in self.generic)
        if len(words) > 1 and own:
            self.names[words] = label
            rare = tuple(w for w in words[: max(i for i, w in enumerate(words) if w not in self.generic) + 1])
            if len(own) > 1 and len(rare) > 1:
                self.names.setdefault(rare, label)
        if len(own) == 1 and len(own[0]) > 3 and not ordinary(own[0], "es"):
            self.names.setdefault(own, label)

    def find(self, page: Page) -> Iterator[Span]:
        for line in self.lines:
            yield from self._line(page, line)
        for words, label in (*self.towns.items(), *self.names.items()):
            if words[0] in page.index:
                yield from self._named(page, words, label)
        for code in self.states & page.index.keys():
            yield from (Span(*page.spans[n], "STATE", LAYER, WEAK) for n in page.index[code] if self._coded(page, n))
        yield from self._zips(page)
        for form, label in self.han.items():
            if form in page.squeezed:
                yield from _chinese_places(page, form, label)

    def _line(self, page: Page, line: Line) -> Iterator[Span]:
        """From the house number, or from the name where a kind of street follows."""
        from_name = next((at for at, w in enumerate(line) if not w.isdigit() and w not in self.fillers), 0)
        for skip in sorted({0, from_name}):
            rest = line[skip:]
            number = bool(rest) and (rest[0].isdigit() or any(w.isdigit() for w in rest))
            for at in [] if not rest else self._starts(page, rest[0]):
                last = self._follow(page, at, rest, number)
                if last is not None:
                    end = page.spans[last][1]
                    unit = UNIT.match(page.folded, end)
                    yield Span(page.spans[at][0], unit.end() if unit else end, "STREET", LAYER, EXACT)

    def _starts(self, page: Page, word: str) -> list[int]:
        """Where a word of an address stands, in any of its spellings."""
        made = list(page.index.get(word, ()))
        for spellings in (self.ways, self.directions):
            canon = spellings.get(word)
            made += [
                at for w, c in spellings.items() if canon and c == canon and w != word for at in page.index.get(w, ())
            ]
        return made

    def _follow(self, page: Page, at: int, line: Line, number: bool) -> int | None:
        """The last word of the page that the line reaches, when its number or kind and a name are there."""
        step, last, names, way = 0, at - 1, 0, False
        while step < len(line):
            loose = line[step] in self.ways or line[step] in self.directions or line[step] in self.fillers
            if at < len(page.words) and (last < 0 or at == last + 1) and self._same(page.words[at], line[step]):
                if names and not GAP.fullmatch(page.gap(at - 1)):
                    break
                names += not loose and not (line[step].isdigit() and not step)
                way = way or line[step] in self.ways
                last, at, step = at, at + 1, step + 1
            elif loose:
                step += 1
            elif at < len(page.words) and self._loose(page.words[at]) and last >= 0:
                last, at = at, at + 1
            else:
                return None
        wanted = names and (number or way or (names > 1 and context.capital(page, last)))
        return last if wanted else None

    def _same(self, one: str, two: str) -> bool:
        ordinals = knowledge().said["ordinals"]
        if one == two or ordinals.get(one, one) == ordinals.get(two, two):
            return True
        return any(one in m and m[one] == m.get(two) for m in (self.ways, self.directions))

    def _loose(self, word: str) -> bool:
        return word in self.ways or word in self.directions or word in self.fillers

    def _named(self, page: Page, words: Line, label: str) -> Iterator[Span]:
        """A town or an organisation; one ordinary word only with a capital that the place does not ask for."""
        for at in page.index[words[0]]:
            end = at + len(words)
            if tuple(page.words[at:end]) != words or not all(GAP.fullmatch(page.gap(n)) for n in range(at, end - 1)):
                continue
            plain = all(ordinary(word, self.language) for word in words)
            named = context.capital(page, at) if label == "STATE" else not plain or self._proper(page, at, len(words))
            if not named:
                continue
            yield Span(page.spans[at][0], page.spans[end - 1][1], label, LAYER, WEAK if plain else EXACT)

    def _proper(self, page: Page, at: int, length: int) -> bool:
        shape = page.text[page.spans[at][0] : page.spans[at + length - 1][1]]
        if page.shouted(at):
            return length > 1 or self._before_state(page, at + length - 1)
        if not shape[:1].isupper() or not page.original(at + length - 1)[0].isupper():
            return False
        if length > 1 or self._before_state(page, at):
            return True
        return not context.starts(page, at) and not clinical(page.words[at], self.language)

    def _before_state(self, page: Page, at: int) -> bool:
        after = at + 1
        if after >= len(page.words) or "," not in page.gap(at):
            return False
        states = knowledge().said["states"]
        return page.words[after] in states or any(name.split()[0] == page.words[after] for name in states.values())

    def _coded(self, page: Page, number: int) -> bool:
        """CA after a town, or before a postal code."""
        if not page.original(number).isupper():
            return False
        behind = page.words[number + 1] if number + 1 < len(page.words) else ""
        if len(behind) == 5 and behind.isdigit() and len(page.gap(number)) < 4:
            return True
        ends = {words[-1] for words, label in self.towns.items() if label == "CITY"}
        return bool(number) and page.words[number - 1] in ends and len(page.gap(number - 1)) < 4

    def _zips(self, page: Page) -> Iterator[Span]:
        for code in self.zips:
            words = tuple(words_of(code))
            for at in page.index.get(words[0], ()):
                if tuple(page.words[at : at + len(words)]) != words:
                    continue
                end = page.spans[at + len(words) - 1][1]
                if DOSE.match(page.folded, end) or page.before(at, 1) in (".", ","):
                    continue
                plus = PLUS4.match(page.folded, end)
                yield Span(page.spans[at][0], plus.end() if plus else end, "ZIP", LAYER, EXACT)


def _chinese_places(page: Page, form: str, label: str) -> Iterator[Span]:
    for place in page.places(form):
        start, end = page.spans[place.first][0] + place.head, page.spans[place.last][1] - place.tail
        if end - start <= 2 * len(form):
            yield Span(start, end, label, LAYER, EXACT)
