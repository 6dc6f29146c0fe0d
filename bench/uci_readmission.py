"""UCI diabetes, 130 hospitals: readmission under 30 days, by the same blend of learners, patients kept apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import pandas as pd
import typer
from scipy import sparse

from bench.json_line import command, finish, say
from bench.uci_encounters import LEAST, Encounters, encounters, kinds, plain, read
from contract.errors import InputError
from eval import risk
from eval.resampling import draws
from outcomes.features.matrix import Features
from outcomes.learning.blend import Blend
from outcomes.learning.folds import folds
from outcomes.learning.trees import Trees
from outcomes.timeline import Bools, Ints

KEYS = ("auroc",)
FOLDS, SEED = 5, 1
HELD = 20.0  # encounters: so strongly is the rate of a kind held to the rate of all
BLEND = Blend(trees=Trees(leaves=12, columns=0.3, least=50), penalty=0.2)

Floats = npt.NDArray[np.float64]
Words = Mapping[str, npt.NDArray[np.object_]]


@dataclass(frozen=True)
class Rows:
    """(n,) encounters as numbers and words."""

    numbers: Mapping[str, Floats]
    words: Words
    label: Floats
    patients: Ints

    def take(self, rows: Bools) -> "Rows":
        numbers = {name: values[rows] for name, values in self.numbers.items()}
        words = {name: values[rows] for name, values in self.words.items()}
        return Rows(numbers, words, self.label[rows], self.patients[rows])


def rows(found: Encounters) -> Rows:
    words = {name: values[found.judged] for name, values in kinds(found.frame).items()}
    return Rows(plain(found), words, found.label, found.patients)


def predicted(train: Rows, test: Rows) -> Floats:
    """Logits of the test rows. Rates of kinds: of training rows by other patients, of test rows by all of training."""
    fold = folds(train.patients, train.label == 1, FOLDS, SEED + 1)
    own, theirs = dict(train.numbers), dict(test.numbers)
    for name, word in train.words.items():
        apart = np.empty(len(word))
        for at in range(FOLDS):
            apart[fold == at] = rates(word[fold != at], train.label[fold != at], word[fold == at])
        own[f"rate/{name}"], theirs[f"rate/{name}"] = apart, rates(word, train.label, test.words[name])
        for one in _usual(word):
            own[f"{name}={one}"], theirs[f"{name}={one}"] = (
                (each == one).astype(float) for each in (word, test.words[name])
            )
    label = train.label[:, None].astype(np.float32)
    return BLEND.fit(_features(own), label, train.patients, SEED).logits(_features(theirs))[:, 0]


def rates(word: npt.NDArray[np.object_], label: Floats, asked: npt.NDArray[np.object_]) -> Floats:
    """How often the like of it came back, of a kind never seen the rate of all."""
    every = float(label.mean())
    by = pd.DataFrame({"word": word, "label": label}).groupby("word")["label"].agg(["sum", "count"])
    rate = (by["sum"] + HELD * every) / (by["count"] + HELD)
    return np.asarray(pd.Series(asked).map(rate).fillna(every), np.float64)


def _usual(word: npt.NDArray[np.object_]) -> list[str]:
    """Kinds with some, but not most, of the encounters."""
    found = pd.Series(word).value_counts()
    return sorted(str(one) for one in found.index[(found >= 5 * LEAST) & (found <= len(word) - LEAST)])


def _features(columns: Mapping[str, Floats]) -> Features:
    values = np.stack(list(columns.values()), 1).astype(np.float32)
    row, column = np.nonzero(~np.isnan(values))
    held = sparse.csr_array((values[row, column], (row, column)), shape=values.shape)
    return Features(tuple(columns), np.zeros(len(columns), bool), held)


def main(
    train: Annotated[Path, typer.Option(help="The CSV of encounters, as published.")],
    test: Annotated[Path | None, typer.Option(help="Such a file; left out: five folds of patients.")] = None,
) -> None:
    """AUROC of readmission under 30 days, of encounters that the patient left alive.

    Example: python -m bench.uci_readmission --train diabetic_data.csv

    A patient's earlier encounters (lower ids) may be read, later ones never; the file has no times.
    """
    known = read(train)
    learned = rows(encounters(known))
    if test:
        asked = rows(encounters(read(test), known))
        scores = predicted(learned, asked)
    else:
        asked = learned
        scores = crossed(learned)
    if not 0 < asked.label.sum() < len(asked.label):
        raise InputError("the encounters that are judged are all of one kind; expected some with readmitted '<30'.")
    weights = draws([str(patient) for patient in asked.patients], 200)
    for name, measure in {"AUROC": risk.auroc, "AUPRC": risk.auprc}.items():
        found = risk.estimate(measure, asked.label, scores, weights)
        say(f"{name} {found.value:.4f} ({found.low:.4f} to {found.high:.4f}) of {len(scores)} encounters")
    finish(KEYS, {"auroc": round(risk.plain(risk.auroc, asked.label, scores), 4)})


def crossed(every: Rows) -> Floats:
    fold = folds(every.patients, every.label == 1, FOLDS, SEED)
    out = np.empty(len(fold))
    for at in range(FOLDS):
        out[fold == at] = predicted(every.take(fold != at), every.take(fold == at))
        say(f"fold {at + 1}: AUROC {risk.plain(risk.auroc, every.label[fold == at], out[fold == at]):.4f}")
    return out


if __name__ == "__main__":
    command(main)
