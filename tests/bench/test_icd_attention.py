"""The ways to read labels are timed on the same network; plain and quick formulas say the same."""

import numpy as np
import torch

from bench.icd_attention import WAYS, _plain, _scores, timed
from models.caml import Caml, CamlConfig
from models.documents import Document

NOTE = Document([2, 5, 3, 7, 7, 4, 9, 2, 3, 6, 8, 3], [0] * 12)


def test_plain_is_full() -> None:
    torch.manual_seed(1)
    network = Caml(CamlConfig(30, 10, 8, 6, 3)).eval()
    assert torch.allclose(_plain(network, NOTE), network([NOTE])[0], atol=1e-5)
    assert _scores(network, NOTE, torch.arange(4), WAYS["candidates300"]).shape == (1, 4)


def test_every_way_is_timed() -> None:
    found = {name: timed(way, 320, 40) for name, way in WAYS.items()}
    assert all(np.isfinite(list(one.values())).all() and one["training"] > 0 for one in found.values())
