"""The fact checker on sentences of any system: what stays, what goes, and why."""

from pathlib import Path

import pytest

from imaging.draft import NORMAL, Draft, Sentence
from imaging.drafting.checked import Prior, all_checked, checked
from imaging.drafting.provenance import of_drafts
from imaging.drafting.reading import Reading

SEEN = {"effusion": (0.9, "left", "mild"), "consolidation": (0.8, "right"), "picc": (0.7, "right", "", "good"),
        "edema": 0.3}  # fmt: skip


def check(text: str, read: Reading, prior: Prior | None = None) -> tuple[list[Sentence], list[str]]:
    draft, removed = checked(Draft((Sentence(text),)), read, prior)
    return list(draft.sentences), [each.why for each in removed]


@pytest.mark.parametrize(
    "text",
    ["Small left pleural effusion.", "There is an effusion.", "Right consolidation.", "Right-sided opacity.",
     "Right PICC in good position.", "A PICC is seen.", "No pneumothorax.", "No left pneumothorax.",
     "The heart is not enlarged.", "No acute osseous abnormality.", "Small left effusion and right consolidation."],
)  # fmt: skip
def test_supported(one, text: str) -> None:
    kept, why = check(text, one(SEEN))
    assert not why and [s.text for s in kept] == [text]
    assert all(s.finding and 0 < s.score <= 1 and s.source == "generated" for s in kept)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Left pneumothorax.", "present:pneumothorax"),
        ("Right effusion.", "side:effusion"),
        ("Bilateral effusions.", "side:effusion"),
        ("Large left effusion.", "severity:effusion"),
        ("Severe right consolidation.", "severity:consolidation"),
        ("Left opacity.", "side:opacity"),
        ("Right PICC, malpositioned.", "position:picc"),
        ("Right PICC with its tip in the distal SVC.", "tip"),
        ("No effusion.", "absent:effusion"),
        ("The lungs are clear.", "absent:opacity"),
        ("No pulmonary edema.", "absent:edema"),  # doubtful: neither there nor absent
        ("Mild pulmonary edema.", "present:edema"),
        ("Possible pneumothorax.", "uncertain"),
        ("No lines or tubes.", "absent:device"),
        ("Small left effusion and left pneumothorax.", "present:pneumothorax"),
        ("The patient is well.", "nothing-stated"),
        ("Los pulmones están libres.", "nothing-stated"),
        ("Effusion, again seen.", "prior"),
        ("Unchanged small left effusion.", "prior"),
        ("New effusion since the prior study.", "prior"),
        ("Left effusion compared with the last exam.", "prior"),
        ("Improved effusion.", "prior"),
        ("Stable cardiomegaly.", "prior"),
        ("Effusion, sin cambios.", "prior"),
        ("Left effusion, larger than in the previous study.", "prior"),
    ],
)
def test_unsupported(one, text: str, why: str) -> None:
    kept, removed = check(text, one(SEEN))
    assert not kept and removed == [why]


def test_a_text_is_judged_sentence_by_sentence(one) -> None:
    text = "INDICATION: Pneumothorax?\nFINDINGS: Small left effusion. Right pneumothorax.\nIMPRESSION:\nEffusion."
    kept, why = check(text, one(SEEN))
    assert [s.text for s in kept] == ["Small left effusion.", "Effusion."]
    assert why == ["silent-part", "present:pneumothorax"]


def test_many_negatives_are_one_normal_statement(one) -> None:
    kept, why = check("No acute cardiopulmonary process.", one({"picc": 0.9}))
    assert not why and (kept[0].finding, kept[0].state) == (NORMAL, "negated")


def test_what_was_never_asked_is_not_denied(one) -> None:
    assert check("No hernia.", one({}))[1] == ["absent:hernia"]
    assert not check("No lines or tubes.", one({}))[1]


def test_claims_of_a_prior_are_held_against_both(one) -> None:
    prior = Prior("before", one({"edema": 0.9, "consolidation": 0.9}))
    kept, why = check(
        "New left effusion. New right consolidation. Right consolidation is unchanged. "
        "The pneumothorax has resolved. Effusion has improved. Compared with the prior study, left effusion.",
        one(SEEN), prior,
    )  # fmt: skip
    assert [(s.text, s.state, s.prior) for s in kept] == [
        ("New left effusion.", "new", "before"),
        ("Right consolidation is unchanged.", "unchanged", "before"),
    ]
    assert why == ["change"] * 4


def test_a_sentence_of_another_prior_goes(one) -> None:
    prior = Prior("before", one({}))
    draft = Draft((Sentence("New left effusion.", prior="elsewhere"),))
    assert checked(draft, one(SEEN), prior)[1][0].why == "prior"


def test_drafts_of_other_systems_pass_the_provenance_check_afterwards(make) -> None:
    readings = make(SEEN, {}, {"pneumothorax": 0.9})
    text = "Small left effusion. No pneumothorax. Stable right PICC. Large mass. Heart size is normal. Thank you."
    drafts = [Draft((Sentence(text),), tuple(found)) for found in readings.present()]
    kept, removed = all_checked(drafts, readings)
    assert [len(draft.sentences) for draft in kept] == [3, 2, 1] and [len(each) for each in removed] == [3, 4, 5]
    found = of_drafts(kept)
    assert (found.unsupported, found.false_priors, found.sentences) == (0, 0, 6) and of_drafts(drafts).unsupported == 3


def test_the_example_of_the_page() -> None:
    page = (Path(__file__).parents[3] / "docs" / "imaging.md").read_text(encoding="utf-8")
    block = page.split("## Drafts")[1].split("```python\n")[1].split("```")[0]
    exec(block, {})


def test_odd_texts(one) -> None:
    for text in ["", " \n ", "0" * 3_000, "effusion " * 2_000, "İ effusion", "Findings:\nImpression:"]:
        checked(Draft((Sentence(text),)), one(SEEN))
