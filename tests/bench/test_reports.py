"""The bench of drafts, on made-up reports: truth to vectors, the control, and the promised keys."""

import csv
import json
import random
from pathlib import Path

import numpy as np
import pytest

from bench.reports import KEYS, main
from bench.reports_given import Given, inputs, read
from bench.reports_judged import of_texts
from eval.findings import Label
from simulate.embeddings import network
from simulate.films import findings

SAID = {
    "Cardiomegaly/mild": "The heart is mildly enlarged.",
    "Pleural Effusion/left/small": "Small left pleural effusion.",
    "Nodule/lung/right": "Right lung nodule.",
}


def reports(path: Path, many: int, seed: int) -> Path:
    rng = random.Random(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["uid", "MeSH", "findings", "impression"])
        for at in range(many):
            here = [mesh for mesh in SAID if rng.random() < 0.3]
            text = " ".join(SAID[mesh] for mesh in here) or "No acute abnormality."
            rows.writerow([f"{seed}-{at}", ";".join(here) or "normal", f"{text} Study {at % 7}.", ""])
    return path


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> tuple[Given, Given]:
    home = tmp_path_factory.mktemp("reports")
    return read(reports(home / "train.csv", 400, 1)), read(reports(home / "test.csv", 150, 2))


def test_truth_is_what_the_indexers_said() -> None:
    label = Label("effusion", "left", "severe")
    made = inputs([[label], []])
    place, many = list(findings()).index("effusion"), len(findings())
    assert made.shape == (2, len(network()[0]))
    assert np.flatnonzero(made[0]).tolist() == [place, many + place, 3 * many + place]  # present, left, grade
    assert made[0, 3 * many + place] == 1
    assert not made[1].any()


def test_a_study_of_two_images_shows_the_same_twice(given: tuple[Given, Given]) -> None:
    studies = given[0].studies(noise=0.001, seed=1)
    assert studies.images[:2].tolist() == [1, 2]
    second, third = studies.vectors[1:3]
    assert np.abs(second - third).max() < 0.01
    other = next(at for at, labels in enumerate(given[0].truth) if labels != given[0].truth[1])
    assert np.abs(studies.pooled[other] - second).max() > 0.1


def test_a_report_is_judged_by_what_it_says(given: tuple[Given, Given]) -> None:
    test = given[1]
    assert of_texts(test, test.texts).f1("all") == 1
    swapped = [text.replace("left", "right") for text in test.texts]
    assert of_texts(test, swapped).f1("finding") == 1
    assert of_texts(test, swapped).f1("side") < 0.8
    silent = of_texts(test, ["No acute abnormality."] * len(test))
    assert (silent.f1("finding"), silent.abnormal_missed) == (0, 1)


def test_drafts_say_what_the_classifier_says_and_shuffled_ones_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = reports(tmp_path / "train.csv", 400, 1), reports(tmp_path / "test.csv", 150, 2)
    main(train, test, noise=1.5, systems="nearest", seed=1)
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert tuple(line) == KEYS
    ours = line["systems"][line["final"]]
    assert set(line["systems"]) == {"constant", "nearest", "ours"}
    assert ours["finding_f1"] > line["systems"]["nearest"]["finding_f1"]
    assert ours["finding_f1"] >= line["classifier_f1"] - 0.02
    assert line["control_f1"] == line["constant_f1"] == 0
    assert (line["unsupported_sentences"], line["false_priors"]) == (0, 0)
