"""Adverse events in the report: what is counted, and that no small cell is shown."""

from typing import Any

from runner.adverse import counted
from runner.pages.adverse import section


def finding(subject: int, drug: str = "Lisinopril", **more: Any) -> dict[str, Any]:
    row = {"subject_id": subject, "kind": "adverse_event", "drug": drug, "effect": "cough", "assertion": "present",
           "drug_code": "RxNorm//29046", "code": "ICD-10-CM//R05.9", "flags": [], "artifact": "terms-1"}  # fmt: skip
    return {**row, **more}


def account(flags: list[str]) -> dict[str, Any]:
    return {"notes": 3, "notes_read": 2, "flags": flags}


def test_persons_and_episodes_are_counted_and_small_cells_are_not_shown() -> None:
    rows = [
        *(finding(subject, "lisinopril" if subject else "Zestril") for subject in range(6)),
        *(finding(subject, "warfarin", drug_code="RxNorm//11289") for subject in range(4)),
        finding(9, "warfarin", drug_code="RxNorm//11289", flags=["drug-never-given"]),
        finding(9, assertion="negated"),
        finding(9, kind="fall"),
    ]
    said = counted([account([]), account(["no-timeline"])], rows)
    assert (said["persons"], said["persons_found"], said["episodes"], said["notes_read"]) == (2, 7, 11, 4)
    assert said["assertions"] == {"present": 11, "negated": 1}
    assert said["contradictions"] == {"drug-never-given": 1}
    assert said["pairs"] == [{"drug": "lisinopril", "effect": "cough", "persons": 6}]


def test_words_of_few_persons_are_not_shown() -> None:
    rows = [finding(subject, effect=f"own word {subject}") for subject in range(5)]
    assert counted([], rows)["pairs"] == [{"drug": "lisinopril", "effect": "ICD-10-CM//R05.9", "persons": 5}]


def test_the_section_says_it() -> None:
    shown = section({"adverse": counted([account(["no-timeline"])], [finding(1)])})
    assert shown is not None and "1 episode of 1 person" in shown.said
    assert [bar.name for bar in shown.why] == ["no-timeline"]
    assert section({"adverse": {}}) is None and section({}) is None


def test_named_events_are_counted_by_persons() -> None:
    rows = [*(finding(subject, kind="fall") for subject in range(5)), finding(9, kind="fall", assertion="negated")]
    said = counted([account([])], [*rows, finding(1, kind="wound_infection")])
    assert said["named"] == {"fall": 5, "wound_infection": None}
    shown = section({"adverse": said})
    assert shown is not None
    assert [(bar.name, bar.said) for bar in shown.named] == [("fall", "5"), ("wound_infection", "under 5")]
