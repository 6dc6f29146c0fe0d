"""An index comes back from the cache as it went, and a spoilt file does no harm."""

from pathlib import Path

import numpy as np
import pytest

from nlp.icd.titles.entries import Entry
from nlp.icd.titles.index import Index, indexed
from nlp.icd.titles.kept import kept, packed, unpacked

ENTRIES = [(Entry("N20.0", "Calculus of kidney", "title"), "en"), (Entry("N20.0", "cólico renal", "index"), "es")]


def same(one: Index, other: Index) -> bool:
    return (
        (one.terms, one.codes, one.sources) == (other.terms, other.codes, other.sources)
        and np.array_equal(one.weights, other.weights)
        and np.array_equal(one.entries.toarray(), other.entries.toarray())
    )


def test_packed_and_unpacked() -> None:
    index = indexed(ENTRIES)
    assert same(unpacked(packed(index)), index)


def test_made_once_and_again_when_spoilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made: list[int] = []

    def make() -> Index:
        made.append(1)
        return indexed(ENTRIES)

    first, second = kept("X", ("en",), make), kept("X", ("en",), make)
    assert len(made) == 1 and same(first, second)
    (file,) = tmp_path.rglob("*.npz")
    file.write_bytes(b"spoilt")
    assert same(kept("X", ("en",), make), first) and len(made) == 2
