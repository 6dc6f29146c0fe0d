"""How the dirty bench counts: good rows by line or twin, bad rows in place; its specification is frozen."""

from pathlib import Path

import pytest

from bench import dirty
from bench.dirty import Outcome, lost, values
from bench.spoil import Line, Truth
from contract.errors import ConfigError

TRUTH = Truth(
    lines={
        ("o.csv", 2): Line(b"a"),
        ("o.csv", 3): Line(b"a"),
        ("o.csv", 4): Line(b"b"),
        ("o.csv", 5): Line(b"c", ("cut-line",)),
        ("o.csv", 6): Line(b"d", ("year-9999", "malformed-id")),
    }
)
RIGHT = Outcome(
    frozenset({("o.csv", 2), ("o.csv", 4)}),
    {("o.csv", 5): frozenset({"columns"}), ("o.csv", 6): frozenset({"date-range"})},
)


def test_all_is_well_when_every_line_is_where_it_belongs() -> None:
    assert values(TRUTH, RIGHT) == {"aborts": 0, "good_lost": 0, "bad": 2, "quarantined": 2, "lines_right": 2}


def test_a_twin_in_the_lake_stands_for_a_row() -> None:
    assert lost(TRUTH, Outcome(frozenset({("o.csv", 3)}))) == [("o.csv", 4)]


def test_a_line_off_by_one_is_not_right() -> None:
    found = Outcome(RIGHT.kept, {("o.csv", 4): frozenset({"columns"}), ("o.csv", 6): frozenset({"date-range"})})
    assert values(TRUTH, found)["lines_right"] == 1


def test_an_abort_loses_everything() -> None:
    assert values(TRUTH, Outcome(aborts=1)) == {
        "aborts": 1, "good_lost": 3, "bad": 2, "quarantined": 0, "lines_right": 0,
    }  # fmt: skip


def test_a_changed_specification_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / "dirty_spec.yaml"
    changed.write_text(dirty.SPEC.read_text() + "# gentler\n")
    monkeypatch.setattr(dirty, "SPEC", changed)
    with pytest.raises(ConfigError, match="frozen"):
        dirty.read_spec()


def test_the_specification_here_is_the_frozen_one() -> None:
    assert len(dirty.read_spec()["ways"]) == 10
