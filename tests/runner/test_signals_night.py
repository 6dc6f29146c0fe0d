"""A night that looks for signals past the gate: the tables are in the open root, the report has its section."""

import json
from pathlib import Path

from runner import report
from tests.runner.anna import act
from tests.runner.hospital import STEPS, SUMMARIES, Hospital, Row, illness, person, visit

GATE = {"uses": "nlp.deid.stage:Deidentify", "with": {"layers": ["known", "rules", "protect"]}}
LOOK = "nlp.adverse.signals.summary:FindSignals"
OPEN_CODES = {"uses": "etl.timeline.codes:CountCodes", "with": {"root": "open"}}


def drug(key: str, day: str, stop: str) -> Row:
    return {"table": "medications", "PATIENT": key, "START": f"{day}T09:00:00Z", "STOP": f"{stop}T09:00:00Z",
            "ENCOUNTER": f"{key}-0", "CODE": "314076", "DESCRIPTION": "lisinopril 10 MG", "BASE_COST": "1"}  # fmt: skip


def life(number: int) -> list[Row]:
    """Seen for four years, the drug in the second, a cough within two months of its start."""
    key = f"p{number}"
    days = [f"{year}-0{month}-1{number % 9}" for year in (2018, 2019, 2020, 2021) for month in (2, 6)]
    seen = [visit(key, f"{key}-{k}", day) for k, day in enumerate(days)]
    cough = illness(key, f"2019-08-1{number % 9}", "49727002")
    return [person(key), *seen, drug(key, "2019-07-01", "2020-01-01"), cough]


def test_signals_are_found_past_the_gate_and_shown(tmp_path: Path) -> None:
    steps = {**STEPS, "deid": GATE}
    hospital = Hospital(tmp_path, steps=steps, summaries={**SUMMARIES, "open_codes": OPEN_CODES, "signals": LOOK})
    hospital.csv("one", *(row for number in range(8) for row in life(number)))
    manifest = hospital.night()
    snapshot = hospital.snapshot
    (row,) = snapshot.read_many("signals", snapshot.shards("signals")).to_pylist()
    assert (row["drug"], row["event"], row["cases"]) == ("lisinopril", "SNOMED//49727002", 8)
    assert set(row["flags"]) == {"reason-for-drug", "uncalibrated"}
    assert snapshot.shards("signal_trends")
    page = report.page(json.loads(json.dumps(manifest)))
    assert 'id="signals"' in page
    assert "lisinopril · " in page
    gone = next(row for row in hospital.table("phi/identities").to_pylist() if row["key"] == "p3")
    act(hospital, "p3")
    (row,) = hospital.table("signals").to_pylist()
    assert row["cases"] == 7 and hospital.snapshot.manifest()["signals"]["strongest"][0]["cases"] == 7
    parts = [name for name in hospital.snapshot.tables() if name.startswith("phi/partials/signals")]
    assert parts and not any(gone["open_id"] in hospital.table(name)["subject_id"].to_pylist() for name in parts)


def test_who_is_forgotten_leaves_parts_that_another_version_made(tmp_path: Path) -> None:
    hospital = Hospital(
        tmp_path, steps={**STEPS, "deid": GATE}, summaries={**SUMMARIES, "open_codes": OPEN_CODES, "signals": LOOK}
    )
    hospital.csv("one", *(row for number in range(3) for row in life(number)))
    hospital.night()
    hospital.summaries["signals"] = {"uses": LOOK, "with": {"risk": 60}}
    gone = next(row for row in hospital.table("phi/identities").to_pylist() if row["key"] == "p1")
    act(hospital, "p1")
    held = hospital.table("phi/partials/signals/people")["subject_id"].to_pylist()
    assert len(held) == 2 and gone["open_id"] not in held
