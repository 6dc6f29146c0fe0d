"""Notes are joined to their length, labels reach their number, profiles count libraries where they are called."""

from pathlib import Path

import pytest

from bench import icd_speed
from bench.icd_labels import More
from contract.errors import InputError
from eval.corpora.codiesp import read_labels, read_notes


@pytest.fixture
def train(tmp_path: Path) -> Path:
    folder = tmp_path / "train"
    (folder / "text_files").mkdir(parents=True)
    (folder / "text_files" / "a.txt").write_text("Presenta fiebre.")
    (folder / "trainD.tsv").write_text("a\tr50.9\n")
    (folder / "trainP.tsv").write_text("a\tbw03zzz\n")
    (folder / "trainX.tsv").write_text("a\tDIAGNOSTICO\tr50.9\tfiebre\t9 15\n")
    return folder


def test_labels_reach_their_number(train: Path, tmp_path: Path) -> None:
    texts = [
        "paciente con fractura antigua del peroné derecho, tratada entonces con inmovilización prolongada " * 9
    ] * 3
    out = tmp_path / "more"
    assert More(train, texts, 50).write(out) == 50
    labels = {task: read_labels(out, task) for task in "DP"}
    assert len({label for rows in labels.values() for label in rows["label"].to_pylist()}) == 50
    assert len(read_notes(out)) == 4
    words = dict(zip(*(read_notes(out)[name].to_pylist() for name in ("note_id", "text")), strict=True))
    marked = [span for spans in labels["D"]["evidence"].to_pylist() for span in spans]
    assert len(marked) == 49
    assert all(len(words[s["note_id"]][s["start"] : s["end"]].split()) in (1, 2, 3) for s in marked)


def test_too_many_labels_are_refused(train: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be reached"):
        More(train, ["short"], 9000).write(tmp_path / "more")


def test_notes_are_joined_to_their_length(tmp_path: Path) -> None:
    for at in range(9):
        (tmp_path / f"{at}.txt").write_text(f"text{at} " * 600)
    notes, rest = icd_speed._joined(tmp_path, 2)
    assert [len(note.split()) for note in notes] == [1800, 1800] and len(rest) == 3
    with pytest.raises(InputError, match="--count"):
        icd_speed._joined(tmp_path, 4)


def test_a_library_counts_where_it_is_called() -> None:
    parts = icd_speed._profiled(lambda: icd_speed._cpu(lambda: sorted(range(300_000), key=str)))
    assert parts["tests/bench/test_icd_speed.py"] + parts["bench/icd_speed.py"] == pytest.approx(1, abs=0.01)
    assert parts["tests/bench/test_icd_speed.py"] > 0.5
