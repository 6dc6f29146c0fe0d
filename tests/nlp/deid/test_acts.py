"""What acts come to."""

import json
from datetime import datetime, timedelta
from typing import Any

from nlp.deid.acts import digest, outcome


def act(actor: str, action: str, code: str | None = None, at: int = 0, **said: Any) -> dict[str, Any]:
    usual = {"after": None, "evidence": None, "note_digest": None, "system": "ICD-10-CM" if code else None}
    time = datetime(2026, 1, 1) + timedelta(minutes=at)
    return {**usual, "actor": actor, "action": action, "code": code, "time": time, "decision_id": f"{at}", **said}


END = act("ann", "finish", at=99)


def verdicts(*acts: dict[str, Any]) -> dict[str, bool | None]:
    return {said.code: said.verdict for said in outcome(acts)}


def test_only_what_is_finished_counts() -> None:
    assert verdicts(act("ann", "accept", "I10")) == {}
    assert verdicts(act("ann", "accept", "I10"), END) == {"I10": True}
    assert verdicts(act("ann", "accept", "I10"), END, act("ann", "reopen", at=100)) == {}


def test_the_last_word_of_a_coder_counts() -> None:
    assert verdicts(act("ann", "accept", "I10"), act("ann", "reject", "I10", at=1), END) == {"I10": False}


def test_the_majority_decides_and_an_even_vote_is_no_label() -> None:
    yes, no = act("ann", "accept", "I10"), act("bob", "reject", "I10", at=1)
    assert verdicts(yes, no, END) == {"I10": None}
    assert verdicts(yes, no, act("cid", "add", "I10", at=2), END) == {"I10": True}


def test_an_edit_takes_one_code_back_and_sets_another() -> None:
    changed = act("ann", "edit", "I10", after=json.dumps({"code": "I11.9"}))
    assert verdicts(changed, END) == {"I10": False, "I11.9": True}
    assert verdicts(act("ann", "edit", "I10", after="{"), END) == {"I10": True}
    assert verdicts(act("ann", "edit", "I10", after="[" * 200_000), END) == {"I10": True}


def test_what_is_no_code_does_not_pass() -> None:
    typed = [act("ann", "add", said, at=at) for at, said in enumerate(("Imogen Fairweather", "7731039", "I10 Imogen"))]
    assert verdicts(*typed, act("ann", "add", "I10", system="Imogen"), END) == {}


def test_the_digest_is_that_of_the_last_end_or_none() -> None:
    said = [act("ann", "finish", at=1, note_digest="a" * 16), act("bob", "finish", at=2, note_digest="b" * 16)]
    assert digest(said) == "b" * 16
    assert digest([act("ann", "finish", note_digest="Imogen")]) is None
