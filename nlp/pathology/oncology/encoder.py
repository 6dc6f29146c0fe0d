"""An encoder of Spanish before its first marked document: words and LSTM that guess what stands beside each word."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nlp.tagging.windows import Cut
from nlp.text.tokens import Tokens, tokenize

if TYPE_CHECKING:
    from torch import Tensor

    from models.train import Schedule
    from models.window import Window

KIND = "bilstm_crf"
NETWORK: Mapping[str, Any] = {
    "labels": 1,
    "hidden": 128,
    "words": {"language": "es", "buckets": 1 << 13, "part_buckets": 1 << 13},
}
"""One million weights: two members are 4 MB in half precision."""
BATCH, WIDTH = 2048, 112  # words of a step and of a window
PARTS = ("words.", "lstm.")
Weights = Mapping[str, "Tensor"]


def encoder(texts: Sequence[str], schedule: "Schedule", tell: Callable[[str], None]) -> Weights:
    """Weights of words and LSTM. An epoch of 1.4 million words takes two CPU-minutes."""
    import torch

    from models.bilstm_crf import BiLSTMCRF
    from models.kinds import build
    from models.train import fit
    from models.word_lm import WordLM, vocabulary

    torch.manual_seed(schedule.seed)
    tokens = [tokenize(text) for text in texts]
    network = build(KIND, NETWORK)
    assert isinstance(network, BiLSTMCRF)
    model = WordLM(network, vocabulary(each.words for each in tokens))
    fit(
        model,
        lambda epoch: _batches(tokens, epoch),
        model.loss,
        lambda: 0.0,
        schedule,
        lambda said: tell(f"words guessed, {said}"),
    )
    return {name: value.clone() for name, value in network.state_dict().items() if name.startswith(PARTS)}


def _batches(notes: Sequence[Tokens], epoch: int) -> "Iterator[list[Window]]":
    """In another order and cut elsewhere in each epoch."""
    from models.window import same_width

    chance = random.Random(epoch)
    windows = [window for note in notes for window in Cut(WIDTH, 0).windows(note, shift=chance.randrange(WIDTH))]
    chance.shuffle(windows)
    batches = list(same_width(windows, BATCH))
    chance.shuffle(batches)
    return ([windows[at] for at in batch] for batch in batches)
