"""A text as it is searched: folded, cut into words, and squeezed into one run of letters and digits."""

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af"
TOKEN = re.compile(rf"[0-9]+|[{HAN}]+|[^\W\d_{HAN}]+")
IN_HAN = re.compile(rf"[{HAN}]")
NOTHING = re.compile(r"[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]*")  # marks and what has no width
LINE = 100  # characters to either side that tell whether a line is written in capitals
SAMPLE = 2_000  # characters that tell whether a text is written in capitals
ALONE = dict(zip("øæœłđðþıßŋħ", "oaolddtisnh", strict=True))  # letters that Unicode does not take apart
LOOKALIKE = dict(zip("авеіјкмнорстухѕԁһαερο", "abeijkmhopctyxsdhaepo", strict=True))  # Cyrillic and Greek beside Latin


class _Fold(dict[int, int]):
    """One character for one character: lower case, without accents, digits of all scripts as ASCII."""

    def __missing__(self, point: int) -> int:
        self[point] = folded = self._fold(chr(point))
        return folded

    def _fold(self, char: str) -> int:
        if unicodedata.category(char) == "Nd":
            return ord("0") + unicodedata.digit(char)
        low = unicodedata.normalize("NFKC", char).lower()
        bare = "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))
        low = bare if len(bare) == 1 else low if len(low) == 1 else char
        return ord(ALONE.get(low) or LOOKALIKE.get(low) or low)


FOLD = _Fold()


def fold(text: str) -> str:
    """As long as the text, so that offsets stay."""
    return text.lower() if text.isascii() else text.translate(FOLD)


def words_of(text: str) -> list[str]:
    """The folded words of a name or a line of an address."""
    return TOKEN.findall(NOTHING.sub("", fold(unicodedata.normalize("NFC", text))))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a squeezed form stands: words first to last, and how much of these it leaves at both ends."""

    first: int
    last: int
    head: int
    tail: int


@dataclass
class Page:
    text: str
    language: str = "en"

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        return [found.span() for found in TOKEN.finditer(self.folded)]

    @cached_property
    def words(self) -> list[str]:
        folded = self.folded
        return [folded[start:end] for start, end in self.spans]

    @cached_property
    def index(self) -> dict[str, list[int]]:
        made: defaultdict[str, list[int]] = defaultdict(list)
        for number, word in enumerate(self.words):
            made[word].append(number)
        made.default_factory = None
        return made

    @cached_property
    def squeezed(self) -> str:
        return "".join(self.words)

    @cached_property
    def starts(self) -> list[int]:
        """Where each word begins in `squeezed`."""
        return list(accumulate(map(len, self.words), initial=0))[:-1]

    def places(self, form: str) -> Iterator[Place]:
        """Every place of a squeezed form, whatever stands between its characters."""
        at = self.squeezed.find(form)
        while at >= 0:
            end = at + len(form)
            first, last = bisect_right(self.starts, at) - 1, bisect_right(self.starts, end - 1) - 1
            tail = self.starts[last] + len(self.words[last]) - end
            yield Place(first, last, at - self.starts[first], tail)
            at = self.squeezed.find(form, at + 1)

    def gap(self, number: int) -> str:
        """What stands between the word and the next, without what has no width."""
        between = self.text[self.spans[number][1] : self.spans[number + 1][0]]
        return between if between.isascii() else NOTHING.sub("", between)

    def original(self, number: int) -> str:
        start, end = self.spans[number]
        return self.text[start:end]

    def before(self, number: int, width: int = 24) -> str:
        """Folded text that leads up to the word."""
        start = self.spans[number][0]
        return self.folded[max(0, start - width) : start]

    def after(self, number: int, width: int = 24) -> str:
        end = self.spans[number][1]
        return self.folded[end : end + width]

    @cached_property
    def capitals(self) -> bool:
        """True when the text is written in capitals throughout (or nearly): they tell nothing then."""
        sample = self.text[:SAMPLE]
        return sum(map(str.isupper, sample)) * 3 > sum(map(str.isalpha, sample)) * 2

    def shouted(self, number: int) -> bool:
        """The line of the word has no lower case."""
        start, end = self.spans[number]
        lead, tail = self.text[max(0, start - LINE) : start], self.text[end : end + LINE]
        line = lead.rsplit("\n", 1)[-1] + self.text[start:end] + tail.split("\n", 1)[0]
        return self.capitals or not any(map(str.islower, line))
