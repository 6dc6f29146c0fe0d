"""The frozen breast reports: as they were written, and what they state is in their words."""

import pytest

from bench.pathology_reports import reports
from contract.errors import ConfigError


@pytest.mark.parametrize("half", ["open", "held"])
def test_frozen_reports_say_their_side_and_nothing_is_left_unfilled(half: str) -> None:
    made = reports.frozen(half)
    assert len({each.layout for each in made}) == 4 and sum(not each.specimens for each in made) == 6
    for each in made:
        assert not reports.SLOT.search(each.text) and "[" not in each.text
        assert all(fields["side"] in each.text.lower() for _, fields in each.specimens)
        assert len(each.specimens) == 1 or [label for label, _ in each.specimens] in ([], ["A", "B"])


def test_a_changed_report_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "EACH", 2)
    with pytest.raises(ConfigError, match="not as frozen"):
        reports.frozen("open")
