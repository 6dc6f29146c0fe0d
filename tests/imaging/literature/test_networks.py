"""The networks on made-up studies: they learn what an image says, and a reward changes what they write."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from contract.errors import ConfigError, InputError
from imaging.finding import Finding
from imaging.literature.cnn_lstm import CnnLstm
from imaging.literature.cnn_rnn_rnn import CnnRnnRnn
from imaging.literature.lesson import Lesson
from imaging.literature.named import SYSTEMS
from imaging.literature.rewards import ClinicalReward
from imaging.literature.teaching import improve
from imaging.literature.topics import Topics
from imaging.studies import NONE, Studies
from models.train import Schedule

SAYS = (
    "Lungs are clear. Heart size is fine.",
    "There is a small effusion.",
    "Large opacity (right). Pacemaker is seen. New.",
)
QUICK: dict[str, Any] = {
    "size": 16,
    "hidden": 32,
    "dropout": 0.0,
    "least": 1,
    "rate": 2e-2,
    "epochs": 12,
    "batch": 12,
    "average": 0.8,
}
NETWORKS = {"cnn_lstm": CnnLstm, "cnn_rnn_rnn": CnnRnnRnn}


def made(kinds: Sequence[int], seed: int = 1, images: Sequence[int] | None = None) -> Studies:
    """Coordinate `kind` of six is 6 higher than the noise. `images`: of each study."""
    many = np.ones(len(kinds), np.int64) if images is None else np.asarray(images)
    first = np.concatenate([[0], np.cumsum(many)])
    vectors = np.random.default_rng(seed).normal(size=(first[-1], 6)).astype(np.float32)
    vectors[np.arange(first[-1]), np.repeat(np.asarray(kinds, np.int64), many)] += 6
    ids = np.array([f"s{at}" for at in range(len(kinds))], object)
    empty, time = np.full(len(kinds), "", object), np.full(len(kinds), np.datetime64("NaT"), "datetime64[us]")
    return Studies(ids, np.arange(len(kinds)) // 2, time, empty, first, vectors, np.full(first[-1], "", object),
                   np.full(len(kinds), NONE))  # fmt: skip


KINDS = [at % 3 for at in range(108)]
FOUND: list[list[Finding]] = [[] for _ in KINDS]


@cache
def fitted(name: str) -> Any:
    return NETWORKS[name](**QUICK).fit(made(KINDS), [SAYS[kind] for kind in KINDS], FOUND)


@pytest.mark.parametrize("name", NETWORKS)
def test_what_the_image_says_is_what_is_written(name: str) -> None:
    asked = [2, 0, 1, 1, 0, 2] * 5
    drafts = fitted(name).predict(made(asked, seed=9))
    assert [draft.text for draft in drafts] == [SAYS[kind] for kind in asked]
    assert [len(draft.sentences) for draft in drafts[:3]] == [3, 2, 1]
    assert {s.source for draft in drafts for s in draft.sentences} == {"generated"}


@pytest.mark.parametrize("name", NETWORKS)
def test_what_the_image_does_not_say_is_not_written(name: str) -> None:
    """Reports in another order than images: no image can be told from another."""
    said = [SAYS[kind] for kind in np.random.default_rng(3).permutation(KINDS)]
    system = NETWORKS[name](**{**QUICK, "epochs": 4}).fit(made(KINDS), said, FOUND)
    asked = [at % 3 for at in range(60)]
    right = sum(d.text == SAYS[kind] for d, kind in zip(system.predict(made(asked, seed=9)), asked, strict=True))
    assert right < 40


@pytest.mark.parametrize("name", NETWORKS)
def test_studies_without_images_or_reports_are_left_out(name: str) -> None:
    images = [1] * 106 + [0, 2]
    reports = [SAYS[kind] for kind in KINDS]
    reports[0] = " "
    system = NETWORKS[name](**{**QUICK, "epochs": 1}).fit(made(KINDS, images=images), reports, FOUND)
    drafts = system.predict(made([0, 1], images=[0, 2]))
    assert drafts[0].flags == ("no_image",)
    assert not drafts[0].text
    assert system.predict(made([])) == []


@pytest.mark.parametrize("name", NETWORKS)
def test_the_same_seed_writes_the_same(name: str) -> None:
    first, again = (
        NETWORKS[name](**{**QUICK, "epochs": 2}).fit(made(KINDS), [SAYS[kind] for kind in KINDS], FOUND) for _ in "ab"
    )
    asked = made(KINDS, seed=11)
    assert again.predict(asked) == first.predict(asked)


@pytest.mark.parametrize("name", NETWORKS)
def test_what_cannot_be_used_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="learned nothing yet"):
        NETWORKS[name]().predict(made([0]))
    with pytest.raises(InputError, match="1 studies have both an image and a report; expected 2"):
        NETWORKS[name]().fit(made([0, 1]), ["Clear.", ""], [[], []])
    narrow = made([0, 1])
    narrow = Studies(narrow.study_id, narrow.subject_id, narrow.time, narrow.modality, narrow.first,
                     narrow.vectors[:, :3], narrow.view, narrow.prior)  # fmt: skip
    with pytest.raises(InputError, match="width 3; this system learned from vectors of width 6"):
        fitted(name).predict(narrow)
    assert name in SYSTEMS


def test_a_reward_that_pays_for_findings_makes_the_network_name_them() -> None:
    """Three in ten reports on one kind of image says "small"; the likeliest report does not, and nobody pays for it."""
    chance = np.random.default_rng(5)
    reports = [SAYS[0] if chance.random() < 0.7 else SAYS[1] for _ in KINDS]
    studies = made([0] * len(KINDS))
    system = CnnRnnRnn(**{**QUICK, "epochs": 4}).fit(studies, reports, FOUND)
    topics = system.topics
    assert isinstance(topics, Topics)
    lesson = Lesson.of(studies, reports, FOUND, 1, 0.1)
    told: list[str] = []

    def pays(_: int, text: str) -> float:
        return float("effusion" in text)

    assert "effusion" not in topics.texts(topics.write(lesson.images[:1]))[0]
    schedule = Schedule(4, 5e-3, average=0.5)
    history = improve(topics, lesson, pays, schedule, size=16, forced=0.0, tell=told.append)
    assert told[0].endswith("0.0000")
    assert history.scores[history.best] == 1.0
    assert "effusion" in topics.texts(topics.write(lesson.images[:1]))[0]


def test_training_that_earns_nothing_changes_nothing() -> None:
    system = CnnRnnRnn(**{**QUICK, "epochs": 1}).fit(made(KINDS), [SAYS[kind] for kind in KINDS], FOUND)
    topics = system.topics
    assert isinstance(topics, Topics)
    before = {name: part.clone() for name, part in topics.network.state_dict().items()}
    lesson, told = Lesson.of(made(KINDS), [SAYS[kind] for kind in KINDS], FOUND, 1, 0.1), []  # type: ignore[var-annotated]
    improve(topics, lesson, lambda _, __: 0.5, Schedule(1), size=16, forced=1.0, tell=told.append)
    assert all(torch.equal(part, before[name]) for name, part in topics.network.state_dict().items())
    assert "earned nothing" in told[-1]


def test_self_critical_training_runs_in_the_system_on_the_clinical_reward() -> None:
    told: list[str] = []
    system = CnnRnnRnn(**{**QUICK, "critical": 1}, tell=told.append)
    drafts = system.fit(made(KINDS), [SAYS[kind] for kind in KINDS], FOUND).predict(made([1, 0]))
    assert [draft.text for draft in drafts] == [SAYS[1], SAYS[0]]
    assert len([line for line in told if line.startswith("epoch")]) == 13
    assert any(line.startswith("reward before") for line in told)


def test_the_clinical_reward_by_hand() -> None:
    reward = ClinicalReward([SAYS[0], "Left effusion and cardiomegaly. No pneumothorax."])
    assert reward(0, "Normal heart.") == 1.0  # neither names a finding
    assert reward(0, "Effusion.") == 0.0
    assert reward(1, "Effusion.") == pytest.approx(2 / 3)  # of cardiomegaly and effusion one
    assert reward(1, "Effusion. Pneumothorax. Cardiomegaly.") == pytest.approx(4 / 5)
    assert reward(1, "No effusion.") == 0.0
    fluent = ClinicalReward([SAYS[0], SAYS[1]], fluency=0.5)
    assert fluent(0, SAYS[0]) == pytest.approx(1 + 0.5 * 10)


def test_held_out_persons_teach_nothing() -> None:
    studies = made(KINDS)
    lesson = Lesson.of(studies, [f"Word{at}." for at in range(len(KINDS))], FOUND, 1, 0.2)
    learn, held = set(studies.subject_id[lesson.learn]), set(studies.subject_id[lesson.held])
    assert not learn & held
    assert len(held) == 11
    assert not {f"word{at}" for at in lesson.held} & set(lesson.vocabulary.words)
    assert torch.allclose(lesson.images[torch.from_numpy(lesson.learn)].mean(0), torch.zeros(6), atol=1e-5)
