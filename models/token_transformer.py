"""A transformer encoder with a tag for each word: any local Hugging Face checkpoint, or a small one from nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.crf import CRF
from models.window import Window

LINE = "[LINE]"  # what the encoder reads for a line end
MASKED = 0.15  # of the pieces, when it learns from unmarked text
MOST = 512  # pieces of a window; those of words beyond are not read


@dataclass(frozen=True)
class TransformerConfig:
    """`encoder` is the checkpoint's own configuration (config.json)."""

    labels: int
    encoder: Mapping[str, Any] = field(default_factory=dict)
    dropout: float = 0.1


class TokenTransformer(nn.Module):
    def __init__(self, config: TransformerConfig, tokenizer: str) -> None:
        """`tokenizer` is the content of tokenizer.json."""
        from tokenizers import Tokenizer
        from transformers import AutoConfig, AutoModel

        super().__init__()
        self.config = config
        self.tokenizer = Tokenizer.from_str(tokenizer)
        said = dict(config.encoder)
        self.encoder = AutoModel.from_config(AutoConfig.for_model(said.pop("model_type"), **said))  # type: ignore[no-untyped-call]
        self.drop = nn.Dropout(config.dropout)
        self.tags = nn.Linear(self.encoder.config.hidden_size, 2 * config.labels + 1)
        self.crf = CRF(config.labels)
        self._pieces: dict[str, list[int]] = {}

    def emissions(self, windows: Sequence[Window]) -> Tensor:
        """Scores of tags (B, T, K) for windows of one width T: of a word, those of its first piece."""
        ids, first = self.pieces(windows)  # (B, P), (B, T)
        states = self.encoder(input_ids=ids, attention_mask=(ids != self._special("[PAD]")).long()).last_hidden_state
        chosen = states.gather(1, first[..., None].expand(-1, -1, states.shape[2]))  # (B, T, size)
        scores: Tensor = self.tags(self.drop(chosen))
        return scores

    def pieces(self, windows: Sequence[Window]) -> tuple[Tensor, Tensor]:
        """Pieces of the words (B, P) between [CLS] and [SEP], and where each word begins (B, T)."""
        lists, starts = [], []
        for window in windows:
            ids, begins = [self._special("[CLS]")], []
            for word in window.words:
                begins.append(min(len(ids), MOST - 1))
                ids += self._of(word)
            lists.append([*ids[: MOST - 1], self._special("[SEP]")])
            starts.append(begins + [0] * (window.width - len(begins)))
        most = max(map(len, lists))
        filled = [ids + [self._special("[PAD]")] * (most - len(ids)) for ids in lists]
        return torch.tensor(filled), torch.tensor(starts)

    def _of(self, word: str) -> list[int]:
        if word not in self._pieces:
            read = LINE if word == "\n" else word
            self._pieces[word] = self.tokenizer.encode(read, add_special_tokens=False).ids or [self._special("[UNK]")]
        return self._pieces[word]

    def _special(self, name: str) -> int:
        found = self.tokenizer.token_to_id(name)
        return int(found) if found is not None else 0


class MaskedWords(nn.Module):
    """Learns the encoder from unmarked text: which pieces are hidden behind [MASK]."""

    def __init__(self, network: TokenTransformer) -> None:
        super().__init__()
        self.network = [network]  # not a part: its tags are not learned here
        self.encoder = network.encoder
        self.guess = nn.Linear(network.encoder.config.hidden_size, network.encoder.config.vocab_size)
        self.guess.weight = network.encoder.get_input_embeddings().weight

    def loss(self, windows: Sequence[Window]) -> Tensor:
        ids, _ = self.network[0].pieces(windows)
        special = self.network[0]._special
        there = ids != special("[PAD]")
        hidden = (torch.rand(ids.shape) < MASKED) & there
        states = self.encoder(
            input_ids=ids.masked_fill(hidden, special("[MASK]")), attention_mask=there.long()
        ).last_hidden_state
        return nn.functional.cross_entropy(self.guess(states[hidden]), ids[hidden])


def small(words: Iterator[str], labels: int, size: int = 192, layers: int = 4) -> TokenTransformer:
    """An encoder from nothing, with a WordPiece tokenizer learned from the words."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=64))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", LINE]
    tokenizer.train_from_iterator(words, trainers.WordPieceTrainer(vocab_size=6000, special_tokens=special))
    encoder = {"model_type": "bert", "vocab_size": tokenizer.get_vocab_size(), "hidden_size": size,
               "num_hidden_layers": layers, "num_attention_heads": size // 32, "intermediate_size": 4 * size,
               "max_position_embeddings": MOST, "pad_token_id": 0}  # fmt: skip
    return TokenTransformer(TransformerConfig(labels, encoder), tokenizer.to_str())


def from_checkpoint(folder: Path, labels: int) -> TokenTransformer:
    """A local Hugging Face folder with config.json, weights and a tokenizer that can be had as tokenizer.json."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, use_fast=True)
    encoder = AutoModel.from_pretrained(folder, local_files_only=True)
    network = TokenTransformer(
        TransformerConfig(labels, encoder.config.to_diff_dict()), tokenizer.backend_tokenizer.to_str()
    )
    network.encoder.load_state_dict(encoder.state_dict())
    return network
