"""The cached code table: made once, read after that, anew where it is damaged, done without where it cannot lie."""

from pathlib import Path

import pytest

from nlp.icd.catalogue import cache
from nlp.icd.catalogue.content import Content

CONTENT = Content({"A00": "x", "A00.0": "y", "1": "z"}, {"A00.0": "A00"}, {"A00.0"}, {"1"}, {"A00": {"terms": ["t"]}})


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return []


def make(made: list[int]) -> Content:
    made.append(1)
    return CONTENT


def test_it_is_made_once(made: list[int]) -> None:
    assert [cache.kept("x", lambda: make(made)) for _ in range(3)] == [CONTENT] * 3
    assert made == [1]
    assert [file.name for file in cache.folder().iterdir()] == [f"x-{cache.FORMAT}.json"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"{}", b'{"titles": 1}'])
def test_a_damaged_one_is_made_anew_and_said(made: list[int], damage: bytes, caplog: pytest.LogCaptureFixture) -> None:
    cache.kept("x", lambda: make(made))
    (cache.folder() / f"x-{cache.FORMAT}.json").write_bytes(damage)
    assert cache.kept("x", lambda: make(made)) == CONTENT
    assert made == [1, 1]
    assert "made anew" in caplog.text


def test_without_a_place_it_is_made_each_time(
    tmp_path: Path, made: list[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert cache.kept("x", lambda: make(made)) == CONTENT
    assert "cannot be kept" in caplog.text
