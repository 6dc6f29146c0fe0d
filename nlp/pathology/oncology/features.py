"""What is read of a mention's words: TF-IDF of words and letters for its histology, cues for behaviour and grade."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from nlp.pathology.oncology.words import grams, plain

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

CUES = Path(__file__).parent / "data" / "cues.yaml"
USUAL = 2.0  # weight of the histology's usual behaviour beside that of a word


@dataclass(frozen=True)
class Cues:
    """`behaviour`: what a word's beginning tells; `grade`: digit to patterns."""

    behaviour: Mapping[str, re.Pattern[str]]
    grade: Mapping[str, re.Pattern[str]]

    def of(self, words: str) -> list[str]:
        """Names of what the words say: behaviours, and the highest grade."""
        found = [name for name, pattern in self.behaviour.items() if pattern.search(words)]
        grades = [digit for digit, pattern in self.grade.items() if pattern.search(words)]
        return [*found, *(f"grade {digit}" for digit in grades[-1:])]


@cache
def cues() -> Cues:
    said = yaml.safe_load(CUES.read_text(encoding="utf-8"))
    behaviour = {name: re.compile(rf"\b(?:{'|'.join(map(plain, begin))})") for name, begin in said["behaviour"].items()}
    return Cues(behaviour, {digit: re.compile("|".join(either)) for digit, either in said["grade"].items()})


def told(words: str, histology: str, usual: str) -> dict[str, float]:
    """For behaviour, grade and more, of a mention whose histology is held to be known; `usual`: its behaviour."""
    found = {f"words {gram}": 1.0 for gram in grams(words)}
    named = cues().of(words)
    found |= {f"cue {name}": 2.0 for name in named}
    found |= {f"cue {name}, usually {usual}": 1.0 for name in named}
    return found | {f"histology {histology}": 1.0, f"group {histology[:2]}": 1.0, f"usually {usual}": USUAL}


@dataclass
class Letters:
    """TF-IDF of words, pairs of words, and runs of three and four letters."""

    words: "TfidfVectorizer"
    runs: "TfidfVectorizer"

    @staticmethod
    def of(names: Sequence[str]) -> "Letters":
        words, runs = _vectorizers()
        return Letters(words.fit(names), runs.fit(names))

    def matrix(self, names: Sequence[str]) -> "csr_matrix":
        from scipy.sparse import hstack

        return hstack([self.words.transform(names), self.runs.transform(names)]).tocsr()

    def said(self) -> list[dict[str, Any]]:
        return [
            {"words": list(of.get_feature_names_out()), "idf": [round(float(one), 4) for one in of.idf_]}
            for of in (self.words, self.runs)
        ]

    @staticmethod
    def again(said: Sequence[Mapping[str, Any]]) -> "Letters":
        import numpy as np

        made = _vectorizers()
        for vectorizer, kept in zip(made, said, strict=True):
            vectorizer.vocabulary = {word: at for at, word in enumerate(kept["words"])}
            vectorizer.idf_ = np.asarray(kept["idf"])
        return Letters(*made)


def _vectorizers() -> "tuple[TfidfVectorizer, TfidfVectorizer]":
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\S+")
    return words, TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True, min_df=2)
