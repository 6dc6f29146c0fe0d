"""One set of tiny vision checkpoints for all tests: transformers takes seconds to import."""

from pathlib import Path

import pytest

from tests.checkpoints import write_all


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_all(tmp_path_factory.mktemp("zoo"))
