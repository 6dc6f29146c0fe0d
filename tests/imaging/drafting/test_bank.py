"""Phrases that are learned, those that are not, and which is chosen."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from contract.errors import ConfigError, InputError
from imaging.drafting.bank import BYTES, Bank, Phrase, candidates, single
from imaging.drafting.drafter import Drafter
from imaging.finding import Finding, stated
from imaging.labeller.labeller import Labeller
from imaging.studies import Studies

Given = Callable[..., Studies]


def learned(reports: list[str], studies: Studies, persons: int = 3) -> Bank:
    return Bank.fit(studies, reports, [stated(each) for each in Labeller().label(reports)], persons)


@pytest.mark.parametrize(
    "text", ["There is a small left pleural effusion.", "No evidence of pneumonia.", "Heart size is normal.",
             "Left PICC in good position.", "Moderate cardiomegaly."],
)  # fmt: skip
def test_fit_for_a_phrase(text: str) -> None:
    assert single(text)


@pytest.mark.parametrize(
    "text",
    ["Small left effusion and atelectasis.", "The lungs are clear.", "Possible pneumonia.", "The patient is well.",
     "Left effusion of 3 cm.", "Unchanged left effusion.", "Effusion since yesterday.", "Left effusion per Dr. Hale.",
     "Left effusion in Room Four.", "XXXX effusion.", "Left lower lobe opacity.", "Right apical pneumothorax.",
     "Old fracture.", "Left PICC with its tip in the SVC.", "Smith effusion.", "Effusion, María.", "Left effusion?"],
)  # fmt: skip
def test_unfit_for_a_phrase(text: str) -> None:
    assert single(text) is None


def test_as_many_persons_as_are_asked(studies: Given) -> None:
    reports = (
        ["Small left effusion. Marked cardiomegaly."] * 2 + ["Small left effusion."] * 2 + ["Marked cardiomegaly."]
    )
    bank = learned(reports, studies([1, 2, 3, 3, 1]))
    assert [(p.text, p.said, p.persons) for p in bank.phrases] == [("Small left effusion.", 4, 3)]
    with pytest.raises(ConfigError, match="expected 2 or more"):
        learned(reports, studies([1, 2, 3, 3, 1]), persons=1)


def test_one_spelling(studies: Given) -> None:
    reports = ["FINDINGS:\n1. SMALL LEFT EFFUSION.", "IMPRESSION: small left effusion.", "Small  left effusion."]
    reports = [f"{report}\nRIGHT PICC IN PLACE." for report in reports]
    assert {p.text for p in learned(reports, studies([1, 2, 3])).phrases} == {
        "Small left effusion.", "Right PICC in place.",
    }  # fmt: skip
    assert list(candidates("History: effusion.\nFindings: 2. No edema.")) == ["No edema."]


def test_a_sentence_that_the_truth_denies_is_not_counted(studies: Given) -> None:
    reports = ["Left effusion. No edema."] * 3
    truth = [[Finding("effusion", "right"), Finding("edema")]] * 3
    assert not Bank.fit(studies([1, 2, 3]), reports, truth).phrases


def test_the_nearest_then_the_more_frequent_then_the_first(studies: Given) -> None:
    vectors = np.array([[1, 0, 0]] * 3 + [[0, 1, 0]] * 4 + [[0, 0, 1]] * 2)
    reports = ["There is an effusion."] * 3 + ["Effusion."] * 4 + ["No edema."] * 2
    bank = learned(reports, studies([*range(9)], vectors))
    effusion = Finding("effusion", score=0.8)
    for vector, text in [([9, 1, 0], "There is an effusion."), ([1, 9, 0], "Effusion."), ([0, 0, 0], "Effusion."),
                         ([5, 5, 0], "Effusion."), ([1, 0], "Effusion.")]:  # fmt: skip
        chosen = bank.choose(effusion, "present", np.array(vector, np.float32))
        assert chosen and chosen.text == text
    assert bank.choose(Finding("effusion", "left"), "present", np.ones(3, np.float32)) is None
    assert bank.choose(Finding("edema"), "negated", np.ones(3, np.float32)) is None, "said of two persons"


def test_a_draft_says_the_phrase_and_names_it(make, studies: Given) -> None:
    known = studies([1, 2, 3])
    reports = ["There is a small left effusion. No fracture is seen."] * 3
    drafter = Drafter().fit(known, reports, [stated(each) for each in Labeller().label(reports)])
    draft = drafter.write(studies([9]), make({"effusion": (0.9, "left", "mild")}))[0]
    sentence = draft.sentences[0]
    assert (sentence.text, sentence.finding, sentence.score) == ("There is a small left effusion.", "effusion", 0.9)
    assert sentence.source == f"phrase:{drafter.bank.phrases[0].id}" and "No fracture is seen." in draft.text


def test_saved_and_loaded(studies: Given, tmp_path: Path) -> None:
    bank = learned(["There is an effusion. No edema."] * 3, studies([1, 2, 3], np.eye(3)))
    Drafter(bank=bank).save(tmp_path / "a")
    again = Drafter.load(tmp_path / "a").bank
    assert again.phrases == bank.phrases and np.array_equal(again.vectors, bank.vectors)
    again.save(tmp_path / "b")
    assert [p.read_bytes() for p in sorted((tmp_path / "a").iterdir())] == [
        p.read_bytes() for p in sorted((tmp_path / "b").iterdir())
    ]
    (tmp_path / "b" / "phrases.json").write_text('[{"text": "No edema."}]', encoding="utf-8")
    with pytest.raises(InputError, match="b cannot be read"):
        Drafter.load(tmp_path / "b")
    (tmp_path / "a" / "phrases.npy").unlink()
    with pytest.raises(InputError, match=r"has no phrases\.npy"):
        Drafter.load(tmp_path / "a")


def test_of_nothing_nothing_is_learned(studies: Given, tmp_path: Path) -> None:
    bank = learned(["", "Hello."], studies([1, 2]))
    bank.save(tmp_path)
    assert (
        Bank.load(tmp_path).phrases == () and bank.choose(Finding("edema"), "present", np.ones(3, np.float32)) is None
    )
    with pytest.raises(InputError, match="3 studies, 1 reports"):
        Bank.fit(studies([1, 2, 3]), [""], [[]])


def test_the_artifact_stays_small() -> None:
    assert BYTES <= 1_500_000 and len(Phrase("No edema.", "edema", "negated", "", "", "", 3, 3).id) == 10
