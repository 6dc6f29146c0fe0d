"""The linear baseline: TF-IDF of words, a linear support vector machine for each code."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from contract.errors import InputError
from models.artifact import Artifact, load, save
from models.rounding import halved, numbers, tensors
from nlp.icd.chart import Chart, Evidence, Suggestion
from nlp.icd.literature.held_out import Scores, best_threshold, codes_of, split, truth
from nlp.icd.literature.joined import Joined, joined, words

VOCABULARY = "vocabulary.json"
WORDS_SHOWN = 3  # that speak most for a code


@dataclass
class Svm:
    """`kept`: words of a code with the largest weights; the rest is dropped, so that 10,000 codes fit in memory."""

    name: str = "svm"
    strength: float = 1.0  # C of the support vector machine
    held: float = 0.15  # of the charts: fixes threshold and scale of the scores; then all are learned
    seed: int = 1
    least: int = 2  # charts a word must stand in
    features: int = 30_000
    kept: int = 2_000
    suggested: int = 300
    threshold: float = field(default=0.5, init=False)
    learned: "Learned | None" = field(default=None, init=False, repr=False)

    def fit(self, charts: Sequence[Chart]) -> None:
        learned, held = split(charts, self.held, self.seed)
        codes = codes_of(charts)
        trial, gold = self._learn(learned, codes), truth(held, codes)
        margins = trial.margins([joined(chart) for chart in held])
        slope, offset = _sigmoid(margins, gold)
        self.learned = self._learn([*learned, *held], codes)
        self.learned.slope, self.learned.offset = slope, offset
        self.threshold = best_threshold(_squashed(margins, slope, offset), gold)

    def suggest(self, charts: Sequence[Chart]) -> list[list[Suggestion]]:
        learned = self._ready()
        texts = [joined(chart) for chart in charts]
        scores = self.scores(charts)
        return [learned.suggestions(text, row, self.suggested) for text, row in zip(texts, scores, strict=True)]

    def scores(self, charts: Sequence[Chart]) -> Scores:
        """(charts, codes)."""
        learned = self._ready()
        margins = learned.margins([joined(chart) for chart in charts])
        return _squashed(margins, learned.slope, learned.offset)

    @property
    def codes(self) -> tuple[str, ...]:
        return self._ready().codes

    def save(self, folder: Path, card: str = "") -> str:
        learned = self._ready()
        settings = {one.name: getattr(self, one.name) for one in fields(self) if one.init}
        config = {"kind": "svm", "system": settings, "threshold": self.threshold, "words": len(learned.vocabulary),
                  "slope": learned.slope, "offset": learned.offset}  # fmt: skip
        arrays = {"idf": learned.idf, "bias": learned.bias, "values": learned.weights.data,
                  "indices": learned.weights.indices, "indptr": learned.weights.indptr}  # fmt: skip
        files = {VOCABULARY: json.dumps(learned.vocabulary, ensure_ascii=False).encode()}
        return save(Artifact(learned.codes, config, [tensors(arrays)], card, files=files), folder)

    @classmethod
    def load(cls, folder: Path) -> "Svm":
        held = load(folder)
        made = cls(**held.config["system"])
        arrays = numbers(held.members[0])
        shape = (held.config["words"], len(held.labels))
        weights = csr_matrix((arrays["values"], arrays["indices"], arrays["indptr"]), shape)
        vocabulary = json.loads(held.files[VOCABULARY])
        made.learned = Learned(held.labels, vocabulary, arrays["idf"], weights, arrays["bias"])
        made.learned.slope, made.learned.offset = held.config["slope"], held.config["offset"]
        made.threshold = held.config["threshold"]
        return made

    def _learn(self, charts: Sequence[Chart], codes: tuple[str, ...]) -> "Learned":
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.svm import LinearSVC

        texts = [joined(chart).text for chart in charts]
        commonest = Counter(word for text in texts for word in set(_tokens(text))).most_common(1)[0][1]
        least = min(self.least, commonest)  # a word that stands in one chart is better than none
        reader = TfidfVectorizer(analyzer=_tokens, sublinear_tf=True, min_df=least, max_features=self.features)
        features = reader.fit_transform(texts)
        gold = truth(charts, codes)
        weights = np.zeros((features.shape[1], len(codes)), np.float32)
        bias = np.full(len(codes), -1.0, np.float32)  # of a code that no chart here has, or every chart
        for at in np.flatnonzero(gold.any(0) & ~gold.all(0)):
            machine = LinearSVC(C=self.strength, random_state=self.seed).fit(features, gold[:, at])
            weights[:, at], bias[at] = _largest(machine.coef_[0], self.kept), machine.intercept_[0]
        bias[gold.all(0)] = 1.0
        vocabulary = [str(word) for word in reader.get_feature_names_out()]
        return Learned(codes, vocabulary, halved(reader.idf_), csr_matrix(halved(weights)), halved(bias))

    def _ready(self) -> "Learned":
        if self.learned is None:
            raise InputError("The system svm has learned nothing yet; call fit, or load an artifact.")
        return self.learned


@dataclass
class Learned:
    codes: tuple[str, ...]
    vocabulary: list[str]
    idf: NDArray[np.float32]
    weights: Any  # (words, codes), sparse
    bias: NDArray[np.float32]
    slope: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        self._place = {word: at for at, word in enumerate(self.vocabulary)}

    def margins(self, texts: Sequence[Joined]) -> Scores:
        rows = [self._read(text) for text in texts]
        indptr = np.cumsum([0, *(len(found) for found, _ in rows)])
        columns = np.concatenate([found for found, _ in rows] or [np.zeros(0, np.int64)])
        values = np.concatenate([value for _, value in rows] or [np.zeros(0, np.float32)])
        features = csr_matrix((values, columns, indptr), (len(texts), len(self.vocabulary)))
        return np.asarray((features @ self.weights).toarray() + self.bias, np.float32)

    def suggestions(self, text: Joined, scores: NDArray[np.float32], most: int) -> list[Suggestion]:
        order = np.argsort(-scores, kind="stable")[:most]
        found, value = self._read(text)
        spoken = self.weights[found][:, order].toarray() * value[:, None]  # (words of the note, suggestions)
        first: dict[str, tuple[int, int]] = {}
        for start, end in words(text.text):
            first.setdefault(text.text[start:end].lower(), (start, end))
        spans = [first[self.vocabulary[at]] for at in found]
        return [
            Suggestion(self.codes[code], float(scores[code]), evidence=_evidence(text, spans, spoken[:, at]))
            for at, code in enumerate(order)
        ]

    def _read(self, text: Joined) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Which words of the vocabulary, and their TF-IDF of length 1."""
        tokens = (self._place.get(word) for word in _tokens(text.text))
        found, counts = np.unique([at for at in tokens if at is not None], return_counts=True)
        found = found.astype(np.int64)
        value = (1 + np.log(counts)) * self.idf[found]
        return found, (value / (np.linalg.norm(value) or 1.0)).astype(np.float32)


def _tokens(text: str) -> list[str]:
    return [text[start:end].lower() for start, end in words(text)]


def _evidence(text: Joined, spans: Sequence[tuple[int, int]], weights: NDArray[np.float32]) -> tuple[Evidence, ...]:
    best = [int(at) for at in np.argsort(-weights, kind="stable")[:WORDS_SHOWN] if weights[at] > 0]
    top = max((float(weights[at]) for at in best), default=1.0)
    return tuple(text.evidence(*spans[at], "word", float(weights[at]) / top) for at in best)


def _largest(weights: NDArray[np.float64], kept: int) -> NDArray[np.float64]:
    if len(weights) <= kept:
        return weights
    least = np.partition(np.abs(weights), -kept)[-kept]
    return np.where(np.abs(weights) >= least, weights, 0.0)


def _sigmoid(margins: Scores, gold: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset that make margins probabilities, one for all codes (Platt)."""
    from sklearn.linear_model import LogisticRegression

    if not gold.any() or gold.all():
        return 1.0, 0.0
    fitted = LogisticRegression(C=1e6).fit(margins.reshape(-1, 1), gold.ravel())
    return max(float(fitted.coef_[0, 0]), 1e-3), float(fitted.intercept_[0])


def _squashed(margins: Scores, slope: float, offset: float) -> Scores:
    return np.asarray(1 / (1 + np.exp(-(margins * slope + offset))), np.float32)
