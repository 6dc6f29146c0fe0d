"""A network that was saved writes what it wrote; one that was changed since is refused."""

from pathlib import Path

import pytest

from contract.errors import ConfigError, InputError
from imaging.literature.cnn_lstm import CnnLstm
from imaging.literature.cnn_rnn_rnn import CnnRnnRnn
from imaging.literature.saved import load, save
from tests.imaging.literature.test_networks import FOUND, KINDS, NETWORKS, QUICK, SAYS, made


@pytest.mark.parametrize("name", NETWORKS)
def test_a_saved_network_writes_the_same(name: str, tmp_path: Path) -> None:
    system = NETWORKS[name](**{**QUICK, "epochs": 2}).fit(made(KINDS), [SAYS[kind] for kind in KINDS], FOUND)
    save(system, tmp_path / "it", phi=True)
    again, asked = load(tmp_path / "it"), made(KINDS, seed=4)
    assert again == system  # the same parameters
    assert again.predict(asked) == system.predict(asked)
    assert (tmp_path / "it").stat().st_mode & 0o777 == 0o700


def test_what_is_not_a_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="call fit before"):
        save(CnnLstm(), tmp_path / "empty", phi=False)
    with pytest.raises(ConfigError, match="call fit before"):
        save(CnnRnnRnn(), tmp_path / "empty", phi=False)
    assert not (tmp_path / "empty").exists()
    with pytest.raises(InputError, match="no trained artifact"):
        load(tmp_path)
