"""Label attention against the paper's formulas as plain loops; pooling; what a state adds to a score."""

import math

import pytest
import torch
from torch import Tensor

from models.label_attention import LabelAttention, pooled, spread


def made(labels: int, values: int, keys: int = 0) -> LabelAttention:
    torch.manual_seed(1)
    attention = LabelAttention(labels, values, keys)
    torch.nn.init.normal_(attention.bias)
    return attention


def by_loops(attention: LabelAttention, keys: Tensor, values: Tensor, there: Tensor) -> list[list[float]]:
    scores = []
    for b in range(len(keys)):
        real = [t for t in range(keys.shape[1]) if there[b, t]]
        row = []
        for label in range(len(attention.bias)):
            raw = [math.exp(sum((attention.look[label] * keys[b, t]).tolist())) for t in real]
            weights = [one / sum(raw) for one in raw]
            seen = sum(weight * values[b, t] for weight, t in zip(weights, real, strict=True))
            row.append(float((attention.say[label] * seen).sum() + attention.bias[label]))
        scores.append(row)
    return scores


@pytest.mark.parametrize("keys", [4, 3, 7])
def test_equals_the_formulas(keys: int) -> None:
    attention = made(5, 4, keys)
    key, value = torch.randn(2, 6, keys), torch.randn(2, 6, 4)
    there = torch.tensor([[True] * 6, [True, True, True, False, False, False]])
    said = attention(key, value, there)
    assert said.shape == (2, 5)
    assert torch.allclose(said, torch.tensor(by_loops(attention, key, value, there)), atol=1e-5)


def test_some_labels_score_as_among_all() -> None:
    attention = made(40, 8)
    states, there = torch.randn(3, 9, 8), torch.ones(3, 9, dtype=torch.bool)
    some = torch.tensor([3, 17, 39])
    assert torch.allclose(attention(states, states, there, some), attention(states, states, there)[:, some], atol=1e-5)


def test_relevance_is_attention_times_its_gradient_and_sums_to_the_score() -> None:
    attention = made(5, 4, 3)
    keys, values = torch.randn(6, 3), torch.randn(6, 4)
    labels = torch.tensor([4, 1])
    weights = torch.softmax(attention.look[labels] @ keys.T, 1).detach().requires_grad_()
    ((weights @ values) * attention.say[labels]).sum().backward()  # type: ignore[no-untyped-call]
    assert weights.grad is not None
    found = attention.relevance(keys, values, labels)
    assert torch.allclose(found, weights * weights.grad, atol=1e-6)
    score = attention(keys[None], values[None], torch.ones(1, 6, dtype=torch.bool), labels)[0]
    assert torch.allclose(found.sum(1) + attention.bias[labels], score, atol=1e-5)


def test_what_fills_up_changes_no_gradient() -> None:
    attention = made(5, 4)
    states = torch.randn(1, 3, 4)
    attention(states, states, torch.ones(1, 3, dtype=torch.bool)).sum().backward()
    alone = [weights.grad.clone() for weights in attention.parameters() if weights.grad is not None]
    attention.zero_grad()
    longer = torch.cat([states, torch.randn(1, 4, 4)], 1)
    attention(longer, longer, torch.tensor([[True] * 3 + [False] * 4])).sum().backward()
    again = [weights.grad for weights in attention.parameters()]
    assert all(torch.allclose(one, other, atol=1e-5) for one, other in zip(alone, again, strict=True))


def test_half_precision_is_near() -> None:
    attention = made(50, 16)
    states, there = torch.randn(2, 30, 16), torch.ones(2, 30, dtype=torch.bool)
    with torch.autocast("cpu", torch.bfloat16):
        half = attention(states.bfloat16(), states.bfloat16(), there)
    assert torch.allclose(half, attention(states, states, there), atol=0.1)


def test_pooling_takes_the_maximum_of_real_neighbours() -> None:
    states = torch.tensor([[[1.0], [5.0], [2.0], [-3.0], [9.0]]])
    there = torch.tensor([[True, True, True, True, False]])
    got, some = pooled(states, there, 2)
    assert got[0, :, 0].tolist() == [5.0, 2.0, 0.0]
    assert some.tolist() == [[True, True, False]]
    assert spread(torch.tensor([[7.0, 8.0, 9.0]]), 2, 5).tolist() == [[7, 7, 8, 8, 9]]
