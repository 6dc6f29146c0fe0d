"""How a network reads notes: words of a vocabulary, or pieces of a tokenizer, each with its place in the text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from models.count_vectors import most_common
from models.documents import UNKNOWN, Document
from nlp.icd.literature.joined import Joined, apart, words

VOCABULARY, TOKENIZER = "vocabulary.json", "tokenizer.json"
MOST = 4_000  # words or pieces of a chart; what comes behind is not read


@dataclass(frozen=True, slots=True)
class Read:
    document: Document
    spans: Sequence[tuple[int, int]]  # of each id, in the text


class Reader(Protocol):
    def read(self, text: Joined, gold: Sequence[int] = ()) -> Read: ...
    def files(self) -> Mapping[str, bytes]: ...


@dataclass(frozen=True)
class WordReader:
    """Ids of words in small letters; `vocabulary` begins at id 2."""

    vocabulary: Sequence[str]
    _places: dict[str, int] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._places.update({word: at for at, word in enumerate(self.vocabulary, UNKNOWN + 1)})

    def __len__(self) -> int:
        return len(self.vocabulary) + UNKNOWN + 1

    def ids(self, tokens: Sequence[str]) -> list[int]:
        return [self._places.get(token, UNKNOWN) for token in tokens]

    def read(self, text: Joined, gold: Sequence[int] = ()) -> Read:
        spans = words(text.text)[:MOST]
        return _read(text, spans, self.ids([text.text[start:end].lower() for start, end in spans]), gold)

    def files(self) -> Mapping[str, bytes]:
        return {VOCABULARY: json.dumps(list(self.vocabulary), ensure_ascii=False).encode()}


@dataclass(frozen=True)
class PieceReader:
    """Ids of a Hugging Face tokenizer plus one, without its marks of begin and end."""

    tokenizer: Any

    def read(self, text: Joined, gold: Sequence[int] = ()) -> Read:
        said = self.tokenizer.encode(text.text, add_special_tokens=False)
        kept = [(one + 1, span) for one, span in zip(said.ids, said.offsets, strict=True) if span[0] < span[1]][:MOST]
        return _read(text, [span for _, span in kept], [one for one, _ in kept], gold)

    def files(self) -> Mapping[str, bytes]:
        return {TOKENIZER: self.tokenizer.to_str().encode()}


def reader_of(files: Mapping[str, bytes]) -> Reader:
    """As an artifact kept it."""
    if VOCABULARY in files:
        return WordReader(json.loads(files[VOCABULARY]))
    from tokenizers import Tokenizer

    return PieceReader(Tokenizer.from_str(files[TOKENIZER].decode()))


def word_reader(texts: Sequence[Joined], least: int) -> WordReader:
    """The words that stand in the texts at least so often."""
    return WordReader(most_common([tokens(text.text) for text in texts], least))


def tokens(text: str) -> list[str]:
    return [text[start:end].lower() for start, end in words(text)]


def _read(text: Joined, spans: list[tuple[int, int]], ids: list[int], gold: Sequence[int]) -> Read:
    return Read(Document(ids or [UNKNOWN], apart(text.text, spans) or [0], gold), spans)
