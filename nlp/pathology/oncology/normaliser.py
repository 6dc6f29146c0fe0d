"""Mentions of tumours to ICD-O-3: as the same words were coded before; else by their words, part by part.

Histology by a linear SVM over words and letters of mentions and of listed names; behaviour, grade and CANTEMIST's /H by
logistic regression over words, cues and the usual behaviour of the histology. What a text abbreviates is written out.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nlp.pathology.oncology.features import Letters, told
from nlp.pathology.oncology.icdo import Morphology
from nlp.pathology.oncology.linear import Floats, Linear, logistic, margins
from nlp.pathology.oncology.names import SECONDARY, names, usual
from nlp.pathology.oncology.short_forms import written_out
from nlp.pathology.oncology.words import said

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Coded = tuple[str, float]
"""A code and its probability."""
LEAST, SHARP = 0.1, 5.0
OF_HISTOLOGY, ALTERNATIVES = 4, 3
TRUST = 0.4  # cases that a code seen once lacks to be certain
CALIBRATED_ON = 300  # mentions at least; fewer calibrate nothing


@dataclass
class Normaliser:
    """`known`: words of mentions to codes with how often; `bend`: of the logit of a code not known, slope and shift."""

    known: Mapping[str, Mapping[str, int]]
    letters: Letters = field(repr=False)
    told: Sequence[str] = field(repr=False)  # features of behaviour, grade and more
    parts: Mapping[str, Linear] = field(repr=False)  # histology, behaviour, grade, more
    usual: Mapping[str, str] = field(repr=False)
    bend: tuple[float, float] = (1.0, 0.0)

    def codes(self, text: str, spans: Sequence[tuple[int, int]]) -> list[list[Coded]]:
        """Of each mention of a text, most likely first; three at most."""
        words = [said(text[start:end]) for start, end in spans]
        full = [said(written_out(text, text[start:end])) for start, end in spans]
        unknown = [at for at, each in enumerate(words) if each not in self.known and full[at] not in self.known]
        guessed = dict(zip(unknown, self.guess([full[at] for at in unknown]), strict=True))
        return [
            guessed[at]
            if at in guessed
            else self._counted(self.known[words[at] if words[at] in self.known else full[at]])
            for at in range(len(spans))
        ]

    def guess(self, words: Sequence[str]) -> list[list[Coded]]:
        """Of words never coded before."""
        if not words:
            return []
        shares = self.parts["histology"].probabilities(self.letters.matrix(words))
        return [self._composed(each, share) for each, share in zip(words, shares, strict=True)]

    def _counted(self, counts: Mapping[str, int]) -> list[Coded]:
        whole = sum(counts.values()) + TRUST
        return [(code, count / whole) for code, count in Counter(counts).most_common(ALTERNATIVES)]

    def _composed(self, words: str, share: Floats) -> list[Coded]:
        found: dict[str, float] = defaultdict(float)
        for at in np.argsort(-share)[:OF_HISTOLOGY]:
            histology = self.parts["histology"].classes[at]
            features = self._row(told(words, histology, self.usual.get(histology, "3")))
            said_of = {name: self._likely(name, features) for name in ("behaviour", "grade", "more")}
            for behaviour, first in said_of["behaviour"]:
                for grade, second in said_of["grade"]:
                    for more, third in said_of["more"]:
                        code = Morphology(histology, behaviour, grade, more).code
                        found[code] += float(share[at]) * first * second * third
        best = sorted(found.items(), key=lambda each: (-each[1], each[0]))[:ALTERNATIVES]
        return [(code, self._bent(chance)) for code, chance in best]

    def _likely(self, part: str, features: "csr_matrix") -> list[tuple[str, float]]:
        model = self.parts[part]
        shares = model.probabilities(features)[0]
        return [(model.classes[at], float(shares[at])) for at in np.argsort(-shares)[:2]]

    def _row(self, of: Mapping[str, float]) -> "csr_matrix":
        return matrix([of], {name: at for at, name in enumerate(self.told)})

    def _bent(self, chance: float) -> float:
        slope, shift = self.bend
        inner = min(max(chance, 1e-6), 1 - 1e-6)
        return float(1 / (1 + np.exp(-(slope * np.log(inner / (1 - inner)) + shift))))


def matrix(rows: Sequence[Mapping[str, float]], columns: Mapping[str, int]) -> "csr_matrix":
    """(rows, columns); what is in no column is left out."""
    from scipy.sparse import csr_matrix

    cells = [
        (at, columns[name], value) for at, row in enumerate(rows) for name, value in row.items() if name in columns
    ]
    first, second, values = zip(*cells, strict=True) if cells else ((), (), ())
    return csr_matrix((np.asarray(values, float), (first, second)), shape=(len(rows), len(columns)))


@dataclass(frozen=True)
class Example:
    """A mention as somebody coded it; `document`: where it stands."""

    words: str
    code: str
    document: str


def learned(examples: Sequence[Example]) -> Normaliser:
    """Calibrated on mentions whose words stand in no other document than those left out: three times a third."""
    made = _learned(examples)
    made.bend = _bend(examples)
    return made


def _learned(examples: Sequence[Example]) -> Normaliser:
    known: dict[str, Counter[str]] = defaultdict(Counter)
    for example in examples:
        known[example.words][example.code] += 1
    pairs = [(words, code, float(np.sqrt(count))) for words, of in known.items() for code, count in of.items()]
    listed = [(name.words, name.code, 1.0) for name in names()]
    words, codes, weights = zip(*(pairs + listed), strict=True)
    morphologies = [Morphology.of(code) for code in codes]
    behaviours = _usual(examples)
    letters = Letters.of(words)
    rows = [
        told(each, of.histology, behaviours.get(of.histology, "3"))
        for each, of in zip(words, morphologies, strict=True)
    ]
    columns = {name: at for at, name in enumerate(sorted({name for row in rows for name in row}))}
    features, every, mentions = matrix(rows, columns), np.asarray(weights), len(pairs)
    few, own = (features[:mentions], every[:mentions]) if mentions else (features, every)
    parts = {
        "histology": margins(letters.matrix(words), [of.histology for of in morphologies], every, LEAST, SHARP),
        "behaviour": logistic(features, [of.behaviour for of in morphologies], every),
        "grade": logistic(few, [of.grade for of in morphologies[: len(own)]], own),
        "more": logistic(few, [of.more for of in morphologies[: len(own)]], own),
    }
    return Normaliser(known, letters, list(columns), parts, behaviours)


def _usual(examples: Sequence[Example]) -> dict[str, str]:
    """As most mentions have it that are no metastases, else as it is listed."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for example in examples:
        of = Morphology.of(example.code)
        if of.behaviour != SECONDARY:
            counts[of.histology][of.behaviour] += 1
    return {**usual(), **{histology: of.most_common(1)[0][0] for histology, of in counts.items()}}


def _bend(examples: Sequence[Example]) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    if len(examples) < CALIBRATED_ON:
        return 1.0, 0.0
    places = {name: at % 3 for at, name in enumerate(sorted({example.document for example in examples}))}
    logits: list[float] = []
    right: list[bool] = []
    for part in range(3):
        kept = [example for example in examples if places[example.document] != part]
        made = _learned(kept)
        asked = [e for e in examples if places[e.document] == part and e.words not in made.known]
        for example, codes in zip(asked, made.guess([e.words for e in asked]), strict=True):
            chance = min(max(codes[0][1], 1e-6), 1 - 1e-6)
            logits.append(float(np.log(chance / (1 - chance))))
            right.append(codes[0][0] == example.code)
    if len(set(right)) < 2:
        return 1.0, 0.0
    model = LogisticRegression(C=1e3).fit(np.asarray(logits)[:, None], right)
    return max(float(model.coef_[0, 0]), 0.05), float(model.intercept_[0])
