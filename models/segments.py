"""Encoders for documents: a local Hugging Face checkpoint with its tokenizer, or a small one that knows nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contract.errors import InputError
from models.segment_transformer import SegmentConfig

MARKS = (("[CLS]", "<s>"), ("[SEP]", "</s>"), ("[PAD]", "<pad>"))  # of BERT, of RoBERTa


@dataclass(frozen=True)
class Checkpoint:
    encoder: Any
    tokenizer: Any

    def config(self, said: SegmentConfig) -> SegmentConfig:
        """`said` with what the encoder is, and its marks."""
        before, after, padding = (self._mark(names) for names in MARKS)
        most = int(self.encoder.config.max_position_embeddings)
        return replace(
            said,
            encoder=self.encoder.config.to_diff_dict(),
            before=before,
            after=after,
            padding=padding,
            segment=min(said.segment, most - 2),  # RoBERTa counts positions from 2
        )

    def _mark(self, names: Sequence[str]) -> int:
        found = [self.tokenizer.token_to_id(name) for name in names]
        known = [one for one in found if one is not None]
        if not known:
            raise InputError(f"The tokenizer has none of {', '.join(names)}; expected one of BERT's or RoBERTa's kind.")
        return int(known[0])


def read_checkpoint(folder: Path) -> Checkpoint:
    """A folder with config.json, weights and a tokenizer that can be had as tokenizer.json. Nothing is downloaded."""
    from tokenizers import Tokenizer
    from transformers import AutoModel, AutoTokenizer

    if not (folder / "config.json").is_file():
        raise InputError(f"{folder} holds no config.json; expected a local Hugging Face checkpoint of an encoder.")
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, use_fast=True)
    encoder = AutoModel.from_pretrained(folder, local_files_only=True)
    return Checkpoint(encoder, Tokenizer.from_str(tokenizer.backend_tokenizer.to_str()))


def small_checkpoint(texts: Sequence[str], size: int = 128, layers: int = 2, pieces: int = 6000) -> Checkpoint:
    """An encoder from nothing, with a WordPiece tokenizer learned from the texts."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers import AutoModel, BertConfig

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=64))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=pieces, special_tokens=special))
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=size, num_hidden_layers=layers,
        num_attention_heads=size // 32, intermediate_size=4 * size, max_position_embeddings=512, pad_token_id=0,
    )  # fmt: skip
    return Checkpoint(AutoModel.from_config(config), tokenizer)  # type: ignore[no-untyped-call]
