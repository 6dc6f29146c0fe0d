"""Each kind of network: a step of learning, then built again from its artifact it says the same."""

from pathlib import Path

import pytest
import torch

from contract.errors import ConfigError
from models.artifact import Artifact, load, rounded, save
from models.character_lm import CharacterLM, CharacterLMConfig, codes, spelled
from models.kinds import build, described, files_of, rebuilt
from models.tagging import TagNetwork, loss, tag
from models.token_transformer import MaskedWords, from_checkpoint, small
from models.window import Window

SAID = {
    "bilstm_crf": {"labels": 1, "hidden": 8, "words": {"size": 8, "buckets": 64, "part_buckets": 64}},
    "stacked": {"labels": 1, "hidden": 8, "words": {"size": 8, "buckets": 64, "part_buckets": 64},
                "characters": {"hidden": 8}},
}  # fmt: skip
WINDOW = Window(["Dear", "Ana", "Ruiz", ",", "\n", "come"], [3, 1, 1, 0, 0, 3], 0, 6, [0, 1, 2, 0, 0, 0])


def network(kind: str) -> TagNetwork:
    torch.manual_seed(1)
    made = small(iter(WINDOW.words), 1, 32, 1) if kind == "transformer" else build(kind, SAID[kind])
    loss(made, [WINDOW, WINDOW]).backward()  # type: ignore[no-untyped-call]
    return made


@pytest.mark.parametrize("kind", ["bilstm_crf", "stacked", "transformer"])
def test_saved_and_loaded_says_the_same(kind: str, tmp_path: Path) -> None:
    made = network(kind)
    said = described(made)
    weights = rounded(made)
    save(Artifact(("A",), {"kind": kind, "network": said}, [weights], files=files_of(made)), tmp_path)
    made.load_state_dict(weights)
    made.eval()
    ((_, sure),) = tag([made], [WINDOW])
    ((_, again),) = tag(rebuilt(load(tmp_path)), [WINDOW])
    assert again == pytest.approx(sure, abs=0.02)


def test_a_name_no_network_knows_is_refused() -> None:
    with pytest.raises(ConfigError, match="hidden"):
        build("bilstm_crf", {"labels": 1, "hiden": 8})
    with pytest.raises(ConfigError, match="stacked"):
        build("crf", {})


def test_letters_of_words_lie_where_words_lie() -> None:
    text, where = spelled(WINDOW)
    assert [text[first : last + 1] for first, last in where] == list(WINDOW.words)
    assert CharacterLM(CharacterLMConfig(4, 8)).loss(torch.stack([codes(text, 32)])).item() > 0


def test_any_local_checkpoint_is_read(tmp_path: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    made = small(iter(WINDOW.words), 1, 32, 1)
    made.encoder.save_pretrained(tmp_path)
    PreTrainedTokenizerFast(tokenizer_object=made.tokenizer, unk_token="[UNK]", pad_token="[PAD]").save_pretrained(
        tmp_path
    )
    again = from_checkpoint(tmp_path, 1)
    assert again.pieces([WINDOW])[0].tolist() == made.pieces([WINDOW])[0].tolist()
    made.encoder.eval(), again.encoder.eval()
    ids = made.pieces([WINDOW])[0]
    with torch.inference_mode():
        assert torch.allclose(made.encoder(ids).last_hidden_state, again.encoder(ids).last_hidden_state, atol=1e-5)


def test_masked_words_are_learned() -> None:
    torch.manual_seed(2)
    assert MaskedWords(small(iter(WINDOW.words), 1, 32, 1)).loss([WINDOW] * 4).item() > 0
