"""Hospitals for the tests of nights."""

from pathlib import Path

import pytest

from tests.nlp.icd.conftest import coder
from tests.runner.hospital import Hospital

__all__ = ["coder"]


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)
