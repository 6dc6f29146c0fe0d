"""What to code next."""

import pyarrow as pa
import pytest

from contract.errors import ConfigError
from nlp.icd.learning import worklist
from nlp.icd.learning.stage import OrderWork
from schemas.registry import table


def test_what_cannot_be_foreseen_is_worth_most() -> None:
    sure, doubtful = [0.99, 0.01], [0.5, 0.5]
    assert worklist.expected_gain(doubtful) > worklist.expected_gain(sure) > 0


def test_long_charts_take_longer() -> None:
    assert worklist.minutes(3000, 10) > worklist.minutes(300, 10)
    assert worklist.priority(1.0, 2.0) > worklist.priority(1.0, 4.0)


def rows(name: str, *said: dict[str, object]) -> pa.Table:
    return table(name).conform(pa.Table.from_pylist(list(said)))


def test_charts_with_labels_are_done_until_their_notes_change() -> None:
    notes = rows("notes", *({"note_id": f"n{at}", "subject_id": at, "text": "Some words."} for at in range(3)))
    first = OrderWork().run({"notes": notes})["worklist"].to_pylist()
    assert {row["state"] for row in first} == {"open"}
    seen = [{"subject_id": at, "task": "icd", "unit_id": f"n{at}", "label": "ICD-10-CM//A00", "source": "decisions",
             "notes": first[0]["notes"] if at == 0 else "0" * 16} for at in (0, 1)]  # fmt: skip
    codes = rows("codes", {"subject_id": 2, "encounter_id": "n2", "system": "ICD-10-CM", "code": "A00", "score": 0.5})
    again = OrderWork().run({"notes": notes, "labels": rows("labels", *seen), "codes": codes})["worklist"].to_pylist()
    assert [row["state"] for row in again] == ["done", "reopened", "open"]
    assert again[0]["priority"] == 0 and again[2]["priority"] > 0 and again[2]["expected_gain"] == 0.25


def test_only_codes_that_are_shown_take_minutes_and_chance_places_blind_charts() -> None:
    notes = rows("notes", *({"note_id": f"n{at}", "subject_id": at, "text": "Some words."} for at in range(2)))
    code = {"system": "ICD-10-CM", "score": 0.5}
    codes = rows("codes", *({**code, "subject_id": at, "encounter_id": f"n{at}", "code": "A00", "band": band}
                            for at, band in enumerate(("review", "hidden"))))  # fmt: skip
    shown, hidden = OrderWork().run({"notes": notes, "codes": codes})["worklist"].to_pylist()
    assert shown["minutes"] > hidden["minutes"] == pytest.approx(worklist.minutes(2, 0))
    work = OrderWork(blind_share=1.0)
    work.unlock(bytes(32))
    every = work.run({"notes": notes, "codes": codes})["worklist"].to_pylist()
    assert [row["blind"] for row in every] == [True, True]
    assert [row["priority"] for row in every] == [shown["priority"], hidden["priority"]]


def test_a_share_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="blind_share"):
        OrderWork(blind_share=2)
