"""The lake of bench.review: as many charts as asked for, evidence that stands in the notes, wrong suggestions too."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.review_lake import build, counted
from store.lake import Lake

CHARTS = 24


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("review"), CHARTS)


def rows(lake: Path, name: str) -> list[dict[str, Any]]:
    snapshot = Lake(lake).current()
    assert snapshot is not None
    found: list[dict[str, Any]] = snapshot.read_many(name, snapshot.shards(name)).to_pylist()
    return found


def test_every_chart_has_notes_and_suggestions(lake: Path) -> None:
    charts = {row["encounter_id"] for row in rows(lake, "phi/worklist")}
    assert counted(lake)["charts"] == len(charts) == CHARTS
    assert {row["encounter_id"] for row in rows(lake, "phi/notes")} == charts
    assert {row["encounter_id"] for row in rows(lake, "phi/codes")} == charts


def test_evidence_is_the_same_words_on_both_sides(lake: Path) -> None:
    for root in ("phi/", ""):
        texts = {row["note_id"]: row["text"] for row in rows(lake, f"{root}notes")}
        said = [(code, span) for code in rows(lake, f"{root}codes") for span in code["evidence"]]
        quotes = Counter(texts[span["note_id"]][span["start"] : span["end"]].lower() for _, span in said)
        assert len(said) > CHARTS and all(quote.strip() for quote in quotes)
        assert "obesity" in quotes or "hypertension" in quotes


def test_names_are_covered_past_the_gate(lake: Path) -> None:
    names = {name["family"] for row in rows(lake, "phi/fhir/Patient") for name in row["name"]}
    seen = [row["text"] for row in rows(lake, "phi/notes")]
    opened = [row["text"] for row in rows(lake, "notes")]
    assert any(name in text for name in names for text in seen)
    assert sum(f" {name} " in text for name in names for text in opened) < len(opened) / 10  # names that are words


def test_bands_and_scores(lake: Path) -> None:
    found = rows(lake, "phi/codes")
    bands = Counter(row["band"] for row in found)
    assert bands["hidden"] > 100 * CHARTS and bands["review"] > CHARTS and bands["pre-accept"] > 0
    assert all(0 <= row["score"] <= 1 and row["display"] for row in found)
