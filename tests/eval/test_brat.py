"""Documents in standoff format and as JSON lines."""

from pathlib import Path

import pytest

from contract.errors import InputError
from eval.corpora.brat import read_brat
from eval.corpora.marked import read_lines


def test_pairs_are_read_in_order_of_start(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Ñu met Bo.", encoding="utf-8")
    (tmp_path / "a.ann").write_text("T2\tB 7 9\tBo\nR1\tnot a span\nT1\tA 0 2\tÑu\n", encoding="utf-8")
    (document,) = read_brat(tmp_path)
    assert document.spans == ((0, 2, "A"), (7, 9, "B"))


def test_a_broken_line_is_named_without_its_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Bo.", encoding="utf-8")
    (tmp_path / "a.ann").write_text("T1\tsecret\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.ann") as caught:
        read_brat(tmp_path)
    assert "secret" not in str(caught.value)


def test_offsets_beyond_the_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "n.jsonl"
    path.write_text('{"text": "Bo", "spans": [{"start": 0, "end": 9, "label": "A"}]}', encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        read_lines(path)
