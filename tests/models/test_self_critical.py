"""Self-critical training: what was drawn becomes likelier where it beats the likeliest, and else less."""

import pytest
import torch

from models.self_critical import advantage, loss


def test_the_advantage_is_over_the_likeliest_text_of_the_same_row() -> None:
    worth = {(0, "a"): 1.0, (0, "b"): 0.25, (7, "a"): 0.0, (7, "b"): 0.5}
    found = advantage(lambda row, text: worth[row, text], [0, 7], ["a", "a"], ["b", "b"])
    assert found.tolist() == [0.75, -0.5]


@pytest.mark.parametrize(("gain", "sign"), [(0.5, 1), (-0.5, -1), (0.0, 0)])
def test_a_step_moves_the_drawn_text_with_its_advantage(gain: float, sign: int) -> None:
    logits = torch.zeros(2, requires_grad=True)
    logs = logits.log_softmax(0)
    loss(torch.tensor([gain]), logs[:1], torch.tensor([0]), logs[1:2] * 0).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert torch.sign(-logits.grad).tolist() == [sign, -sign]


def test_the_number_of_sentences_is_learned_too() -> None:
    stops = torch.zeros(3, requires_grad=True)
    lengths = stops.log_softmax(0)[1:2]
    loss(torch.tensor([1.0]), torch.zeros(4), torch.zeros(4, dtype=torch.int64), lengths).backward()  # type: ignore[no-untyped-call]
    assert stops.grad is not None
    assert stops.grad.argmin().item() == 1
