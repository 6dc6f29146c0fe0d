"""What is said of a study, in which order, and what is left unsaid and flagged."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from contract.errors import InputError
from imaging.draft import NORMAL, Draft
from imaging.drafting.drafter import Drafter
from imaging.drafting.words import speech
from imaging.studies import Studies

Given = Callable[..., Studies]


def write(readings, studies, priors=None) -> list[Draft]:
    return Drafter().write(studies([*range(len(readings))]), readings, priors)


def said(draft: Draft) -> list[tuple[str, str]]:
    return [(sentence.finding, sentence.state) for sentence in draft.sentences]


def test_one_sentence_a_finding_the_most_urgent_first(make, studies) -> None:
    found = {
        "cardiomegaly": (0.99, "", "mild"),
        "picc": (0.6, "right", "", "bad"),
        "pneumothorax": (0.7, "left", "mild"),
    }
    draft = write(make(found), studies)[0]
    assert [s.text for s in draft.sentences if s.state == "present"] == [
        "Small left pneumothorax.", "Right PICC, malpositioned.", "Mild cardiomegaly.",
    ]  # fmt: skip
    assert (draft.sentences[0].finding, draft.sentences[0].score) == ("pneumothorax", 0.7)
    assert ("effusion", "negated") in said(draft) and ("cardiomegaly", "negated") not in said(draft)
    assert [found.name for found in draft.findings] == ["cardiomegaly", "pneumothorax", "picc"]


def test_a_normal_report(make, studies) -> None:
    draft = write(make({}), studies)[0]
    assert said(draft)[-1] == (NORMAL, "negated") and len(draft.sentences) == 7
    assert not draft.findings and not draft.flags and all(s.score == pytest.approx(0.99) for s in draft.sentences)


def test_it_is_not_called_normal_where_an_absence_is_not_sure(make, studies) -> None:
    draft = write(make({"pneumonia": 0.1}), studies)[0]
    assert NORMAL not in [s.finding for s in draft.sentences] and ("effusion", "negated") in said(draft)


def test_what_is_expected_and_not_decided_is_flagged(make, studies) -> None:
    draft = write(make({"pneumothorax": 0.1, "opacity": 0.1, "consolidation": 0.3}), studies)[0]
    assert set(draft.flags) == {"open:pneumothorax", "doubtful:consolidation"}


def test_what_is_doubtful_is_listed_and_not_said(make, studies) -> None:
    draft = write(make({"edema": 0.3}), studies)[0]
    assert [found.name for found in draft.doubtful] == ["edema"] and draft.flags == ("doubtful:edema",)
    assert not {"edema", NORMAL} & {s.finding for s in draft.sentences}


def test_an_unsure_side_is_left_out_and_flagged(make, studies) -> None:
    readings = make({"effusion": (0.9, "left", "mild")})
    readings.side[0, 2] = [0.1, 0.45, 0.45, 0.0]
    draft = write(readings, studies)[0]
    assert draft.sentences[0].text == "Small pleural effusion." and draft.flags == ("side:effusion",)
    readings.side[0, 2] = [0.6, 0.2, 0.2, 0.0]
    assert write(readings, studies)[0].flags == ()


def test_implied_findings_are_said_once(make, studies) -> None:
    draft = write(make({"opacity": 0.9, "consolidation": (0.6, "left", "severe")}), studies)[0]
    assert [s.text for s in draft.sentences if s.state == "present"] == ["Severe left consolidation."]
    more = write(make({"opacity": (0.9, "both"), "consolidation": (0.6, "left")}), studies)[0]
    assert [s.text for s in more.sentences if s.state == "present"] == [
        "Left consolidation.",
        "Bilateral airspace opacities.",
    ]


def test_no_contradictions(make, studies) -> None:
    draft = write(make({"opacity": (0.9, "right"), "consolidation": (0.6, "left")}), studies)[0]
    assert "side:opacity" in draft.flags and "right" not in draft.text
    draft = write(make({"consolidation": 0.9}), studies)[0]  # the head of opacities says there are none
    assert ("opacity", "negated") not in said(draft)
    draft = write(make({"hyperinflation": 0.9, "hypoinflation": 0.8}), studies)[0]
    assert not draft.findings and {found.name for found in draft.doubtful} == {"hyperinflation", "hypoinflation"}
    assert "contradiction:hyperinflation" in draft.flags


def test_of_what_is_doubtful_no_side_is_asked(make, studies) -> None:
    said = ({"effusion": 0.9, "blunting": (0.4, "left")}, {"blunting": (0.4, "left")})
    readings = replace(make(*said, names=("effusion", "blunting", "pneumothorax")), threshold=np.full(3, 0.3))
    readings.side[:, 1] = [0.1, 0.45, 0.45, 0.0]
    beside, alone = write(readings, studies)
    assert "doubtful:blunting" in beside.flags and "side:blunting" not in beside.flags
    assert "side:blunting" in alone.flags


def test_a_sign_is_not_said_beside_what_it_is_a_sign_of_unless_likely(make, studies) -> None:
    names = ("effusion", "blunting", "pneumothorax")
    readings = make({"effusion": 0.9, "blunting": (0.4, "left")}, {"effusion": 0.9, "blunting": 0.6}, {"blunting": 0.4},
                    names=names)  # fmt: skip
    both, likely, alone = write(replace(readings, threshold=np.full(3, 0.3)), studies)
    assert "lunting" not in both.text and [each.name for each in both.doubtful] == ["blunting"]
    assert "doubtful:blunting" in both.flags
    assert "lunting" in likely.text and "lunting" in alone.text


def test_what_a_stated_finding_implies_is_not_in_doubt(make, studies) -> None:
    draft = write(make({"picc": 0.9, "device": 0.3}), studies)[0]
    assert not draft.doubtful and "doubtful:device" not in draft.flags


def test_abstention(make, studies) -> None:
    readings = make({"effusion": 0.9}, {"effusion": 0.9})
    readings.strange[1] = True
    here, strange = write(readings, studies)
    assert here.text and not strange.text and strange.flags == ("unlike-training",) and not strange.findings
    silent = write(make({"effusion": 0.9}, mute=("effusion",), names=("effusion",)), studies)[0]
    assert not silent.text and silent.flags == ("nothing-known",)


def test_what_no_head_reads_is_flagged_and_a_finding_without_words_too(make, studies) -> None:
    draft = write(
        make({"effusion": 0.9, "ghost": 0.8}, names=("effusion", "ghost", "edema"), mute=("edema",)), studies
    )[0]
    assert {"no-words:ghost", "not-read:pneumothorax", "not-read:edema", "not-read:opacity"} <= set(draft.flags)
    assert "not-read:effusion" not in draft.flags and "ghost" not in draft.text
    assert [found.name for found in draft.findings] == ["effusion", "ghost"]


def test_nothing_is_sure(make, studies) -> None:
    readings = make(dict.fromkeys(("effusion", "edema"), 0.1), names=("effusion", "edema"))
    draft = write(readings, studies)[0]
    assert not draft.text and draft.flags[-1] == "nothing-sure"


def test_numbers_that_are_none_say_nothing(make, studies) -> None:
    readings = make({"effusion": 0.9})
    readings.presence[0] = np.nan
    assert write(readings, studies)[0].flags[-1] == "nothing-sure"


def test_rows_must_fit(make, studies) -> None:
    with pytest.raises(InputError, match="2 studies, 1 readings"):
        Drafter().write(studies([1, 2]), make({}))


def test_no_studies_and_studies_without_images(make, studies: Given) -> None:
    assert Drafter().write(studies([]), make()) == []
    bare = replace(studies([1]), first=np.array([0, 0]), vectors=np.zeros((0, 3), np.float32))
    assert Drafter().write(bare, make({}))[0].text


class TestComparison:
    def test_new_again_seen_and_resolved(self, make, studies: Given) -> None:
        readings = make({"effusion": 0.9, "picc": 0.8}, {"effusion": (0.7, "left"), "pneumothorax": 0.9})
        before, now = Drafter().write(studies([7, 7]), readings)
        assert not [s for s in before.sentences if s.prior]
        compared = [(s.text, s.state, s.prior, round(s.score, 2)) for s in now.sentences if s.prior]
        assert compared == [
            ("New pneumothorax since the prior study.", "new", "s0", 0.9),
            ("Pleural effusion, again seen.", "unchanged", "s0", 0.7),
            ("Interval removal of PICC since the prior study.", "resolved", "s0", 0.8),
        ]

    def test_only_what_is_sure_in_both(self, make, studies: Given) -> None:
        readings = make({"effusion": 0.3, "edema": 0.9, "granuloma": 0.9}, {"effusion": 0.9, "edema": 0.1})
        now = Drafter().write(studies([7, 7]), readings)[1]
        assert not [s for s in now.sentences if s.prior], "doubtful before; not sure to be gone; never goes away"

    def test_only_of_what_is_more_likely_than_not(self, make, studies: Given) -> None:
        readings = make({"opacity": (0.4, "left")}, {"effusion": (0.4, "left")})
        low = replace(readings, threshold=np.full_like(readings.threshold, 0.3))
        now = Drafter().write(studies([1, 1]), low)[1]
        assert now.text.startswith("Left pleural effusion.") and not [s for s in now.sentences if s.prior]

    @pytest.mark.parametrize("name", ["pacemaker", "fracture", "hernia"])
    def test_what_stays_does_not_go(self, make, studies: Given, name: str) -> None:
        now = Drafter().write(studies([1, 1]), make({name: 0.9}, {}, names=(name, "effusion")))[1]
        assert name in speech().lasting and now.sentences and not [s for s in now.sentences if s.prior]

    def test_never_without_a_prior(self, make, studies: Given) -> None:
        now = Drafter().write(studies([7, 8]), make({"effusion": 0.9}, {}))[1]
        assert not [s for s in now.sentences if s.prior] and "prior-not-read" not in now.flags

    def test_a_prior_that_was_not_read(self, make, studies: Given) -> None:
        readings = make({"effusion": 0.9}, {"effusion": 0.9})
        now = Drafter().write(studies([7, 7]), readings, [None, "elsewhere"])[1]
        assert "prior-not-read" in now.flags and not [s for s in now.sentences if s.prior]
        readings.strange[0] = True
        now = Drafter().write(studies([7, 7]), readings)[1]
        assert "prior-not-read" in now.flags and not [s for s in now.sentences if s.prior]

    @pytest.mark.parametrize("wrong", ["s1", "s2", "s3"])  # itself, later, another person
    def test_a_prior_that_cannot_be_one(self, make, studies: Given, wrong: str) -> None:
        readings = make(*[{"effusion": 0.9}] * 4)
        now = Drafter().write(studies([7, 7, 7, 8]), readings, [None, wrong, None, None])[1]
        assert "prior-not-read" in now.flags and not [s for s in now.sentences if s.prior]
