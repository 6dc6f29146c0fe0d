"""Open corpora are read as published; without them the test is skipped, loudly."""

import os
from pathlib import Path

import pytest

from contract.errors import InputError
from eval.corpora.clinical import READERS, read_aci
from eval.corpora.presidio import read_presidio

DATA = Path(os.environ.get("CHARTLOOM_DATA", "/nowhere"))
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="CHARTLOOM_DATA names no folder of open corpora")


@needs_data
@pytest.mark.parametrize("name", sorted(READERS))
def test_each_corpus_gives_text(name: str) -> None:
    texts = READERS[name](DATA / name)
    assert len(texts) >= 67
    assert all(len(text) > 3 for text in texts)


@needs_data
def test_presidio_spans_lie_on_their_words() -> None:
    documents = read_presidio(DATA / "presidio_research")
    assert len(documents) == 1500
    assert all(d.text[s:e].strip() for d in documents for s, e, _ in d.spans)


def test_a_missing_corpus_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"train\.csv"):
        read_aci(tmp_path / "aci")
