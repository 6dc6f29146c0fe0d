"""The best reader: sees all where there is hardly noise, is calibrated where there is, and gains by a second image."""

import numpy as np
import pytest

from bench.reports_given import Given, inputs
from bench.reports_reader import choices, pairs, posterior, read, stated
from eval.findings import Label


@pytest.fixture(scope="module")
def given() -> Given:
    rng = np.random.default_rng(3)
    truth = [
        [
            Label(name, side, grade)
            for name, side, grade in (
                ("effusion", ("left", "right")[rng.integers(2)], "mild"),
                ("edema", "", ("mild", "severe")[rng.integers(2)]),
                ("nodule", "left", ""),
            )
            if rng.random() < 0.25
        ]
        for _ in range(240)
    ]
    return Given([str(row) for row in range(240)], [""] * 240, truth, [[] for _ in truth], inputs(truth))


def test_it_sees_all_where_there_is_hardly_noise(given: Given) -> None:
    found = read(given.truth, given.studies(0.5, 1), 0.5)
    told = [{(each.name, each.side, each.severity) for each in row} for row in found]
    assert told == [{(each.finding, each.side, each.severity) for each in row} for row in given.truth]


def test_it_is_calibrated_and_two_images_tell_more(given: Given) -> None:
    known, studies = choices(given.truth), given.studies(5, 1)
    chance = posterior(studies, 5, known, pairs(given.truth, known))
    place = [each.name for each in known].index("effusion")
    present = 1 - chance[place][:, 0]
    there = np.array([any(each.finding == "effusion" for each in row) for row in given.truth])
    assert abs(present.mean() - there.mean()) < 0.06
    doubt = present * (1 - present)
    assert doubt[studies.images == 2].mean() < doubt[studies.images == 1].mean()
    assert present[there].mean() > 3 * present[~there].mean()


def test_what_training_never_shows_is_never_said(given: Given) -> None:
    assert not any(each.name == "fracture" for row in read(given.truth, given.studies(5, 1), 5) for each in row)


def test_as_many_are_stated_as_make_f1_highest() -> None:
    assert stated(np.array([0.1, 0.9, 0.5, 0.2])).tolist() == [1, 2]
