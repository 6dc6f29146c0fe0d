"""k-NN, random forest and linear SVM on TF-IDF of words and characters (beside the networks in Borjali 2021)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from nlp.adverse.events.calibration import Calibration, fitted, held_out
from nlp.adverse.events.event import Event
from nlp.adverse.events.note import EventNote, Evidence, Floats
from nlp.adverse.events.occlusion import occluded

Kind = Literal["knn", "forest", "svm"]
NEIGHBOURS = 5
TREES = 150


@dataclass
class Vectors:
    event: Event
    kind: Kind
    seed: int = 1
    calibration: Calibration = field(default_factory=Calibration)
    _made: tuple[Any, Any] | None = None

    def fit(self, notes: Sequence[EventNote], labels: Sequence[str]) -> None:
        texts, order = [note.text for note in notes], self.event.labels
        gold = [order.index(label) for label in labels]

        def answers(learn: np.ndarray, ask: np.ndarray) -> Floats:
            made = self._learned([texts[at] for at in learn], [gold[at] for at in learn])
            return self._raw(made, [texts[at] for at in ask])

        self.calibration = fitted(held_out(gold, len(order), answers, seed=self.seed), gold)
        self._made = self._learned(texts, gold)

    def scores(self, notes: Sequence[EventNote]) -> Floats:
        if self._made is None:
            raise ValueError("fit the system before it is asked")
        return self.calibration(self._raw(self._made, [note.text for note in notes]))

    def evidence(self, notes: Sequence[EventNote]) -> list[list[Evidence]]:
        return [occluded(self.scores, note) for note in notes]

    def _learned(self, texts: Sequence[str], gold: Sequence[int]) -> tuple[Any, Any]:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_union

        shared = {"sublinear_tf": True, "max_features": 30_000, "dtype": np.float32}
        words = TfidfVectorizer(ngram_range=(1, 2), **shared)
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), **shared)
        union = make_union(words, letters)
        return union, self._classifier(len(gold)).fit(union.fit_transform(texts), gold)

    def _classifier(self, count: int) -> Any:
        if self.kind == "knn":
            from sklearn.neighbors import KNeighborsClassifier

            return KNeighborsClassifier(min(NEIGHBOURS, count), weights="distance", metric="cosine")
        if self.kind == "forest":
            from sklearn.ensemble import RandomForestClassifier

            return RandomForestClassifier(TREES, class_weight="balanced_subsample", random_state=self.seed)
        from sklearn.svm import LinearSVC

        return LinearSVC(C=1.0, class_weight="balanced", random_state=self.seed)

    def _raw(self, made: tuple[Any, Any], texts: Sequence[str]) -> Floats:
        """(N, L), rows sum to 1; a label that was never seen gets nothing."""
        vectors, model = made[0].transform(texts), made[1]
        if self.kind == "svm":
            margins = model.decision_function(vectors)
            margins = np.stack([-margins, margins], 1) if margins.ndim == 1 else margins
            said = np.exp(margins - margins.max(1, keepdims=True))
            said /= said.sum(1, keepdims=True)
        else:
            said = model.predict_proba(vectors)
        full = np.zeros((len(texts), len(self.event.labels)))
        full[:, model.classes_] = said
        return full
