"""Codes held against the edition of the encounter's real day."""

from typing import Any

from nlp.icd.billing import edition
from nlp.icd.catalogue.shelf import Shelf
from tests.nlp.icd.billing.cases import ENCOUNTER, act, stay


def broken(code: str, kind: str = "IMP", **period: str) -> list[tuple[str, str]]:
    encounter = {**ENCOUNTER, "class": {"code": kind}, "period": period}
    held = stay(act(1, "add", code), suggested=False, encounter=encounter)
    return [(m.rule, m.code) for m in edition.broken(held, Shelf(), "US")]


def test_a_code_of_the_edition_in_force() -> None:
    assert broken("I50.9", start="2026-05-01", end="2026-05-03") == []


def test_a_code_that_does_not_exist_or_is_not_billable() -> None:
    assert broken("I50.99", start="2026-05-01", end="2026-05-03")[0] == ("exists", "I50.99")
    assert broken("I50", start="2026-05-01", end="2026-05-03")[0] == ("billable", "I50")


def test_an_edition_that_is_not_at_hand_is_said() -> None:
    assert broken("I50.9", start="2019-05-01", end="2019-05-03") == [("edition", "")]
    assert broken("I50.9") == [("edition", "")]


def test_a_stay_counts_by_its_discharge_and_a_visit_by_its_service() -> None:
    over = {"start": "2019-05-01", "end": "2026-05-03"}
    assert broken("I50.9", **over) == [] and broken("I50.9", "AMB", **over) == [("edition", "")]


def test_as_an_outcome() -> None:
    held = stay(act(1, "add", "I50"), suggested=False)
    (message, *_) = edition.broken(held, Shelf(), "US") or [None]
    assert message is not None
    said: dict[str, Any] = edition.outcome(held, message)
    assert said["issue"][0]["expression"] == ["Encounter/e1"] and said["issue"][0]["severity"] == message.severity
