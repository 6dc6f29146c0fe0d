"""The card says all it is asked for, in sound Markdown with its figures beside it, and no small count."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from eval.resampling import Estimate
from outcomes.cohort import Loss
from outcomes.trust.card import Card, Contributions, Target, Training, write
from outcomes.trust.card_text import tripod
from outcomes.trust.conformal import coverage, fit
from outcomes.trust.groups import Judged

DRAW = np.random.default_rng(8)
N = 600
SCORES = DRAW.beta(1, 4, N)
LABELS = (DRAW.random(N) < SCORES).astype(float)
TRAINING = Training(
    data="phi/timeline of one site, digest 12ab",
    dates="2020-01-03 to 2023-12-30",
    model="Blend of trees and logistic regression, five folds by person.",
    predictors="Counts and values in windows of 6, 24 and 48 h.",
    features=321, persons=600, rows=600, events=int(LABELS.sum()), seed=7,
    command="chartloom train outcomes --task mortality", artifact="mortality-12ab",
)  # fmt: skip


def target(name: str = "") -> Target:
    sex = np.where(np.arange(N) < 5, "U", np.where(np.arange(N) % 2, "F", "M")).astype(object)
    conformal = fit(LABELS[:300], SCORES[:300])
    return Target(
        name, Judged(LABELS, SCORES, np.arange(N)), {"blend": SCORES, "logistic": np.sqrt(SCORES)}, {"sex": sex},
        before=SCORES**2, conformal=conformal, coverage=coverage(conformal, LABELS[300:], SCORES[300:]),
    )  # fmt: skip


def card(*targets: Target, losses: tuple[Loss, ...] = (Loss("trigger", 900, 600, 900, 600),)) -> Card:
    held = Contributions(["a", "b"], DRAW.normal(size=(40, 2)), DRAW.normal(size=(40, 2)))
    more = {"min(Se, PPV)": Estimate(0.5, 0.4, 0.6)}
    return Card("mortality", "predicates:\n  death: {code: X}\n", losses, TRAINING, targets, held, performance=more)


def test_every_section_and_every_figure_is_there(tmp_path: Path) -> None:
    write(card(target()), tmp_path)
    said = (tmp_path / "card.md").read_text()
    sections = set(re.findall(r"^## (.*)$", said, re.M))
    assert {where for _, _, where in tripod() if where != "none"} <= sections
    assert {"Out of scope", "Leaks", "Contributions", "TRIPOD+AI"} <= sections
    named = set(re.findall(r"\(figures/([\w-]+)\.svg\)", said))
    files = {path.stem for path in (tmp_path / "figures").iterdir()}
    assert named == files == {
        "roc", "precision-recall", "reliability", "groups-ratio", "groups-auroc", "decision", "importance",
        "contributions",
    }  # fmt: skip
    for path in (tmp_path / "figures").iterdir():
        ET.fromstring(path.read_text())
    assert "found no leak" in said and "```yaml\npredicates:" in said and "min(Se, PPV): 0.500 (0.400 to 0.600)" in said
    assert "nan" not in said.lower()


def test_tables_have_as_many_cells_as_heads(tmp_path: Path) -> None:
    write(card(target()), tmp_path)
    for block in re.findall(r"(?:^\|.*\n)+", (tmp_path / "card.md").read_text(), re.M):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_small_counts_are_not_told(tmp_path: Path) -> None:
    losses = (Loss("trigger", 1003, 1003, 903, 903), Loss("excluded: a | b", 1003, 1001, 903, 901))
    write(card(target(), losses=losses), tmp_path)
    said = (tmp_path / "card.md").read_text()
    assert "| sex | U | too small |" in said
    assert "1,003" not in said and "1,001" not in said and "about 1,000" in said
    assert r"a \| b" in said


def test_targets_have_figures_of_their_own_and_a_rare_one_no_numbers(tmp_path: Path) -> None:
    labels = np.zeros(N)
    labels[:3] = 1
    rare = Target("Rare", Judged(labels, SCORES, np.arange(N)), {"blend": SCORES})
    never = Target("Never", Judged(np.zeros(N), SCORES, np.arange(N)), {"blend": SCORES})
    write(card(target("Heart failure"), rare, never), tmp_path)
    said = (tmp_path / "card.md").read_text()
    assert (tmp_path / "figures" / "roc-heart-failure.svg").exists()
    assert not (tmp_path / "figures" / "roc-rare.svg").exists()
    assert "| Rare | too few events |" in said and "| Never | too few events |" in said and "Rare: under 5" in said


def test_the_items_are_those_of_tripod_ai() -> None:
    items = [item for item, _, _ in tripod()]
    assert len(items) == len(set(items)) == 52
    assert {int(re.match(r"\d+", item)[0]) for item in items} == set(range(1, 28))  # type: ignore[index]


@pytest.mark.parametrize("item", ["12g", "18f", "20c", "23b", "27c"])
def test_last_letters(item: str) -> None:
    assert item in [one for one, _, _ in tripod()]
