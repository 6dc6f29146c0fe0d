"""A finder taught a few mentions, once for all tests of the room: it knows little, but all its parts are there."""

from pathlib import Path

import pytest

from eval.corpora.cantemist import MORPHOLOGY
from nlp.pathology.oncology import artifact
from nlp.pathology.oncology.normaliser import Normaliser
from nlp.pathology.oncology.spans import Lessons
from nlp.pathology.oncology.train import Training, train

TAUGHT = [
    ("tumor", "8000/1"), ("metástasis", "8000/6"), ("metástasis hepáticas", "8000/6"), ("M1", "8000/6"),
    ("adenocarcinoma", "8140/3"), ("adenocarcinoma metastásico", "8140/6"), ("metástasis de adenocarcinoma", "8140/6"),
    ("adenocarcinoma poco diferenciado", "8140/33"), ("adenocarcinoma bien diferenciado", "8140/31"),
    ("carcinoma ductal infiltrante grado 2", "8500/32"), ("carcinoma ductal infiltrante", "8500/3"),
    ("melanoma", "8720/3"), ("metástasis de melanoma", "8720/6"), ("sarcoma de alto grado", "8800/34"),
    ("carcinoma papilar", "8050/3"), ("carcinoma escamoso moderadamente diferenciado", "8070/32"),
]  # fmt: skip


BEFORE = "Se observa "


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    for at, (words, code) in enumerate(TAUGHT):
        (data / f"c{at}.txt").write_text(f"{BEFORE}{words}.", encoding="utf-8")
        marks = f"T1\t{MORPHOLOGY} {len(BEFORE)} {len(BEFORE) + len(words)}\t{words}\n#1\tAnnotatorNotes T1\t{code}\n"
        (data / f"c{at}.ann").write_text(marks, encoding="utf-8")
    out = tmp_path_factory.mktemp("models") / "oncology"
    train(data, out, Training(Lessons(members=1, epochs=1, guessing=1), unmarked=data, phi=False))
    return out


@pytest.fixture(scope="session")
def normaliser(folder: Path) -> Normaliser:
    return artifact.load(folder).normaliser
