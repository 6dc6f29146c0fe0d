"""A normaliser taught a few mentions, once for all tests of the room."""

import pytest

from nlp.pathology.oncology.normaliser import Example, Normaliser, learned
from nlp.pathology.oncology.words import said

TAUGHT = [
    ("tumor", "8000/1"), ("metástasis", "8000/6"), ("metástasis hepáticas", "8000/6"), ("M1", "8000/6"),
    ("adenocarcinoma", "8140/3"), ("adenocarcinoma metastásico", "8140/6"), ("metástasis de adenocarcinoma", "8140/6"),
    ("adenocarcinoma poco diferenciado", "8140/33"), ("adenocarcinoma bien diferenciado", "8140/31"),
    ("carcinoma ductal infiltrante grado 2", "8500/32"), ("carcinoma ductal infiltrante", "8500/3"),
    ("melanoma", "8720/3"), ("metástasis de melanoma", "8720/6"), ("sarcoma de alto grado", "8800/34"),
    ("carcinoma papilar", "8050/3"), ("carcinoma escamoso moderadamente diferenciado", "8070/32"),
]  # fmt: skip


@pytest.fixture(scope="session")
def normaliser() -> Normaliser:
    return learned([Example(said(words), code, f"d{at}") for at, (words, code) in enumerate(TAUGHT)])
