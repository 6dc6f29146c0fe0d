"""Half precision says what single precision says, to two digits."""

import torch

from models.half_lstm import HalfLSTM


def test_states_differ_little() -> None:
    torch.manual_seed(1)
    lstm = torch.nn.LSTM(8, 6, batch_first=True, bidirectional=True).eval()
    read = torch.randn(3, 20, 8)
    with torch.inference_mode():
        states, _ = HalfLSTM(lstm)(read)
        assert states.dtype == torch.float32
        assert torch.allclose(states, lstm(read)[0], atol=0.03)
