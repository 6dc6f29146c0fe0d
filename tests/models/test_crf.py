"""The field against counting all paths."""

from itertools import product

import torch

from models.crf import CRF
from models.tagging import decode


def paths(crf: CRF, scores: torch.Tensor) -> dict[tuple[int, ...], float]:
    moves, (length, tags) = crf.transitions(), scores.shape
    return {
        path: sum(scores[at, tag].item() for at, tag in enumerate(path))
        + sum(moves[a, b].item() for a, b in zip((0, *path), (*path, 0), strict=True))
        for path in product(range(tags), repeat=length)
    }


def field() -> tuple[CRF, torch.Tensor]:
    torch.manual_seed(3)
    crf = CRF(2)
    torch.nn.init.normal_(crf.moves)
    return crf, torch.randn(1, 4, 5)


def test_loss_best_path_and_marginals_are_those_of_all_paths() -> None:
    crf, scores = field()
    every, mask = paths(crf, scores[0]), torch.ones(1, 4, dtype=torch.bool)
    total = torch.tensor(list(every.values())).logsumexp(0)
    path = (1, 2, 0, 3)
    lost = crf.loss(scores, torch.tensor([path]), mask) * 4
    assert torch.isclose(lost, total - every[path], atol=1e-4)
    best = max(every, key=lambda found: every[found])
    assert tuple(crf.best(scores, mask)[0].tolist()) == best
    outside = torch.tensor([score for found, score in every.items() if found[2] == 0]).logsumexp(0)
    assert torch.isclose(crf.marginals(scores, mask)[0, 2, 0], (outside - total).exp(), atol=1e-4)


def test_padding_changes_nothing() -> None:
    crf, scores = field()
    mask = torch.ones(1, 4, dtype=torch.bool)
    longer = torch.cat([scores, torch.full((1, 3, 5), 9.0)], 1)
    wider = torch.cat([mask, torch.zeros(1, 3, dtype=torch.bool)], 1)
    tags = torch.tensor([[1, 2, 0, 3]])
    assert torch.isclose(crf.loss(scores, tags, mask), crf.loss(longer, torch.nn.functional.pad(tags, (0, 3)), wider))
    assert crf.best(longer, wider)[0, :4].tolist() == crf.best(scores, mask)[0].tolist()
    assert torch.allclose(crf.marginals(longer, wider)[:, :4], crf.marginals(scores, mask), atol=1e-5)


def test_stretches_are_decoded_as_the_whole() -> None:
    crf, _ = field()
    scores = torch.randn(3, 30, 5)
    scores[:, :, 0] += 20 * (torch.rand(3, 30) < 0.5)
    ((tags, sure), _) = decode(crf, [scores, scores[:1, :7]])
    whole = torch.ones(3, 30, dtype=torch.bool)
    assert torch.equal(tags, crf.best(scores, whole))
    assert torch.allclose(sure, 1 - crf.marginals(scores, whole)[:, :, 0], atol=1e-2)
