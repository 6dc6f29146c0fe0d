"""Gaming baselines: what they say; what the score gives them; which metrics they make unfit."""

import pytest

from contract.errors import InputError
from eval.resampling import Estimate
from imaging.judging.edits import negations_deleted, severity_changed, sides_swapped
from imaging.judging.gaming import constant, reportable, scored, suite
from imaging.judging.score import score

REFERENCES = [
    "Small left effusion. No pneumothorax.", "No effusion. No pneumothorax.",
    "Severe edema. No effusion. No pneumothorax.",
    "No pneumothorax. No effusion.", "Right PICC tip in the SVC. No pneumothorax.", "Large right effusion. No edema.",
] * 5  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "text", "spoiled"),
    [
        (negations_deleted, "No effusion; lungs free of opacity.", "effusion; lungs opacity."),
        (negations_deleted, "Nodule. There is no evidence of edema.", "Nodule. There is edema."),
        (sides_swapped, "Left effusion, RLL opacity.", "Right effusion, LLL opacity."),
        (sides_swapped, "Bilateral effusions.", "Bilateral effusions."),
        (severity_changed, "Small effusion, markedly enlarged heart.", "Large effusion, mildly enlarged heart."),
    ],
)
def test_edits(edit: object, text: str, spoiled: str) -> None:
    assert callable(edit)
    assert edit(text) == spoiled


def test_the_suite_is_the_same_each_time() -> None:
    made = suite(REFERENCES)
    assert set(made) == {
        "constant", "random", "negations_deleted", "sides_swapped", "findings_dropped", "findings_invented",
        "severity_changed",
    }  # fmt: skip
    assert made == suite(REFERENCES)
    assert made["constant"][0] == "No effusion. No pneumothorax."
    assert made["findings_dropped"][0] == "No pneumothorax."
    assert made["findings_invented"][1].startswith("No effusion. No pneumothorax. ")
    assert sorted(made["random"]) == sorted(REFERENCES)


def test_no_baseline_wins_the_score() -> None:
    reached = scored(REFERENCES, lambda references, drafts: score(references, drafts).score)
    assert reached["constant"].value == 0.0
    assert abs(reached["random"].value) < 0.3
    assert reached["negations_deleted"].value < 0.5
    assert reached["findings_dropped"].value == 0.0
    assert max(each.value for each in reached.values()) < score(REFERENCES, REFERENCES).score.value == 1.0


def test_one_report_and_none() -> None:
    assert suite([])["random"] == []
    assert suite(["Left effusion."])["random"] == ["Left effusion."]
    assert constant(["Left effusion."] * 2) == "Left effusion."


def test_a_metric_that_a_baseline_reaches_is_not_reported() -> None:
    system = Estimate(0.6, 0.55, 0.65)
    assert reportable(system, [Estimate(0.3, 0.2, 0.4)])
    assert not reportable(system, [Estimate(0.3, 0.2, 0.4), Estimate(0.56, 0.5, 0.6)])
    assert not reportable(Estimate(float("nan"), float("nan"), float("nan")), [system])


def test_scores_say_what_was_missed() -> None:
    found = score(REFERENCES, ["No pneumothorax."] * len(REFERENCES))
    assert (found.reports, found.abnormal_missed.value, found.finding_f1.value) == (30, 1.0, 0.0)
    assert score(REFERENCES, REFERENCES).by_finding["effusion"][1] == 10
    with pytest.raises(InputError, match="30 references and 1 drafts"):
        score(REFERENCES, [""])
