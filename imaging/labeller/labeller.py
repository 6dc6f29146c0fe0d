"""Reports of chest films to findings, each with the sentences and words that say so."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from imaging.labeller.attributes import side
from imaging.labeller.headings import stated
from imaging.labeller.labelled import STATES, Device, Labelled, Span
from imaging.labeller.sentence import GRADES, UNNAMED, Said, SentenceReader
from nlp.text.sentences import sentences

LONGEST = 2_000  # characters of a sentence
REMEMBERED = 50_000
WRAPPED = 60  # characters: lines that are broken for their length are at least as long, with the next word
NOTHING_NAMED = (UNNAMED, "")
Told = tuple[Said, tuple[int, int]]  # what was said, and where its sentence lies


class Labeller:
    """Reads English. A report names a finding once (a device once a kind), in the order of first mention."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        """`remembered`: different sentences whose reading is kept; 0 reads each anew."""
        read = SentenceReader().read
        self._read = lru_cache(maxsize=remembered)(read) if remembered else read

    def label(self, texts: Iterable[str]) -> list[list[Labelled]]:
        return [self.one(text) for text in texts]

    def one(self, text: str) -> list[Labelled]:
        gathered: dict[tuple[str, str], list[Told]] = {}
        for place, every in self.read(text):
            for said in every:
                known = gathered.get(said.key)
                if known is None:
                    gathered[said.key] = [(said, place)]
                else:
                    known.append((said, place))
        if all(said.state == "negated" for said, _ in gathered.get(NOTHING_NAMED, ())):
            gathered.pop(NOTHING_NAMED, None)  # nothing of no name is there: no label
        return [_merged(every) for every in gathered.values()]

    def read(self, text: str) -> Iterator[tuple[tuple[int, int], tuple[Said, ...]]]:
        """Sentence by sentence: where it lies, and each mention in it. What states nothing is left out."""
        for begin, finish in stated(text):
            part = text[begin:finish]
            for start, end in pieces(part, begin - text.rfind("\n", 0, begin) - 1):
                yield (begin + start, begin + end), self._read(part[start:end])


def pieces(text: str, indent: int = 0) -> Iterator[tuple[int, int]]:
    """Sentences; what is longer than any sentence (a table, a text without stops) in pieces that end between words.

    `indent`: characters before `text` on its first line, as a heading.
    """
    found = sentences(text, "en")
    for start, end in _rejoined(text, found, indent) if text.isupper() else found:
        while end - start > LONGEST:
            cut = text.rfind(" ", start + 1, start + LONGEST)
            cut = cut if cut > 0 else start + LONGEST
            yield start, cut
            start = cut
        yield start, end


def _rejoined(text: str, found: Sequence[tuple[int, int]], indent: int) -> Iterator[tuple[int, int]]:
    """Lines in capitals that were broken for their length: no small letter tells that the sentence goes on."""
    begin = last = -1
    for start, end in found:
        if begin >= 0 and not _broken(text, last, start, indent):
            yield begin, last
            begin = -1
        begin, last = start if begin < 0 else begin, end
    if begin >= 0:
        yield begin, last


def _broken(text: str, last: int, start: int, indent: int) -> bool:
    """Whether the line that ends at `last`, without a stop, would have been too long with the next word."""
    if text[last - 1] in ".:;!?" or text[last:start].count("\n") != 1 or not text[start].isalpha():
        return False
    line = text.rfind("\n", 0, last)
    long = last - line + (indent if line < 0 else 0)
    return long + len(text[start : start + WRAPPED].split(maxsplit=1)[0]) > WRAPPED


def _merged(every: Sequence[Told]) -> Labelled:
    first = every[0][0]
    if len(every) == 1:
        spans = (_span(*every[0]),)
        return Labelled(first.finding, first.state, first.side, first.severity, spans, first.device)
    states = {said.state for said, _ in every}
    state = first.state if len(states) == 1 else min(states, key=STATES.index)
    chosen = every if len(states) == 1 else [each for each in every if each[0].state == state]
    grades = {said.severity for said, _ in chosen}
    return Labelled(
        first.finding,
        state,
        side([said.side for said, _ in chosen]),
        next((grade for grade in GRADES if grade in grades), ""),
        tuple([_span(*each) for each in chosen]),
        _device([said.device for said, _ in chosen if said.device]) if first.device else None,
    )


def _span(said: Said, sentence: tuple[int, int]) -> Span:
    return Span(sentence[0] + said.start, sentence[0] + said.end, sentence)


def _device(every: Sequence[Device]) -> Device:
    positions = {each.position for each in every}
    position = "bad" if "bad" in positions else "good" if "good" in positions else ""
    return Device(every[0].kind, next((each.tip for each in every if each.tip), ""), position)
