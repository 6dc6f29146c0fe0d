"""The whole way of a decision: the page's log, the inbox, a night, labels, and what goes to billing."""

import csv
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import hl7
import pytest

from review.judging import rounds
from review.state import clock
from review.state.tables import decisions
from runner.codes_export import Wanted, export_codes
from tests.nlp.icd.conftest import make_coder
from tests.runner.coder import Coder, Page
from tests.runner.hospital import STEPS, Hospital, patient
from tests.runner.test_codes_export import document, visit

WORDS = {"gout": "M10.9", "heart failure": "I50.9", "hypertension": "I10", "diabetes": "E11.9", "anemia": "D64.9"}
TEXT = (
    "Seen for gout and heart failure. Has hypertension and diabetes. Anemia. "
    "He has a frozen shoulder on the left side, which hurts at night."
)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    """After its first night."""
    root = tmp_path_factory.mktemp("review")
    steps: dict[str, Any] = {
        **STEPS,
        "deid": {"uses": "nlp.deid.stage:Deidentify", "with": {"layers": ["known", "rules"]}},
        "labels": "nlp.deid.decided:ReleaseLabels",
        "icd": {"uses": "nlp.icd.stage:SuggestCodes", "with": {"artifact": str(make_coder(root / "coder", WORDS))}},
        "worklist": {"uses": "nlp.icd.learning.stage:OrderWork", "with": {"blind_share": 0.0}},
        "relink": "nlp.deid.relink:Relink",
    }
    made = Hospital(root, steps=steps, summaries={})
    text = {"conclusion": TEXT}
    made.fhir("one", patient("ann", mrn="77|31"), visit("e1", "ann"), {**document("n1", "ann", "e1"), **text})
    made.night()
    return made


@pytest.fixture
def hospital(first: Hospital, tmp_path: Path) -> Hospital:
    shutil.copytree(first.root, tmp_path / "copy", symlinks=True)
    return replace(first, root=tmp_path / "copy")


@pytest.fixture
def page(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    made = Page.of(hospital)
    now = iter(range(1_000_000))
    start = clock.now()
    monkeypatch.setattr(clock, "read", lambda: start.replace(microsecond=next(now)))
    yield made
    made.database.close()


def night(hospital: Hospital, page: Page) -> None:
    """Hand-over, some hours, a night."""
    assert page.hand_over()
    for path in page.settings.inbox.glob("*.ndjson"):
        os.utime(path, (time.time() - 3600,) * 2)
    hospital.night()


def labels(hospital: Hospital) -> set[str]:
    return {row["label"].replace("ICD-10-CM//", "") for row in hospital.table("labels").to_pylist()}


def billed(hospital: Hospital, name: str, form: str = "csv") -> Path:
    out = hospital.root / f"{name}-{form}"
    export_codes(hospital.lake.root, out, Wanted(form=form))
    return out


def rows(hospital: Hospital, name: str) -> list[tuple[str, ...]]:
    """Code, place, present on admission, admitting, who, flags: of each code that is exported."""
    with (billed(hospital, name) / "codes.csv").open(encoding="utf-8") as file:
        return [
            (r["code"], r["sequence"], r["poa"], r["admitting"], r["coder"], r["flags"]) for r in csv.DictReader(file)
        ]


def whole(coder: Coder) -> None:
    """A chart with all that a coder can do, up to its end."""
    coder.does("accept M10.9")
    coder.does("accept I50.9")
    coder.does("reject D64.9", reason="No value is low.")
    coder.does("edit E11.9", code="E11.65")
    coder.does("add M75.02", mark="frozen shoulder")
    coder.does("evidence M75.02", mark="on the left side")
    coder.does("accept I10")
    coder.does("undo")
    coder.does("redo")
    coder.does("add R05.9")
    coder.does("undo")
    coder.does("order", codes=["M75.02", "I10", "M10.9", "I50.9", "E11.65"])
    coder.does("principal I50.9")
    coder.does("admitting M10.9")
    coder.does("poa I50.9", poa="Y")
    coder.does("poa I10", poa="N")
    coder.does("undo")
    coder.does("finish", leave=True)


def test_what_a_coder_finished_is_learned_and_billed(hospital: Hospital, page: Page) -> None:
    anna = Coder(page, "anna", page.chart("e1"))
    whole(anna)
    assert [line.code for line in anna.coding().accepted()] == ["I50.9", "M75.02", "I10", "M10.9", "E11.65"]
    night(hospital, page)
    assert labels(hospital) == {"I50.9", "M75.02", "I10", "M10.9", "E11.65", "NOT//D64.9", "NOT//E11.9"}
    (added,) = [row for row in hospital.table("labels").to_pylist() if row["label"].endswith("M75.02")]
    texts = dict(zip(hospital.column("notes", "note_id"), hospital.column("notes", "text"), strict=True))
    marked = [texts[span["note_id"]][span["start"] : span["end"]] for span in added["evidence"]]
    assert marked == ["frozen shoulder", "on the left side"]
    assert rows(hospital, "one") == [
        ("I50.9", "1", "Y", "", "anna", ""), ("M75.02", "2", "", "", "anna", ""), ("I10", "3", "", "", "anna", ""),
        ("M10.9", "4", "", "yes", "anna", ""), ("E11.65", "5", "", "", "anna", ""),
    ]  # fmt: skip
    assert hospital.column("phi/worklist", "state") == ["done"] and hospital.column("phi/quarantine", "rule") == []
    with page.database.read() as connection:
        logged = len(connection.execute(decisions.select()).all())
    assert len(hospital.table("phi/decisions")) == logged


def test_other_systems_are_told_the_same(hospital: Hospital, page: Page) -> None:
    whole(Coder(page, "anna", page.chart("e1")))
    night(hospital, page)
    message = hl7.parse((billed(hospital, "one", "hl7") / "codes.hl7").read_bytes().decode())
    told = [[str(s(at)) if len(s) > at else "" for at in (3, 6, 15, 21, 26)] for s in message.segments("DG1")]
    assert [(each[0].partition("^")[0], *each[1:]) for each in told] == [
        ("I50.9", "F", "1", "A", "Y"), ("M75.02", "F", "2", "A", ""), ("I10", "F", "3", "A", ""),
        ("M10.9", "F", "4", "A", ""), ("E11.65", "F", "5", "A", ""), ("R05.9", "F", "0", "D", ""),
        ("M10.9", "A", "0", "A", ""),
    ]  # fmt: skip
    out = billed(hospital, "two", "fhir")
    conditions = [json.loads(line) for line in (out / "Condition.ndjson").open("rb")]
    code = {f"Condition/{one['id']}": one["code"]["coding"][0]["code"] for one in conditions}
    (encounter,) = [json.loads(line) for line in (out / "Encounter.ndjson").open("rb")]
    uses = [(code[d["condition"]["reference"]], d["use"]["coding"][0]["code"], d.get("rank"), "extension" in d)
            for d in encounter["diagnosis"]]  # fmt: skip
    assert uses == [("I50.9", "billing", 1, True), ("M75.02", "billing", 2, False), ("I10", "billing", 3, False),
                    ("M10.9", "billing", 4, False), ("E11.65", "billing", 5, False),
                    ("M10.9", "AD", None, False)]  # fmt: skip
    shoulder = next(one for one in conditions if one["code"]["coding"][0]["code"] == "M75.02")
    assert "frozen shoulder" in _words(shoulder)


def _words(condition: dict[str, Any]) -> list[str]:
    places = condition["evidence"][0]["detail"][0]["display"].removeprefix("characters ").split(", ")
    return [TEXT[int(start) : int(end)] for start, _, end in (place.partition("-") for place in places)]


def test_a_chart_that_is_reopened_is_held_back_and_then_corrected(hospital: Hospital, page: Page) -> None:
    whole(Coder(page, "anna", page.chart("e1")))
    night(hospital, page)
    anna = Coder(page, "anna", page.chart("e1"))
    anna.does("reopen")
    anna.does("remove M75.02", reason="It was the right side.")
    night(hospital, page)
    assert labels(hospital) == set()
    anna = Coder(page, "anna", page.chart("e1"))
    anna.does("finish", leave=True)
    night(hospital, page)
    assert "NOT//M75.02" in labels(hospital)
    assert [code for code, *_ in rows(hospital, "two")] == ["I50.9", "I10", "M10.9", "E11.65"]
    out = billed(hospital, "two", "fhir")
    states = {one["code"]["coding"][0]["code"]: one["verificationStatus"]["coding"][0]["code"]
              for one in map(json.loads, (out / "Condition.ndjson").open("rb"))}  # fmt: skip
    assert states["M75.02"] == "entered-in-error" and states["I50.9"] == "confirmed"


def test_an_undo_of_another_hour_and_night_counts(hospital: Hospital, page: Page) -> None:
    """The act was read last night already, and the undo stands in another file."""
    anna = Coder(page, "anna", page.chart("e1"))
    anna.does("accept M10.9")
    anna.does("accept I10")
    night(hospital, page)
    assert [(code, flags) for code, *_, flags in rows(hospital, "one")] == [
        ("I10", "unfinished"),
        ("M10.9", "unfinished"),
    ]
    for path in page.settings.inbox.glob("*.ndjson"):
        path.rename(path.with_name("zz-later-in-the-alphabet.ndjson"))
    anna = Coder(page, "anna", page.chart("e1"))
    anna.does("undo")
    anna.does("principal M10.9")
    anna.does("finish", leave=True)
    night(hospital, page)
    assert labels(hospital) == {"M10.9"}
    assert [code for code, *_ in rows(hospital, "two")] == ["M10.9"]


def test_lines_that_come_twice_count_once(hospital: Hospital, page: Page) -> None:
    anna = Coder(page, "anna", page.chart("e1"))
    anna.does("accept M10.9")
    anna.does("principal M10.9")
    anna.does("finish", leave=True)
    page.hand_over()
    (path,) = page.settings.inbox.glob("*.ndjson")
    raw = path.read_bytes()
    path.write_bytes(raw + raw)
    path.with_name("again.ndjson").write_bytes(raw)
    hospital.night()
    assert len(hospital.table("phi/decisions")) == raw.count(b"\n") == 3
    assert [code for code, *_ in rows(hospital, "one")] == ["M10.9"]


def test_two_coders_and_who_settles(hospital: Hospital, page: Page) -> None:
    """Anna's list is billed as not yet settled; then the third list is what is learned and billed."""
    page.settings = replace(page.settings, second_review=1.0)
    anna = Coder(page, "anna", page.chart("e1"))
    for said in ("accept M10.9", "accept I50.9", "add M75.02", "principal M10.9"):
        anna.does(said)
    anna.does("finish", leave=True)
    night(hospital, page)
    assert {flags for *_, flags in rows(hospital, "one")} == {"unsettled"} and "M75.02" in labels(hospital)

    bert = Coder(page, "bert", page.chart("e1"), round=2)
    for said in ("accept M10.9", "reject I50.9", "accept I10", "principal I10"):
        bert.does(said)
    night(hospital, page)
    assert [code for code, *_ in rows(hospital, "two")] == ["M10.9", "I50.9", "M75.02"], "nothing of his yet"
    assert labels(hospital) == {"M10.9", "I50.9", "M75.02"}
    bert.does("finish", leave=True)
    night(hospital, page)
    assert {(code, flags) for code, *_, flags in rows(hospital, "three")} == {
        ("M10.9", "unsettled"), ("I50.9", "unsettled"), ("M75.02", "unsettled")
    }  # fmt: skip
    assert labels(hospital) == {"M10.9", "DISPUTED//I50.9", "M75.02", "I10"}

    cleo = Coder(page, "cleo", page.chart("e1"), round=3, role="auditor")
    for said in ("accept M10.9", "accept I10", "accept I50.9", "reject I50.9", "principal I10"):
        cleo.does(said)
    cleo.does("finish", leave=True)
    night(hospital, page)
    assert [(code, place, flags) for code, place, *_, flags in rows(hospital, "four")] == [
        ("I10", "1", ""), ("M10.9", "2", "")
    ]  # fmt: skip
    assert labels(hospital) == {"I10", "M10.9", "NOT//I50.9", "NOT//M75.02"}
    with page.database.read() as connection:
        assert rounds.standing(connection, cleo.chart.id) == rounds.SETTLING
