"""The report's section on how good the data are."""

from typing import Any

from runner.pages import quality


def entry(check: str, failed: int, looked_at: int | None, **said: Any) -> dict[str, Any]:
    known = quality.checks()[check]
    found = {"source": "a", "table": "timeline", "check": check, "category": known.category, "failed": failed}
    found |= {"subcategory": known.subcategory, "looked_at": looked_at, "threshold": known.threshold}
    return found | said


def test_what_failed_is_shown_by_category_and_marked_above_its_threshold() -> None:
    shown = quality.section(
        {"quality": [
            entry("impossible", 2, 100), entry("impossible", 0, 100, table="x"), entry("unit-missing", 1, 1000),
            entry("told-twice", 0, 10), entry("rejected", 3, None),
        ]}
    )  # fmt: skip
    assert shown is not None
    assert shown.said == "1 of 4 hold without exception, 2 are above what is allowed."
    assert [group.name for group in shown.groups] == ["conformance: value", "completeness", "plausibility: atemporal"]
    (impossible,) = shown.groups[2].rows
    assert (impossible.failed, impossible.of, impossible.share, impossible.mark) == ("2", "200", "1 %", "bad")
    assert shown.groups[1].rows[0].mark == "" and 0 < shown.groups[1].rows[0].bar < impossible.bar < 100
    assert len(shown.every) == 5


def test_a_night_without_counts_has_no_section() -> None:
    assert quality.section({}) is None
