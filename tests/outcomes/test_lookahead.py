"""The nightly look-ahead check: it passes without an artifact, and names what looks ahead."""

from pathlib import Path

import pyarrow as pa
import pytest

from contract.errors import ConfigError
from contract.work import Check
from outcomes.lookahead import TRIED, TRIES, LookAhead


def tried(*moved: str) -> dict[str, pa.Table]:
    return {TRIED: pa.Table.from_pylist([{"task": "mortality", "rows": 9, "edited": 70, "moved": list(moved)}], TRIES)}


def test_it_is_a_check_of_the_timeline() -> None:
    check = LookAhead()
    assert isinstance(check, Check)
    assert check.reads == ("timeline",)
    assert check.partial({})[TRIED].num_rows == 0


def test_without_an_artifact_it_passes_and_says_so(tmp_path: Path) -> None:
    check = LookAhead(artifacts="nothing")
    check.anchor(tmp_path)
    verdict = check.verdict([check.partial({})])
    assert verdict.passed
    assert "no artifact" in verdict.lines[0]


def test_what_looks_ahead_stops_the_night(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "task.yaml").write_text("{}")
    (tmp_path / "a" / "vocabulary.json").write_text("{}")
    check = LookAhead(artifacts="a")
    check.anchor(tmp_path)
    assert check.verdict([tried(), tried()]).lines == (
        "mortality: 18 predictions, 140 events of after their time edited; every feature is the same byte for byte.",
    )
    verdict = check.verdict([tried(), tried("stay/LOINC//1/max")])
    assert not verdict.passed
    assert "stay/LOINC//1/max" in verdict.lines[0]


def test_a_sample_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="sample is 0"):
        LookAhead(sample=0)
