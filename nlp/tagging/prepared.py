"""A network before its first marked document: built, and taught what unmarked text can teach."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from models.character_lm import CharacterLM, chunks
from models.kinds import Network, build
from models.stacked import Stacked
from models.subwords import learn_parts
from models.token_transformer import MaskedWords, from_checkpoint, small
from models.train import Schedule, fit
from models.window import Window, same_width
from nlp.tagging.windows import Cut
from nlp.text.tokens import Tokens, tokenize

UNMARKED = 2_000_000  # letters of unmarked text that the character model reads: a minute
Tell = Callable[[str], None]


def prepared(kind: str, said: Mapping[str, Any], texts: Sequence[str], schedule: Schedule, tell: Tell) -> Network:
    """`texts` are unmarked; `said` names the network's fields, and `checkpoint` a local Hugging Face folder."""
    if kind == "transformer":
        return _transformer(said, texts, schedule, tell)
    network = build(kind, said)
    if isinstance(network, Stacked):
        _characters(network.characters, texts, schedule, tell)
        words = [tokenize(text).words for text in texts]
        learn_parts(network.words, words, replace(schedule, epochs=3, rate=5e-3), partial(_of, tell, "subwords"))
    return network


def _of(tell: Tell, what: str, said: str) -> None:
    tell(f"{what}, {said}")


def _characters(model: CharacterLM, texts: Sequence[str], schedule: Schedule, tell: Tell) -> None:
    model.requires_grad_(True)
    read = "\n".join(texts)[:UNMARKED].split("\n")
    fit(model, partial(chunks, read), model.loss, lambda: 0.0, replace(schedule, epochs=1, rate=4e-3),
        partial(_of, tell, "characters"))  # fmt: skip
    model.requires_grad_(False)


def _transformer(said: Mapping[str, Any], texts: Sequence[str], schedule: Schedule, tell: Tell) -> Network:
    labels, rest = int(said["labels"]), {name: said[name] for name in ("size", "layers") if name in said}
    if "checkpoint" in said:
        return from_checkpoint(Path(said["checkpoint"]), labels)
    notes = [tokenize(text) for text in texts]
    network = small((word for note in notes for word in note.words if word != "\n"), labels, **rest)
    model = MaskedWords(network)
    fit(model, partial(_windows, notes), model.loss, lambda: 0.0, replace(schedule, epochs=1, rate=1e-3),
        partial(_of, tell, "masked words"))  # fmt: skip
    return network


def _windows(notes: Sequence[Tokens], _: int) -> Iterator[list[Window]]:
    windows = [window for note in notes for window in Cut(112, 0).windows(note)]
    return ([windows[at] for at in batch] for batch in same_width(windows, 2048))
