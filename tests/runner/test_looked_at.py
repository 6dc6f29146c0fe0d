"""The page of drafts: what is seen, compared and absent apart; flags in words; nothing of a draft becomes HTML."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.errors import InputError
from runner.looked_at import look
from runner.similar_earlier import Like
from schemas.registry import table
from tests.runner.test_report import Reader

SCHEMA = table("reports").schema
NASTY = "<script>alert('x')</script>\" onload=\"y"


def sentence(text: str, finding: str, state: str, prior: str | None = None) -> dict[str, Any]:
    return {"text": text, "finding": finding, "state": state, "score": 0.83, "source": "template",
            "prior_study_id": prior}  # fmt: skip


def found(name: str, state: str = "present", position: str | None = None) -> dict[str, Any]:
    return {"finding": name, "side": "left", "severity": None, "position": position, "state": state, "score": 0.9}


def row(study: str, *sentences: dict[str, Any], **said: Any) -> dict[str, Any]:
    time = said.pop("time", datetime(2021, 3, 4, 5, 6))
    return {"subject_id": 1, "study_id": study, "time": time, "text": "", "findings": said.pop("findings", []),
            "sentences": list(sentences), "flags": list(said.pop("flags", [])), "artifact": "art"}  # fmt: skip


FULL = row(
    "s1",
    sentence("Small left effusion.", "effusion", "present"),
    sentence("New effusion.", "effusion", "new", "s0"),
    sentence("No edema.", "edema", "negated"),
    findings=[found("effusion"), found("hilar_mass", "doubtful")],
    flags=["doubtful:hilar_mass", "open:pneumothorax", "severity:hyperinflation", "theirs:x"],
)
PRIOR = row("s0", time=datetime(2020, 1, 2))


def page(folder: Path, *rows: dict[str, Any], study: str = "", most: int = 20, **like: list[Like]) -> str:
    pq.write_table(pa.Table.from_pylist(list(rows), schema=SCHEMA), folder / "reports.parquet")
    look(folder / "reports.parquet", folder / "d" / "page.html", study, most, like)
    return (folder / "d" / "page.html").read_text(encoding="utf-8")


def text(html: str) -> str:
    read = Reader(html)
    assert not read.open and "http" not in html and "<script" not in html
    return " ".join(" ".join(read.text).split())


def test_what_is_seen_compared_and_absent_stands_apart(tmp_path: Path) -> None:
    said = text(page(tmp_path, FULL, PRIOR, study="s1"))
    order = ["Seen", "Small left effusion.", "Compared with", "New effusion.", "new since 2020-01-02, s0", "Not seen",
             "No edema.", "May be there, not stated", "hilar mass"]  # fmt: skip
    assert sorted(order, key=said.index) == order
    assert said.count("83 %") == 3


def test_flags_are_said_in_words_once(tmp_path: Path) -> None:
    said = text(page(tmp_path, FULL))
    asks, remarks = said.index("Look for yourself"), said.index("Remarks")
    assert asks < said.index("pneumothorax: neither likely nor surely absent") < remarks
    assert said.index("hyperinflation: how severe is not sure") > remarks
    assert said.count("theirs:x") == 1 and "doubtful:hilar_mass" not in said


def test_a_study_without_a_draft_says_why(tmp_path: Path) -> None:
    said = text(page(tmp_path, row("s2", flags=["unlike-training"], time=None)))
    assert "No draft." in said and "unlike all that training saw" in said and "time not known" in said
    assert "Seen" not in said and "Remarks" not in said


def test_nothing_of_a_draft_becomes_html(tmp_path: Path) -> None:
    nasty = row(
        NASTY, sentence(NASTY, NASTY, "present", NASTY), findings=[found(NASTY)], flags=[NASTY, f"open:{NASTY}"]
    )
    html = page(tmp_path, nasty, **{NASTY: [Like(NASTY, 0.5, NASTY)]})
    assert "<script" not in html and 'onload="y' not in html
    assert html.count("&lt;script&gt;") >= 8


def test_what_cannot_wait_comes_first_and_says_so(tmp_path: Path) -> None:
    rows = [row(f"s{n:03d}", findings=[found("effusion")]) for n in range(200)]
    rows += [row("t1", findings=[found("pneumothorax")]), row("t2", findings=[found("picc", position="bad")])]
    html = page(tmp_path, *rows, most=200)
    said = text(html)
    assert "200 of 202 drafts" in said and html.count('class="draft"') == 200
    assert said.index("Read first: pneumothorax") < said.index("Read first: picc badly placed") < said.index("s000")
    assert html.count('href="#s') == html.count('<section class="draft" id="s') == html.count("aria-labelledby") == 200


def test_a_flag_of_most_drafts_is_said_once(tmp_path: Path) -> None:
    said = sentence("No edema.", "edema", "negated")
    rows = [row(f"s{n}", said, flags=["open:mass", *(["open:edema"] if n < 3 else [])]) for n in range(12)]
    shown = text(page(tmp_path, *rows))
    assert shown.count("mass: neither likely") == 1 and "12 of 12 drafts:" in shown
    assert shown.count("edema: neither likely") == 3


def test_the_page_is_for_its_owner_only(tmp_path: Path) -> None:
    page(tmp_path, FULL)
    assert (tmp_path / "d" / "page.html").stat().st_mode & 0o777 == 0o600


def test_nothing_to_show_says_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no draft of study s9"):
        page(tmp_path, FULL, study="s9")
    (tmp_path / "reports.parquet").unlink()
    pq.write_table(pa.table({"flags": ["no-artifact"]}), tmp_path / "reports_account.parquet")
    with pytest.raises(InputError, match=r"nothing was drafted.*--set artifact=DIR"):
        look(tmp_path / "reports.parquet", tmp_path / "page.html", "", 20, {})
