"""Studies for bench.reports: truth from the manual labels of reports, and vectors that a simulated encoder makes of it.

No open images with reports could be had, so a vector is the truth through the fixed random network of simulate/, with
noise of a stated size: the best possible score is known, and no figure says anything of real images.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench import labeller_gold
from bench.labeller import given as labels_of
from bench.labeller_gold import Finding as Meaning
from bench.labeller_gold import known
from contract.errors import InputError
from eval.findings import Label
from imaging.finding import Finding
from imaging.labeller.labelled import Labelled
from imaging.labeller.labeller import Labeller
from imaging.studies import NONE, Studies
from simulate.embeddings import ENCODER, VIEWS, encode, network
from simulate.films import findings as simulated

__all__ = ["ENCODER", "Given", "inputs", "read", "read_back"]
GRADES = {"": 0.0, "mild": 1 / 3, "moderate": 2 / 3, "severe": 1.0}
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Given:
    """n reports. `truth`: what is there, in the thirteen names of bench/labeller_findings.yaml."""

    uid: Sequence[str]
    texts: Sequence[str]
    truth: Sequence[Sequence[Label]]
    findings: Sequence[Sequence[Finding]]
    inputs: Floats  # (n, inputs of the network)

    def __len__(self) -> int:
        return len(self.uid)

    def studies(self, noise: float, seed: int) -> Studies:
        """One frontal image a report, and for every second one a lateral one of the same signal with its own noise."""
        rng = np.random.default_rng(seed)
        many = 1 + np.arange(len(self)) % 2
        image = np.repeat(np.arange(len(self)), many)
        clean = encode(self.inputs)[image]
        vectors = clean + noise * rng.normal(size=clean.shape)
        first = np.concatenate([[0], np.cumsum(many)]).astype(np.int64)
        view = np.where(np.diff(image, prepend=-1) > 0, VIEWS[0], VIEWS[2]).astype(object)
        return Studies(
            np.array(self.uid, object), np.arange(len(self), dtype=np.int64),
            np.full(len(self), np.datetime64("NaT", "us")), np.full(len(self), "CR", object), first,
            vectors.astype(np.float32), view, np.full(len(self), NONE),
        )  # fmt: skip

    @staticmethod
    def shuffled(studies: Studies, seed: int) -> Studies:
        """The same studies, each with the images of another."""
        order = np.random.default_rng(seed).permutation(len(studies))
        other = studies.take(order)
        return replace(studies, first=other.first, vectors=other.vectors, view=other.view)


def read(path: Path) -> Given:
    """A CSV in the layout of Open-i; a report without manual labels (the column is empty) has those of its text."""
    reports = [each for each in labeller_gold.read(path) if each.text.strip()]
    if not reports:
        raise InputError(f"{path.name}: no report has a text; expected findings or impression.")
    mesh = _meaning()
    labelled = Labeller().label([each.text for each in reports])
    truth = [
        [meaning.label(name, each.mesh) for name, meaning in mesh.items() if meaning.marked(each.mesh)]
        if each.mesh
        else read_back(said)
        for each, said in zip(reports, labelled, strict=True)
    ]
    found = [list(map(_finding, each)) for each in truth]
    return Given([r.uid for r in reports], [r.text for r in reports], truth, found, inputs(truth))


def read_back(said: Sequence[Labelled]) -> list[Label]:
    """What the labeller read in a text, in the thirteen names."""
    return labels_of(said, _meaning())


@cache
def _meaning() -> Mapping[str, Meaning]:
    return known()


def inputs(truth: Sequence[Sequence[Label]]) -> Floats:
    """(n, inputs): present, left, right, grade of each finding, as simulate.embeddings.inputs orders them."""
    place: Mapping[str, int] = {name: at for at, name in enumerate(simulated())}
    width = len(network()[0])  # what the network takes beyond these (states of devices) is nought: no label says it
    made = np.zeros((len(truth), 4, len(place)))
    for row, labels in enumerate(truth):
        for label in labels:
            at = place[label.finding]
            left, right = label.side in {"left", "both"}, label.side in {"right", "both"}
            made[row, :, at] = 1, left, right, GRADES[label.severity]
    flat = made.reshape(len(truth), -1)
    return np.pad(flat, ((0, 0), (0, width - flat.shape[1])))


def _finding(label: Label) -> Finding:
    return Finding(label.finding, label.side, label.severity)
