"""What the parser is held against: the commonest value, templates, and n-grams of the whole report (Yala 2017)."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from nlp.pathology.breast.knowledge import load, specs
from nlp.pathology.breast.parser import truth
from nlp.pathology.breast.train import Known

Fields = dict[str, str]
"""By field, nodes as positive/examined; what is not stated is left out."""
WORDS = 4000  # n-grams that a classifier sees
LEAST = 4  # reports that an n-gram stands in


class Literature(Protocol):
    """Reads a report as one specimen."""

    def fit(self, reports: Sequence[Known]) -> None: ...
    def read(self, texts: Sequence[str]) -> list[Fields]: ...


@dataclass
class Majority:
    common: Fields = field(default_factory=dict)

    def fit(self, reports: Sequence[Known]) -> None:
        for name in specs():
            counted = Counter(truth(fields, name) for each in reports for _, fields in each.specimens)
            self.common[name] = counted.most_common(1)[0][0]

    def read(self, texts: Sequence[str]) -> list[Fields]:
        return [{name: value for name, value in self.common.items() if value} for _ in texts]


@dataclass
class Template:
    """Patterns in data/template.yaml, the first that matches; nothing is learned."""

    def fit(self, reports: Sequence[Known]) -> None:
        """Nothing to learn."""

    def read(self, texts: Sequence[str]) -> list[Fields]:
        return [{name: value for name in _patterns() if (value := _matched(name, text))} for text in texts]


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    return {
        name: {str(value): re.compile(said, re.I) for value, said in some.items()}
        for name, some in load("template").items()
    }


def _matched(name: str, text: str) -> str:
    for value, pattern in _patterns()[name].items():
        found = pattern.search(text)
        if found and found.groups() and name in FORMS:
            return FORMS[name](value, found)
        if found:
            return value
    return ""


FORMS: Mapping[str, Callable[[str, re.Match[str]], str]] = {
    "size_mm": lambda unit, found: f"{float(found[1]) * (10 if unit == 'cm' else 1):.4g}",
    "ki67": lambda _, found: found[1],
    "nodes": lambda _, found: f"{found[1]}/{found[2]}",
    "stage": lambda _, found: f"T{found[1].lower()}" + (f"N{found[2]}" if found[2] else ""),
}


@dataclass
class NGrams:
    """One classifier a field over words, pairs and triples of the report: `ada`, `boosting` or `logistic`."""

    kind: str = "ada"
    seed: int = 1
    _models: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    _grams: Any = field(default=None, init=False, repr=False)

    def fit(self, reports: Sequence[Known]) -> None:
        from sklearn.feature_extraction.text import CountVectorizer

        told = [each for each in reports if len(each.specimens) == 1]
        self._grams = CountVectorizer(ngram_range=(1, 3), min_df=LEAST, max_features=WORDS, binary=True)
        matrix = self._grams.fit_transform([each.text for each in told])
        for name in specs():
            values = [truth(each.specimens[0][1], name) for each in told]
            self._models[name] = (
                self._model().fit(_floats(matrix, self.kind), values) if len(set(values)) > 1 else values[0]
            )

    def _model(self) -> Any:
        from sklearn.ensemble import AdaBoostClassifier
        from sklearn.linear_model import LogisticRegression

        if self.kind == "logistic":
            return LogisticRegression(C=1.0, max_iter=300)
        if self.kind == "ada":
            return AdaBoostClassifier(n_estimators=50, random_state=self.seed)
        from lightgbm import LGBMClassifier

        return LGBMClassifier(n_estimators=40, num_leaves=15, n_jobs=1, random_state=self.seed, verbose=-1)

    def read(self, texts: Sequence[str]) -> list[Fields]:
        matrix = self._grams.transform(texts)
        said = {name: [m] * len(texts) if isinstance(m, str) else m.predict(_floats(matrix, self.kind))
                for name, m in self._models.items()}  # fmt: skip
        return [{name: str(values[at]) for name, values in said.items() if values[at]} for at in range(len(texts))]


def _floats(matrix: Any, kind: str) -> Any:
    return matrix.astype("float32") if kind == "boosting" else matrix


SYSTEMS: Mapping[str, Callable[[], Literature]] = {
    "majority": Majority,
    "template": Template,
    "logistic n-grams": lambda: NGrams("logistic"),
    "boosted n-grams": lambda: NGrams("boosting"),
    "AdaBoost n-grams": lambda: NGrams("ada"),
}
