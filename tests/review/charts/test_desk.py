"""Charts of the published night: what they hold, what those past the gate never hold, and what cannot be shown."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from review.charts import faults
from review.charts.chart import Chart
from review.charts.desk import Desk
from review.settings import Settings
from review.state import clock
from review.state.database import Database
from review.state.tables import charts, erasures
from tests.review import lakes
from tests.review.gate import MARK

ChartOf = Callable[..., Chart]
IdOf = Callable[[str], str]


@pytest.fixture(params=["sqlite"])
def settings(tmp_path: Path) -> Settings:
    """What a chart holds does not depend on the kind of database."""
    return Settings(tmp_path / "lake", tmp_path / "inbox")


def quoted(chart: Chart) -> dict[str, list[str]]:
    texts = {note.note_id: note.text for note in chart.notes}
    return {s.code: [texts[e.note_id][e.start : e.end] for e in s.evidence] for s in chart.suggestions}


def test_an_inpatient_with_all_that_is_known(chart_of: ChartOf) -> None:
    chart = chart_of("stay-1")
    assert [note.note_id for note in chart.notes] == ["n-admission", "n-progress", "n-discharge"]
    assert [part.name for part in chart.notes[0].sections[1:]] == ["history_present", "medications", "assessment"]
    assert (chart.sex, chart.age, chart.setting) == ("female", 78.57, "inpatient")
    assert (chart.ward, chart.admitted) == ('Cardiology <3 & "Step-down"', datetime(2026, 10, 3, 9, 30))
    assert chart.discharged == datetime(2026, 10, 9, 15) and chart.service is None and not chart.blind
    assert [each.code for each in chart.suggestions] == ["I50.21", "N17.9", "I10", "E11.9", "R07.9", "B2111ZZ"]
    assert quoted(chart)["N17.9"] == ["Acute kidney injury", "Acute kidney injury, creatinine 2.1"]
    assert [each["effect"] for each in chart.findings] == ["Rash"]
    assert [each["study_id"] for each in chart.reports] == ["study-1"]
    assert chart.digest and chart.flags == ()


def test_the_timeline_of_a_stay_in_lanes(chart_of: ChartOf) -> None:
    seen = [(each.lane, each.name, each.value, each.unusual) for each in chart_of("stay-1").events]
    assert seen == [
        ("other", "Start of an inpatient stay", "", False),
        ("labs", "Creatinine [Mass/volume] in Serum or Plasma", "1 mg/dL", False),
        ("vitals", "Heart rate", "118 /min", True),
        ("drugs", "furosemide", "furosemide 40 mg IV", False),
        ("drugs", "amoxicillin", "", False),
        ("procedures", "Coronary angiography", "", False),
        ("labs", "Creatinine [Mass/volume] in Serum or Plasma", "2.1 mg/dL", True),
        ("labs", "Hemoglobin", "10.2 g/dL", True),
    ]


def test_charts_of_which_little_is_known(chart_of: ChartOf) -> None:
    undated, quiet, letter = chart_of("undated-1"), chart_of("quiet-1"), chart_of("letter <1>/é")
    assert (undated.admitted, undated.age, undated.sex, undated.setting) == (None, None, "", "unknown")
    assert undated.notes[0].time is None and undated.events == ()
    assert quiet.suggestions == () and quiet.discharged is None and quiet.service == date(2026, 9, 28)
    assert [note.note_id for note in letter.notes] == ["letter <1>/é"] and letter.admitted is None
    assert {each["field"] for each in letter.pathology} == {"histology", "er"}


def test_ids_with_odd_characters_a_spanish_note_a_long_one_a_blind_chart(chart_of: ChartOf) -> None:
    spanish, long = chart_of('out/1 "x" <i>'), chart_of("long-1")
    assert quoted(spanish) == {"G43.009": ["Migraña sin aura"], "I10": ["Hipertensión arterial"]}
    assert [part.name for part in spanish.notes[0].sections][-1] == "diagnoses"
    assert len(long.notes[0].text) == lakes.LONG and long.flags == ("copied-text",)
    assert chart_of("blind-1").blind


def words(said: Any) -> Iterator[str]:
    if isinstance(said, dict):
        for value in said.values():
            yield from words(value)
    elif isinstance(said, list | tuple):
        for value in said:
            yield from words(value)
    else:
        yield str(said)


def secrets(hospital: lakes.Said) -> set[str]:
    """Every id, name, date and identifier of the original side."""
    marks = {match[2] for note in hospital["notes"] for match in MARK.finditer(note["text"])}
    people = {str(each[name]) for each in hospital["persons"] for name in ("key", "subject_id", "family", "born")}
    ids = {each["id"] for name in ("encounters", "notes", "studies") for each in hospital[name]}
    places = {*hospital["wards"].values(), hospital["clinic"]["name"]}
    events = {each["of"].partition("/")[2] for each in hospital["timeline"] if "of" in each}
    times = {each[name] for each in hospital["encounters"] for name in ("start", "end") if each[name]}
    times |= {each["time"] for name in ("notes", "timeline") for each in hospital[name] if each["time"]}
    return (marks | people | ids | places | events | {time[:10] for time in times}) - {"None"}


def test_past_the_gate_there_is_no_original_id_date_or_word(chart_of: ChartOf, id_of: IdOf) -> None:
    hospital = lakes.said()
    for encounter in [*(each["id"] for each in hospital["encounters"]), "letter <1>/é"]:
        chart = chart_of(encounter, "open")
        assert chart.id == id_of(encounter) and chart.side == "open"
        found = "\n".join(words(asdict(chart)))
        for secret in secrets(hospital):
            there = secret in found and re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", found)
            assert not there, (encounter, secret)


def test_past_the_gate_a_chart_is_the_same_encounter_with_its_own_offsets(chart_of: ChartOf) -> None:
    for encounter in ("stay-1", 'out/1 "x" <i>', "letter <1>/é", "undated-1", "long-1"):
        original, opened = chart_of(encounter), chart_of(encounter, "open")
        assert quoted(original) == quoted(opened) and quoted(opened)
        assert original.digest == opened.digest
        assert [each.name for each in original.events] == [each.name for each in opened.events]
        assert [each.unusual for each in original.events] == [each.unusual for each in opened.events]
        assert len(original.pathology) == len(opened.pathology)
        assert len(original.reports) == len(opened.reports) and original.age == opened.age
    assert chart_of("stay-1", "open").admitted == datetime(2027, 2, 20, 9, 30)


def test_a_night_published_under_an_open_chart_is_the_next_answer(desk: Desk, lake: Path, id_of: IdOf) -> None:
    stay = id_of("stay-1")
    before = desk.chart(stay, "phi")
    assert desk.snapshot.id == lakes.FIRST
    lakes.publish_next(lake)
    after = desk.chart(stay, "phi")
    assert (desk.snapshot.id, after.snapshot) == (lakes.SECOND, lakes.SECOND)
    assert [note.note_id for note in after.notes][-1] == "n-late" and before.digest != after.digest
    assert "N17.9" not in quoted(after) and quoted(after)["N39.0"] == ["Urinary tract infection"]


def test_a_chart_that_the_night_has_no_more_is_gone(desk: Desk, lake: Path, id_of: IdOf) -> None:
    blind = id_of("blind-1")
    lakes.publish_next(lake)
    for _ in range(2):
        with pytest.raises(faults.Gone):
            desk.chart(blind, "phi")
        desk.refresh()


def test_a_person_who_was_forgotten(desk: Desk, database: Database, lake: Path, id_of: IdOf) -> None:
    stay = id_of("stay-1")
    lakes.publish(lake, lakes.without(lakes.said(), "P 1/<ü>"), lakes.SECOND)
    with pytest.raises(faults.Gone):
        desk.chart(stay, "phi")
    with database.write() as connection:
        connection.execute(insert(erasures).values(chart_id=stay, time=clock.now()))
        connection.execute(delete(charts).where(charts.c.id == stay))
    with pytest.raises(faults.Forgotten):
        desk.chart(stay, "phi")


def test_what_nobody_knows_and_what_did_not_pass_the_gate(desk: Desk, lake: Path, id_of: IdOf) -> None:
    with pytest.raises(faults.Unknown):
        desk.chart("../../etc/passwd", "phi")
    hospital = lakes.said()
    held = {name: rows for name, rows in lakes.tables(hospital).items() if not name.startswith("worklist")}
    assert held
    lakes.publish(lake, hospital, lakes.SECOND)
    for path in (lake / "snapshots" / lakes.SECOND / "open" / "worklist").glob("*.parquet"):
        path.unlink()
    with pytest.raises(faults.Damaged):
        desk.chart(id_of("quiet-1"), "open")
    assert desk.chart(id_of("quiet-1"), "phi").notes


def test_a_damaged_night_is_told_and_none_at_all_too(desk: Desk, lake: Path, id_of: IdOf, database: Database) -> None:
    snapshot = lake / "snapshots" / lakes.FIRST
    (path,) = (snapshot / "phi/notes").glob("00000000.parquet")
    path.unlink()
    path.write_bytes(b"PAR1 and then nothing")
    with pytest.raises(faults.Damaged, match=lakes.FIRST):
        desk.chart(id_of("stay-1"), "phi")
    (snapshot / "index.parquet").write_bytes(b"")
    with pytest.raises(faults.Damaged):
        Desk(lake, database).chart(id_of("stay-1"), "phi")
    (lake / "current").unlink()
    with pytest.raises(faults.NoNight):
        desk.chart(id_of("stay-1"), "phi")


def test_a_person_who_became_part_of_another_keeps_the_chart(desk: Desk, lake: Path, id_of: IdOf) -> None:
    stay = id_of("stay-1")
    lakes.publish(lake, lakes.merged(lakes.said(), "P 1/<ü>", "P2"), lakes.SECOND)
    chart = desk.chart(stay, "phi")
    assert chart.subject_id == 4611686018427387002 and len(chart.notes) == 3
    assert desk.refresh().counts["moved"] == 1
    assert desk.chart(stay, "phi").subject_id == 4611686018427387002
    assert quoted(desk.chart(stay, "open")) == quoted(desk.chart(stay, "phi"))


def test_many_threads_while_nights_are_published(desk: Desk, lake: Path, id_of: IdOf) -> None:
    ids = [id_of(name) for name in ("stay-1", "long-1", "again-1", "undated-1")]

    def ask(number: int) -> bool:
        return bool(desk.chart(ids[number % 4], "open" if number % 3 else "phi").notes)

    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(ask, number) for number in range(30)]
        for number in range(2):
            lakes.publish(lake, night=f"2026112{number + 2}T230000Z")
        assert all(each.result() for each in asked)


def test_a_blind_chart_stays_blind_where_either_says_so(desk: Desk, database: Database, id_of: IdOf) -> None:
    assert not desk.chart(id_of("stay-1"), "phi").blind
    with database.write() as connection:
        connection.execute(update(charts).where(charts.c.id == id_of("stay-1")).values(blind=True))
    assert desk.chart(id_of("stay-1"), "phi").blind
