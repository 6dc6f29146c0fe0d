"""The summary from timelines to its two tables: parts of shards, controls, findings, no small counts."""

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from contract.errors import ConfigError, InputError
from contract.work import Summary
from nlp.adverse.signals.summary import FindSignals, enough
from schemas.registry import table
from tests.nlp.adverse.signals.records.made import START, Made


@pytest.fixture(scope="module")
def timeline() -> pa.Table:
    made = Made(500, seed=5)
    made.give("RXNORM//314076", "SNOMED//49727002", rate=0.08, harm=8.0, share=0.8)
    for k in range(6):
        made.give(f"LOCAL//n{k}", f"SNOMED//9{k}", rate=0.3, harm=1.0, share=0.8)
    return made.table()


def test_a_planted_harm_is_a_signal_and_controls_are_none(timeline: pa.Table, tmp_path: Path) -> None:
    lines = ["drug,event", *(f"LOCAL//n{k},SNOMED//9{k}" for k in range(6))]
    (tmp_path / "c.csv").write_text("\n".join(lines), encoding="utf-8")
    summary = FindSignals(controls=str(tmp_path / "c.csv"))
    assert isinstance(summary, Summary)
    cut = 4000 - next(k for k in range(1, 4000) if timeline["subject_id"][4000 - k] != timeline["subject_id"][4000]) + 1
    halves = [timeline.slice(0, cut), timeline.slice(cut)]
    made = summary.merge([summary.partial({"timeline": half}) for half in halves])
    rows = made["signals"].to_pylist()
    first = rows[0]
    assert (first["drug"], first["event"], first["signal"]) == ("lisinopril", "SNOMED//49727002", True)
    assert 2.5 < first["raw_ratio"] < 12
    assert sum(row["control"] for row in rows) == 6
    assert not any(row["signal"] for row in rows if row["control"])
    assert min(row["cases"] for row in rows) >= 5
    assert made["signals"].schema.equals(table("signals").schema)
    assert all(row["cases"] >= 5 for row in made["signal_trends"].to_pylist())
    whole = summary.merge([summary.partial({"timeline": timeline})])
    assert whole["signals"].equals(made["signals"])


def test_findings_are_events_too(timeline: pa.Table) -> None:
    onset = [START + timedelta(days=400 + k) for k in range(40)]
    findings = pa.table({
        "subject_id": list(range(40)), "kind": ["adverse_event"] * 40, "effect": ["Rash "] * 40,
        "assertion": ["present"] * 20 + ["negated"] * 20, "code": [None] * 10 + ["ICD-10-CM//R21"] * 30, "onset": onset,
        "score": pa.array([0.9] * 40, pa.float32()),
    })  # fmt: skip
    part = FindSignals(events="findings").partial({"timeline": timeline, "findings": findings})
    said = part["events"]["event"].to_pylist()
    assert (said.count("rash"), said.count("ICD10CM//R21"), len(said)) == (10, 10, 20)


def test_other_controls_are_another_version(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("drug,event\na,b\n", encoding="utf-8")
    before = FindSignals(controls=str(path)).version
    path.write_text("drug,event\na,c\n", encoding="utf-8")
    assert len({before, FindSignals(controls=str(path)).version, FindSignals().version}) == 3


def test_an_empty_hospital_has_empty_tables() -> None:
    made = FindSignals().merge([{}, {}])
    assert {name: len(rows) for name, rows in made.items()} == {"signals": 0, "signal_trends": 0}


def test_small_counts_and_wrong_parameters() -> None:
    assert [enough(n) for n in (0, 1, 4, 5)] == [0, None, None, 5]
    with pytest.raises(ConfigError, match="small counts"):
        FindSignals(least=3)
    with pytest.raises(ConfigError, match="codes, findings or both"):
        FindSignals(events="all")
    with pytest.raises(InputError, match="cannot be read"):
        FindSignals(controls="nowhere.csv").pairs()
