"""The harder notes of events are as frozen and answer as specified; cases of one's own are judged."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bench import event_notes, events
from contract.errors import InputError


@pytest.mark.parametrize("name", event_notes.EVENTS)
def test_harder_notes_answer_as_specified(name: str) -> None:
    notes = event_notes.harder(name, 120, 1)
    answers = event_notes.frozen("specification")["answers"]
    assert {one.style for one in notes} == set(event_notes.STYLES)
    assert set(Counter(one.category for one in notes)) == set(event_notes.SHARES) == set(answers)
    assert all(one.label == answers[one.category] for one in notes)
    assert not any("||" in one.note.text or "{" in one.note.text for one in notes)
    assert notes == event_notes.harder(name, 120, 1)


def test_no_sentence_stands_in_two_styles() -> None:
    said = [
        {text for event in event_notes.EVENTS for texts in event_notes.frozen(style)[event].values() for text in texts}
        for style in event_notes.STYLES
    ]
    assert len(set.union(*said)) == sum(map(len, said))


def test_cases_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "delirium"
    place.mkdir()
    for name, count in (("train", 60), ("test", 20)):
        rows = [
            {"note_id": str(at), "text": f"Note {at}. {'Delirium' if at % 3 == 0 else 'No delirium'} today.",
             "label": "yes" if at % 3 == 0 else "no"}
            for at in range(count)
        ]  # fmt: skip
        (place / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    events.main(tmp_path, labels=20, repeats=1, large=40, systems="svm,ours", notes=100)
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(said) == set(events.KEYS)
    assert set(said["kappa"]) == {"svm", "ours"}
    assert said["kappa_50"] == said["kappa"]["ours"] == 1
    with pytest.raises(InputError, match=r"train\.jsonl"):
        events.main(place)
