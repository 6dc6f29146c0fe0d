"""An encoder as an artifact: taught from texts, kept, begun from; and the one that is shipped."""

from dataclasses import replace
from pathlib import Path

import pytest

from contract.errors import InputError
from eval.corpora.marked import Marked
from nlp.pathology.oncology import begun, encoder
from nlp.pathology.oncology.spans import Lessons, encoded
from nlp.pathology.oncology.train import Training, train

TEXT = "El paciente fue intervenido de un tumor de colon."
SILENT = Lessons(members=1, epochs=1)


def tell(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = tmp_path_factory.mktemp("texts")
    (texts / "one.txt").write_text(TEXT, encoding="utf-8")
    out = tmp_path_factory.mktemp("models") / "encoder"
    begun.train(texts, out, begun.Guessing(epochs=1, source="ours", licence="none"))
    return out


def test_what_is_kept_is_what_members_begin_with(own: Path) -> None:
    began = encoded([], replace(SILENT, encoder=own), tell)
    assert {name.partition(".")[0] + "." for name in began} == set(encoder.PARTS)
    card = (own / "card.md").read_text(encoding="utf-8")
    assert "ours (1 texts" in card and "Identifiable: yes" in card


def test_unmarked_texts_teach_another_and_none_is_none(own: Path) -> None:
    taught = encoded([Marked("d", TEXT, ())], replace(SILENT, encoder=own, guessing=1, unmarked=(TEXT,)), tell)
    kept = begun.load(own)
    assert any(not taught[name].equal(kept[name]) for name in kept)
    assert encoded([], replace(SILENT, encoder=None), tell) == {}


def test_an_encoder_of_another_network_is_refused(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(begun, "NETWORK", {**encoder.NETWORK, "hidden": 64})
    with pytest.raises(InputError, match="of another network"):
        begun.load(own)


def test_a_folder_without_texts_teaches_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no texts"):
        begun.train(tmp_path, tmp_path / "out", begun.Guessing())
    assert not (tmp_path / "out").exists()


def test_what_began_with_identifiable_texts_is_identifiable(own: Path, tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "c.ann").write_text("T1\tMORFOLOGIA_NEOPLASIA 34 39\ttumor\n#1\tAnnotatorNotes T1\t8000/1\n")
    train(tmp_path, tmp_path / "out", Training(replace(SILENT, encoder=own), phi=False))
    assert "Identifiable: yes" in (tmp_path / "out" / "card.md").read_text(encoding="utf-8")
    assert '"phi": true' in (tmp_path / "out" / "config.json").read_text(encoding="utf-8")


def test_the_shipped_encoder_is_small_open_and_as_it_was_saved() -> None:
    assert sum(path.stat().st_size for path in begun.SHIPPED.iterdir()) <= 2_200_000
    assert not begun.identifiable(begun.SHIPPED)
    assert begun.load(begun.SHIPPED)
    assert "CC BY 4.0" in (begun.SHIPPED / "card.md").read_text(encoding="utf-8")
