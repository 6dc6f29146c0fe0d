"""A linear-chain conditional random field over BIO tags: loss, best path, and how sure it is of each word."""

import torch
from torch import Tensor, nn

NEVER = -30.0  # I after O, or after another label


class CRF(nn.Module):
    """Tag 0 is O, 2i+1 is B and 2i+2 is I of label i. Before and after a sequence stands O."""

    never: Tensor

    def __init__(self, labels: int) -> None:
        super().__init__()
        tags = 2 * labels + 1
        self.moves = nn.Parameter(torch.zeros(tags, tags))  # from, to
        never = torch.zeros(tags, tags)
        for inner in range(2, tags, 2):
            never[:, inner] = NEVER
            never[[inner - 1, inner], inner] = 0.0
        self.register_buffer("never", never, persistent=False)

    def transitions(self) -> Tensor:
        return self.moves + self.never

    def loss(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Mean over words of the negative log likelihood; emissions (B, T, K), tags and mask (B, T)."""
        logs = self._forwards(emissions, mask)  # (B,)
        return (logs - self._score(emissions, tags, mask)).sum() / mask.sum()

    def _score(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        moves = self.transitions()
        before = torch.cat([torch.zeros_like(tags[:, :1]), tags[:, :-1]], 1)
        words = emissions.gather(2, tags[..., None])[..., 0] + moves[before, tags]
        last = tags.gather(1, mask.sum(1, keepdim=True) - 1)[:, 0]
        return (words * mask).sum(1) + moves[last, 0]

    def _forwards(self, emissions: Tensor, mask: Tensor) -> Tensor:
        moves = self.transitions().exp()  # (K, K)
        alpha = emissions[:, 0] + self.transitions()[0]  # (B, K)
        for at in range(1, emissions.shape[1]):
            new = _step(alpha, moves) + emissions[:, at]
            alpha = torch.where(mask[:, at, None], new, alpha)
        return _step(alpha, moves)[:, 0]

    def best(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """The likeliest tags (B, T) by Viterbi; O where the mask ends."""
        moves, (batch, length, tags) = self.transitions(), emissions.shape
        score = emissions[:, 0] + moves[0]
        back = torch.arange(tags).expand(length, batch, tags).clone()
        for at in range(1, length):
            top, came = _came(score, moves)
            here = mask[:, at, None]
            score = torch.where(here, top + emissions[:, at], score)
            back[at] = torch.where(here, came, back[at])
        return self._follow(back, (score + moves[:, 0]).argmax(1)) * mask

    @staticmethod
    def _follow(back: Tensor, tag: Tensor) -> Tensor:
        path = [tag]
        for came in back[1:].flip(0):
            tag = came.gather(1, tag[:, None])[:, 0]
            path.append(tag)
        return torch.stack(path[::-1], 1)

    def marginals(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """Probability of each tag at each word (B, T, K)."""
        moves, length = self.transitions().exp(), emissions.shape[1]
        alphas = [emissions[:, 0] + self.transitions()[0]]
        for at in range(1, length):
            alphas.append(torch.where(mask[:, at, None], _step(alphas[-1], moves) + emissions[:, at], alphas[-1]))
        beta = self.transitions()[:, 0].expand_as(alphas[0])
        betas = [beta]
        for at in range(length - 1, 0, -1):
            beta = torch.where(mask[:, at, None], _step(beta + emissions[:, at], moves.T), beta)
            betas.append(beta)
        return (torch.stack(alphas, 1) + torch.stack(betas[::-1], 1)).softmax(2)


def _step(alpha: Tensor, moves: Tensor) -> Tensor:
    """log sum exp over the tags before, as one matrix product: (B, K) by (K, K)."""
    top = alpha.max(1, keepdim=True).values
    return ((alpha - top).exp() @ moves).clamp_min(1e-35).log() + top


def _came(score: Tensor, moves: Tensor) -> tuple[Tensor, Tensor]:
    """The best way (B, K) to each tag, and from which: to I from the B and I of its label alone, half the work."""
    tags = moves.shape[0]
    outer = torch.tensor([0, *range(1, tags, 2)])
    first, inner = torch.arange(1, tags, 2), torch.arange(2, tags, 2)
    top, came = torch.empty_like(score), torch.empty(score.shape, dtype=torch.long)
    top[:, outer], came[:, outer] = (score[:, :, None] + moves[:, outer]).max(1)
    begun, gone_on = score[:, first] + moves[first, inner], score[:, inner] + moves[inner, inner]
    top[:, inner] = torch.maximum(begun, gone_on)
    came[:, inner] = torch.where(begun >= gone_on, first, inner)
    return top, came
