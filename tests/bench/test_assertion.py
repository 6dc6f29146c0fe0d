"""The bench of assertion: its cases are frozen and varied, a wrong answer is seen, cases of one's own are read."""

from collections import Counter
from pathlib import Path

import pytest

from bench import assertion, assertion_marks
from bench.assertion import Judged, judge
from bench.assertion_marks import Expected, frozen, marked, read
from contract.errors import ConfigError, InputError
from nlp.text.assertion import Assertion


def test_the_cases_are_many_and_of_twelve_kinds_in_two_languages() -> None:
    cases = frozen()
    counts = Counter((case.language, case.trap, case.half) for case in cases)
    assert len(cases) >= 600
    assert len({case.text for case in cases}) > 590
    assert len({trap for _, trap, _ in counts}) == 12
    assert min(counts.values()) >= 13
    assert all(case.expected for case in cases if case.trap != "allergy")


def test_most_answers_are_right() -> None:
    judged = list(judge(frozen()))
    assert sum(each.right for each in judged) > 0.95 * len(judged)


def test_wrong_and_critical_answers_are_told_apart() -> None:
    case = marked("No {rash|negated}.", "en", "scope")
    assert case.text == "No rash."
    expected = case.expected[0]
    assert expected == Expected(3, 7, "negated", False)
    assert Judged(case, expected, Assertion("negated")).right
    assert Judged(case, expected, Assertion("present")).critical
    late = Judged(case, Expected(3, 7, "present", True), Assertion("historical", "probable"))
    assert not late.right
    assert not late.critical
    assert not Judged(case, Expected(3, 7, "present", True), Assertion("present")).right


def test_cases_that_were_touched_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assertion_marks, "FROZEN", {"open_en.yaml": "0" * 64})
    with pytest.raises(ConfigError, match="frozen"):
        frozen()


def test_cases_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine_es.yaml").write_text('scope: ["Sin {tos|negated}."]', encoding="utf-8")
    (tmp_path / "mine.csv").write_text("text,mention,kind,language\nNo rash.,rash,negated,en\n", encoding="utf-8")
    (tmp_path / "mine.jsonl").write_text('{"text": "Gout?", "start": 0, "end": 4, "kind": "present", "uncertain": 1}\n')
    assert read(tmp_path / "mine_es.yaml")[0].language == "es"
    assert read(tmp_path / "mine.csv")[0].expected == (Expected(3, 7, "negated", False),)
    assert read(tmp_path / "mine.jsonl")[0].expected == (Expected(0, 4, "present", True),)
    assert all(
        each.right for name in ("mine_es.yaml", "mine.csv", "mine.jsonl") for each in judge(read(tmp_path / name))
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "text,kind\nNo rash.,negated\n"),
        ("a.csv", "text,mention,kind\nNo rash.,rash,absent\n"),
        ("a.txt", "No rash."),
        ("a.yaml", "{}"),
        ("a.yaml", "- x"),
    ],
)
def test_cases_that_cannot_be_read_are_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        read(tmp_path / name)


def test_speed_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assertion, "LEAST_S", 0.01)
    assert assertion.speed(frozen(), "en") > 0
