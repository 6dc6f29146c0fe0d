"""Networks that code documents: shapes, what fills up says nothing, evidence adds up, built again they say the same."""

from pathlib import Path

import pytest
import torch

from contract.errors import ConfigError, InputError
from models.artifact import Artifact, load, rounded, save
from models.caml import Caml, CamlConfig
from models.cbow import CbowConfig
from models.code_networks import CodeConfig, CodeNetwork, build, config_of, described, kind_of, loss
from models.document_cnn import CnnConfig
from models.documents import Document, filled, shuffled
from models.ha_gru import HaGru, HaGruConfig, cut
from models.segment_transformer import SegmentConfig
from models.segments import read_checkpoint, small_checkpoint

LONG = Document([2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 5], [0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2], [1, 6])
SHORT = Document([4, 4, 7], [0, 0, 0], [2])
ENCODER = {"model_type": "bert", "vocab_size": 12, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
           "intermediate_size": 16, "max_position_embeddings": 16}  # fmt: skip
CONFIGS: dict[str, CodeConfig] = {
    "cbow": CbowConfig(7, 10, 8),
    "cnn": CnnConfig(7, 10, 8, 4),
    "ha_gru": HaGruConfig(7, 10, 8, 4, 3, longest=4),
    "caml": CamlConfig(7, 10, 8, 6, 4),
    "caml pooled": CamlConfig(7, 10, 8, 6, 4, pool=4),
    "dr_caml": CamlConfig(7, 10, 8, 6, 4, described=1.0, title_words=9, title_width=5),
    "segments": SegmentConfig(7, ENCODER, 1, 2, 0, segment=6),
}


def network(name: str) -> CodeNetwork:
    torch.manual_seed(1)
    return build(CONFIGS[name]).eval()


@pytest.mark.parametrize("name", CONFIGS)
def test_scores_do_not_depend_on_what_fills_up(name: str) -> None:
    made = network(name)
    both = made([LONG, SHORT])
    assert both.shape == (2, 7)
    assert torch.allclose(both[1], made([SHORT])[0], atol=1e-5)
    assert torch.allclose(made([LONG], torch.tensor([5, 2]))[0], both[0, [5, 2]], atol=1e-5)


@pytest.mark.parametrize("name", ["cbow", "cnn", "ha_gru", "caml", "segments"])
def test_what_words_add_is_the_score(name: str) -> None:
    made = network(name)
    torch.nn.init.normal_(made.head.bias)
    added = made.relevance(LONG, torch.arange(7))
    assert added.shape == (7, len(LONG))
    assert torch.allclose(added.sum(1) + made.head.bias, made([LONG])[0], atol=1e-5)


@pytest.mark.parametrize("name", CONFIGS)
def test_saved_and_built_again_says_the_same(name: str, tmp_path: Path) -> None:
    made = network(name)
    made.load_state_dict(rounded(made))
    save(Artifact((), {"kind": kind_of(made.config), "network": described(made)}, [made.state_dict()]), tmp_path)
    kept = load(tmp_path)
    again = build(config_of(kept.config["kind"], kept.config["network"])).eval()
    again.load_state_dict(kept.members[0])
    assert torch.equal(again([LONG, SHORT]), made([LONG, SHORT]))


@pytest.mark.parametrize("name", CONFIGS)
def test_a_step_lowers_the_loss(name: str) -> None:
    made = network(name)
    optimizer = torch.optim.SGD(made.parameters(), 1e-2)
    before = loss(made, [LONG, SHORT])
    before.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    assert loss(made, [LONG, SHORT]) < before


def test_sampled_labels_stand_for_all_others() -> None:
    made = build(CbowConfig(500, 10, 8)).eval()
    whole = float(loss(made, [LONG, SHORT]).detach())
    drawn = torch.stack([loss(made, [LONG, SHORT], 50).detach() for _ in range(40)])
    assert float(drawn.mean()) == pytest.approx(whole, rel=0.01)
    assert float(drawn.std()) > 0


def test_ha_gru_reads_sentence_by_sentence() -> None:
    made = network("ha_gru")
    assert isinstance(made, HaGru)
    pieces = cut(LONG, 4)
    assert pieces == [[2, 3, 4], [5, 6, 7, 8], [9, 2], [3, 5]]
    vectors, matter = made.sentences(pieces)
    assert vectors.shape == (4, 8) and matter.shape == (4, 4)
    assert torch.allclose(matter.sum(1), torch.ones(4)) and matter[0, 3] == 0
    states, there = made.states(vectors, [3, 1])
    assert states.shape == (2, 3, 8) and there.tolist() == [[True] * 3, [True, False, False]]


def test_caml_states_are_those_of_the_formula() -> None:
    made = network("caml")
    assert isinstance(made, Caml)
    states, there = made.states(filled([LONG.ids, SHORT.ids]))
    assert states.shape == (2, 11, 6) and there.sum().item() == 14
    window = made.word(torch.tensor(LONG.ids[3:7]))  # what a filter of width 4 sees around place 4
    weights, bias = made.convolution.weight, made.convolution.bias
    assert bias is not None
    by_hand = [
        float(torch.tanh(sum((weights[f, :, k] * window[k]).sum() for k in range(4)) + bias[f])) for f in range(6)
    ]
    assert states[0, 4].tolist() == pytest.approx(by_hand, abs=1e-5)


def test_titles_pull_at_labels_that_have_one() -> None:
    made = network("dr_caml")
    assert isinstance(made, Caml) and made.titles is not None
    made.titles.ids[2] = torch.tensor([2, 3, 4, 0, 0])
    assert made.penalty(torch.tensor([1, 6])).item() == 0
    made.penalty(torch.tensor([1, 2])).backward()  # type: ignore[no-untyped-call]
    assert made.head.say.grad is not None
    assert made.head.say.grad.abs().sum(1).nonzero()[:, 0].tolist() == [2]
    longer = made.penalty(torch.tensor([2])).item()
    made.titles.ids[2, :] = torch.tensor([2, 3, 4, 5, 0])
    assert made.penalty(torch.tensor([2])).item() != longer


def test_batches_hold_every_document_once() -> None:
    documents = [Document([2] * (1 + at % 5), [0] * (1 + at % 5), [at]) for at in range(11)]
    batches = list(shuffled(documents, 4, 1))
    assert sorted(one.gold[0] for batch in batches for one in batch) == list(range(11))
    assert list(shuffled(documents, 4, 1)) == batches != list(shuffled(documents, 4, 2))


def test_any_local_checkpoint_is_read(tmp_path: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    made = small_checkpoint(["varón con tos", "mujer con fiebre"], 32, 1, 60)
    made.encoder.save_pretrained(tmp_path)
    PreTrainedTokenizerFast(tokenizer_object=made.tokenizer, unk_token="[UNK]", pad_token="[PAD]").save_pretrained(
        tmp_path
    )
    again = read_checkpoint(tmp_path)
    assert again.tokenizer.encode("tos").ids == made.tokenizer.encode("tos").ids
    said = again.config(SegmentConfig(3))
    assert (said.before, said.after, said.padding) == (2, 3, 0)
    assert all(
        torch.equal(one, other)
        for one, other in zip(made.encoder.parameters(), again.encoder.parameters(), strict=True)
    )
    with pytest.raises(InputError, match=r"config\.json"):
        read_checkpoint(tmp_path / "nothing")


def test_a_network_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigError, match="caml"):
        config_of("camel", {})
    with pytest.raises(ConfigError, match="filters"):
        config_of("caml", {"filter": 3})
