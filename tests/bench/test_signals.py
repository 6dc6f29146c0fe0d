"""The bench of signals: equality with the reference from a file on; a judgement counts what it says."""

from pathlib import Path

import pytest

from bench.signals_records import judged
from bench.signals_reports import difference, write


def test_a_generated_file_gives_what_the_reference_gives(tmp_path: Path) -> None:
    pytest.importorskip("vigipy")
    assert write(tmp_path / "r.csv", 4000) > 4000
    gaps = difference(tmp_path / "r.csv")
    assert set(gaps) >= {"prr", "ror_upper", "ic025", "ebgm", "eb05", "eb95"}
    assert max(gaps.values()) < 1e-6


def test_pairs_are_counted_by_their_truth() -> None:
    pairs = {("a", "e"): False, ("b", "e"): True, ("c", "e"): True}
    rows = [{"drug": d, "event": e, "signal": s, "raw_lower": 1.5} for d, e, s in
            (("a", "e", True), ("b", "e", True), ("z", "e", True), ("z", "f", True))]  # fmt: skip
    found = judged(rows, pairs, {("c", "e")})
    assert (found.planted, found.tested, found.found) == (1, 1, 1)
    assert (found.controls, found.controls_tested, found.flagged, found.raw, found.naive) == (2, 1, 1, 1, 1)
    assert (found.others, found.others_flagged) == (1, 1)
