"""Hospitals for the tests of nights."""

from pathlib import Path

import pytest

from tests.runner.hospital import Hospital


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)
