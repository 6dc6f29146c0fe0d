"""The charts that systems of ICD coding are compared on: CodiEsp's folders in one language or two, and their folds."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from contract.errors import ConfigError
from eval.corpora.codiesp import SYSTEMS, read_labels, read_notes
from nlp.icd.chart import Chart
from nlp.icd.charts import charts
from nlp.icd.projection import projected

LANGUAGES = {"es": ("es",), "en": ("en",), "both": ("es", "en")}
SEED = 20261121


@dataclass(frozen=True)
class Corpus:
    """`train` is cut into folds by document where there is no `test`. `extra`: a language more to learn from.

    `project`: translations learn from the marked words of the Spanish text, projected; never those that are asked.
    """

    train: Path
    test: Path | None = None
    task: str = "D"
    language: str = "es"
    extra: str = ""
    folds: int = 5
    project: bool = True

    def __post_init__(self) -> None:
        if self.task not in SYSTEMS or self.language not in LANGUAGES or self.extra not in {"", "es", "en"}:
            raise ConfigError("Expected --task D or P, --language es, en or both, --extra-language es or en.")
        if self.test is None and self.folds < 2:
            raise ConfigError(f"--folds {self.folds} leaves nothing to train on; give 2 or more, or --test.")

    @property
    def parts(self) -> int:
        return 1 if self.test else self.folds


@dataclass(frozen=True)
class Part:
    """What a system learns from, and what it is asked. `unseen` has per chart the gold codes that training lacks."""

    train: Sequence[Chart] = field(repr=False)
    test: Sequence[Chart] = field(repr=False)

    @property
    def unseen(self) -> list[frozenset[str]]:
        seen = {code for chart in self.train for code in chart.gold}
        return [frozenset(chart.gold.keys() - seen) for chart in self.test]


def parts(corpus: Corpus) -> list[Part]:
    learned = (*LANGUAGES[corpus.language], *([corpus.extra] if corpus.extra else []))
    texts = _read(corpus.train, corpus.task, learned)
    marked = _marked(corpus)
    asked = LANGUAGES[corpus.language]
    if corpus.test:
        held = _all(_read(corpus.test, corpus.task, asked), asked)
        return [Part(_taught(_all(texts, learned), marked), held)]
    names = sorted({chart.encounter_id for chart in texts[learned[0]]})
    place = dict(zip(names, np.random.default_rng(SEED).permutation(len(names)) % corpus.folds, strict=True))
    return [
        Part(
            _taught([chart for chart in _all(texts, learned) if place[chart.encounter_id] != fold], marked),
            [chart for chart in _all(texts, asked) if place[chart.encounter_id] == fold],
        )
        for fold in range(corpus.folds)
    ]


def _marked(corpus: Corpus) -> list[Chart]:
    """Charts to project from, where there are any."""
    return _read(corpus.train, corpus.task, ["es"])["es"] if corpus.project and any(corpus.train.glob("*X.tsv")) else []


def _taught(train: list[Chart], marked: Sequence[Chart]) -> list[Chart]:
    """With the marked words of their own documents alone."""
    translated = [chart for chart in train if chart.notes[0].language != "es"]
    if not translated or not marked:
        return train
    learned = {chart.encounter_id for chart in train}
    others = [chart for chart in train if chart.notes[0].language == "es"]
    return others + projected([chart for chart in marked if chart.encounter_id in learned], translated)


def _read(folder: Path, task: str, languages: Sequence[str]) -> dict[str, list[Chart]]:
    """Two languages of a document have one encounter and two notes; spans are of the Spanish text."""
    found = {}
    for language in dict.fromkeys(languages):
        labels = read_labels(folder, task, spans=language == "es")
        found[language] = charts(read_notes(folder, language), labels, SYSTEMS[task])
    return {
        language: read if language == "es" else [_renamed(chart, language) for chart in read]
        for language, read in found.items()
    }


def _renamed(chart: Chart, language: str) -> Chart:
    return replace(chart, notes=tuple(replace(note, note_id=f"{note.note_id}.{language}") for note in chart.notes))


def _all(texts: dict[str, list[Chart]], languages: Sequence[str]) -> list[Chart]:
    return [chart for language in dict.fromkeys(languages) for chart in texts[language]]
