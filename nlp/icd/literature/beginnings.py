"""What a network is before it learns: how it reads, its word vectors, its titles, how often each code is right."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from contract.errors import InputError
from models.caml import Caml, CamlConfig
from models.code_networks import CodeConfig, CodeNetwork, build
from models.count_vectors import learn
from models.documents import filled
from models.segment_transformer import SegmentConfig
from models.segments import read_checkpoint, small_checkpoint
from nlp.icd.chart import Chart, Note
from nlp.icd.literature.held_out import truth
from nlp.icd.literature.joined import Joined, joined
from nlp.icd.literature.reading import PieceReader, Reader, WordReader, tokens, word_reader

Begun = tuple[Reader, CodeNetwork]


@dataclass(frozen=True)
class Beginning:
    """`unlabelled`: a folder of .txt files to learn word vectors from, beside the charts."""

    least: int = 2  # times that a word must stand in the texts
    vectors: bool = True  # word vectors from counts; else random
    unlabelled: Path | None = None
    checkpoint: Path | None = None  # a local Hugging Face folder; none: a small encoder that knows nothing


def begin(config: CodeConfig, beginning: Beginning, charts: Sequence[Chart], codes: Sequence[str]) -> Begun:
    """Draws from torch's random numbers: seed them first."""
    texts = [joined(chart) for chart in charts]
    reader: Reader
    if isinstance(config, SegmentConfig):
        reader, network = _pieces(config, beginning, texts, len(codes))
    else:
        reader, network = _words(config, beginning, texts, codes)
    often = np.clip(truth(charts, codes).mean(0), 0.3 / len(charts), 0.9)
    with torch.no_grad():
        network.head.bias.copy_(torch.from_numpy(np.log(often / (1 - often))))
    return reader, network


def _pieces(config: SegmentConfig, beginning: Beginning, texts: Sequence[Joined], labels: int) -> Begun:
    said = [text.text for text in texts]
    found = read_checkpoint(beginning.checkpoint) if beginning.checkpoint else small_checkpoint(said)
    network = build(found.config(replace(config, labels=labels)))
    network.encoder.load_state_dict(found.encoder.state_dict())  # type: ignore[union-attr]
    return PieceReader(found.tokenizer), network


def _words(config: CodeConfig, beginning: Beginning, texts: Sequence[Joined], codes: Sequence[str]) -> Begun:
    more = [*texts, *_unlabelled(beginning.unlabelled)]
    reader = word_reader(more, beginning.least)
    titles = _titles(codes) if isinstance(config, CamlConfig) and config.described else None
    network = build(_sized(config, len(codes), len(reader), titles))
    if beginning.vectors and not isinstance(config, SegmentConfig):
        vectors = learn([reader.ids(tokens(text.text)) for text in more], len(reader), config.size)
        with torch.no_grad():
            network.word.weight.copy_(vectors)  # type: ignore[union-attr,operator]
    if titles is not None and isinstance(network, Caml) and network.titles is not None:
        network.titles.ids.copy_(filled(titles[1]))
    return reader, network


def _sized(
    config: CodeConfig, labels: int, words: int, titles: tuple[WordReader, list[list[int]]] | None
) -> CodeConfig:
    assert not isinstance(config, SegmentConfig)
    if titles is None or not isinstance(config, CamlConfig):
        return replace(config, labels=labels, words=words)
    reader, ids = titles
    return replace(config, labels=labels, words=words, title_words=len(reader), title_width=max(map(len, ids)))


def _titles(codes: Sequence[str]) -> tuple[WordReader, list[list[int]]]:
    """English titles of ICD-10-CM as ids of their own vocabulary; [0] of a code that has none there."""
    import simple_icd_10_cm as tabular

    said = [tokens(tabular.get_description(code)) if tabular.is_valid_item(code) else [] for code in codes]
    reader = WordReader(sorted({word for title in said for word in title}))
    return reader, [reader.ids(title) or [0] for title in said]


def _unlabelled(folder: Path | None) -> list[Joined]:
    if folder is None:
        return []
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise InputError(f"{folder} holds no .txt files; expected a folder of texts to learn word vectors from.")
    return [joined(Chart("", (Note("", path.read_text(encoding="utf-8")),))) for path in paths]
