"""One tiny checkpoint for all tests of films: transformers takes seconds to import."""

from pathlib import Path

import pytest

from tests.checkpoints import resnet


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return resnet(tmp_path_factory.mktemp("checkpoints") / "tiny")
