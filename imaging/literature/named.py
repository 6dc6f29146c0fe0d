"""The systems of the literature by name, at their defaults."""

from collections.abc import Callable, Mapping
from functools import partial

from contract.errors import ConfigError
from imaging.draft import System
from imaging.literature.cnn_lstm import CnnLstm
from imaging.literature.cnn_rnn_rnn import CnnRnnRnn
from imaging.literature.naive import Constant, Frequent, Nearest, Random

NAIVE: Mapping[str, Callable[..., System]] = {
    "constant": Constant,
    "random": Random,
    "frequent": Frequent,
    "nearest": Nearest,
}
SYSTEMS: Mapping[str, Callable[..., System]] = {
    **NAIVE,
    "cnn_lstm": CnnLstm,
    "cnn_rnn_rnn": CnnRnnRnn,
    "cnn_rnn_rnn_scst": partial(CnnRnnRnn, critical=3),
}


def make(name: str) -> System:
    if name not in SYSTEMS:
        raise ConfigError(f"No system {name!r} in the literature; there are {', '.join(SYSTEMS)}.")
    return SYSTEMS[name]()
