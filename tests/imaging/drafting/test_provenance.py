"""Planted faults are counted, drafts of ours have none, and the nightly check withholds what has one."""

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from contract.errors import ConfigError
from contract.work import Check
from imaging.draft import NORMAL, Draft, Sentence
from imaging.drafting.drafter import Drafter
from imaging.drafting.provenance import (
    FALSE_PRIOR,
    UNSUPPORTED,
    Faults,
    Provenance,
    of_drafts,
    of_reports,
    speaks_of_prior,
)
from imaging.drafting.stated import changes
from imaging.finding import Finding
from schemas.registry import table

GOOD = Sentence("Small left effusion.", "effusion", "present", 0.9, "template")
SHOWN = (Finding("effusion", "left", "mild", score=0.9),)


def row(study: str, *sentences: Sentence, subject: int = 7, day: int = 1, text: str | None = None) -> dict[str, Any]:
    said = [{"text": s.text, "finding": s.finding, "state": s.state, "score": s.score, "source": s.source,
             "prior_study_id": s.prior or None} for s in sentences]  # fmt: skip
    shown = [
        {"finding": "effusion", "side": "left", "severity": "mild", "position": "", "state": "present", "score": 0.9}
    ]
    whole = " ".join(s.text for s in sentences) if text is None else text
    return {"subject_id": subject, "study_id": study, "time": datetime(2026, 1, day), "text": whole,
            "findings": shown, "sentences": said, "flags": [], "artifact": "a"}  # fmt: skip


def reports(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), table("reports").schema)


@pytest.mark.parametrize(
    "wrong",
    [
        {"finding": ""}, {"score": 0.0}, {"score": float("nan")}, {"score": 1.5}, {"source": ""}, {"source": "book"},
        {"finding": "edema"}, {"text": "The patient is well."}, {"text": "No effusion."},
        {"text": "Left effusion and pneumothorax."}, {"text": "Possible effusion."}, {"finding": NORMAL},
    ],
)  # fmt: skip
def test_a_sentence_that_nothing_supports(wrong: dict[str, Any]) -> None:
    said = {name: wrong.get(name, getattr(GOOD, name)) for name in ("text", "finding", "state", "score", "source")}
    draft = Draft((GOOD, Sentence(**said)), SHOWN)
    assert of_drafts([draft]) == Faults(1, 0, 2)
    assert of_reports(reports(row("s1", GOOD, Sentence(**said)))) == Faults(1, 0, 2)


@pytest.mark.parametrize(
    "text", ["Effusion, again seen.", "New effusion.", "Stable small left effusion.", "Effusion since 3 May.",
             "Effusion, sin cambios.", "Effusion compared to the prior.", "Effusion has increased.",
             "There is still an effusion.", "Effusion of the prior film."],
)  # fmt: skip
def test_a_prior_that_does_not_exist(text: str) -> None:
    draft = Draft((Sentence(text, "effusion", "present", 0.9, "generated"),), SHOWN)
    assert of_drafts([draft]) == Faults(0, 1, 1)


def test_the_prior_must_be_an_earlier_study_of_the_person() -> None:
    def compared(prior: str) -> Sentence:
        return Sentence("Effusion, again seen.", "effusion", "unchanged", 0.9, "template", prior)

    others = [row("s0", GOOD), row("s9", GOOD, day=9), row("t0", GOOD, subject=8)]
    assert of_reports(reports(*others, row("s2", compared("s0"), day=2))).false_priors == 0
    for wrong in ("s9", "t0", "s2", "nowhere"):
        assert of_reports(reports(*others, row("s2", compared(wrong), day=2))).false_priors == 1, wrong
    account = pa.table({"subject_id": [7], "study_id": ["nowhere"]})
    assert of_reports(reports(*others, row("s2", compared("nowhere"), day=2)), account).false_priors == 0
    assert of_drafts([Draft((compared("s0"),), SHOWN)], [{"s1"}]).false_priors == 1
    assert of_drafts([Draft((compared("s0"),), SHOWN)], [{"s0"}]).false_priors == 0


def test_text_beside_the_sentences_is_unsupported() -> None:
    assert of_reports(reports(row("s1", GOOD, text="Small left effusion. Large pneumothorax."))).unsupported == 1


def test_ours_have_none(make, studies) -> None:
    rng = np.random.default_rng(3)
    names = make({}).findings
    some = [{name: (float(rng.random()), rng.choice(["", "left", "right", "both"]), rng.choice(["", "mild", "severe"]))
             for name in names if rng.random() < 0.4} for _ in range(60)]  # fmt: skip
    drafts = Drafter().write(studies([at // 3 for at in range(60)]), make(*some))
    found = of_drafts(drafts)
    assert (found.unsupported, found.false_priors) == (0, 0) and found.sentences > 200
    assert sum(bool(s.prior) for draft in drafts for s in draft.sentences) > 40
    assert not [flag for draft in drafts for flag in draft.flags if flag.startswith("removed")]


def test_the_nightly_check_withholds() -> None:
    check = Provenance()
    assert isinstance(check, Check) and check.reads == ("reports", "reports_account")
    bad = Sentence("Left pneumothorax.", "pneumothorax", "present", 0.9, "template")
    again = Sentence("Effusion, again seen.", "effusion", "unchanged", 0.9, "template")
    parts = [check.partial({"reports": reports(row("s1", GOOD), row("s2", GOOD, bad))}), check.partial({}),
             check.partial({"reports": reports(row("t1", again, subject=8))})]  # fmt: skip
    verdict = check.verdict(parts)
    assert verdict.passed and "4 sentences" in verdict.lines[0] and "2 drafts withheld" in verdict.lines[0]
    assert [(w.table, w.column, w.value, w.rule, w.subject_id) for w in verdict.withheld] == [
        ("reports", "study_id", "s2", UNSUPPORTED, 7), ("reports", "study_id", "t1", FALSE_PRIOR, 8),
    ]  # fmt: skip
    assert not check.verdict([check.partial({"reports": reports(row("s1", GOOD))})]).withheld
    assert Provenance("phi").reads[0] == "phi/reports"
    with pytest.raises(ConfigError, match="expected open or phi"):
        Provenance("shut")


@pytest.mark.parametrize(
    "text", ["Prior granulomatous disease.", "Bilateral effusions, right larger than left.", "Old fracture.",
             "Degenerative changes of the spine.", "Changes of prior CABG."],
)  # fmt: skip
def test_what_is_no_prior_study(text: str) -> None:
    assert not speaks_of_prior(text) and not changes(text)
