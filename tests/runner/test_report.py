"""The run report: what it says, what it never holds, and that a night which failed early has one too."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from runner import account, report
from runner.pages import sections

CASE = Path(__file__).parents[1] / "cases" / "manifest.yaml"
VOID = {"meta", "br", "img", "link", "path", "rect", "i"}


@pytest.fixture
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(CASE.read_text(encoding="utf-8"))
    return found


class Reader(HTMLParser):
    """Text of the page, and whether every tag that opens closes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_is_whole_and_needs_nothing_else(manifest: dict[str, Any], tmp_path: Path) -> None:
    report.write(manifest, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    read = Reader(page)
    assert not read.open and not read.links
    assert "http" not in page and "<script" not in page and "url(" not in page


def test_the_page_says_what_the_night_did(manifest: dict[str, Any]) -> None:
    text = " ".join(Reader(report.page(manifest)).text)
    verdict = "1,434 raw rows read, 10 rows in quarantine; every account balances, every check passed"
    fingerprint = "3f4aa557430031d84fc6036473346db8"
    for said in (verdict, fingerprint, "Friday 20 November 2026, 23:00 UTC", "unknown-patient", "+12", "new",
                 "14 of 200", "1 changed, 1 unchanged", "declared tables have no rows"):  # fmt: skip
        assert said in text, said


def test_an_account_that_does_not_balance_is_seen(manifest: dict[str, Any]) -> None:
    manifest["balance"][0]["holds"] = False
    manifest["checks"]["references"]["passed"] = False
    assert account.verdict(manifest).endswith("1 account does not balance, checks that failed: references.")
    assert "does not balance" in report.page(manifest)


def test_a_night_that_failed_early_has_a_report(manifest: dict[str, Any]) -> None:
    known = ("run_id", "pipeline", "started", "finished", "seconds", "cpu_seconds", "peak_mb")
    early = {key: manifest[key] for key in known}
    error = {"kind": "InputError", "message": "found <nothing> & expected rows", "step": "spool"}
    page = report.page({**early, "status": "failed", "error": error})
    assert "the night stopped in spool" in page and "found &lt;nothing&gt; &amp; expected rows" in page


def test_a_quiet_night_does_not_repeat_the_last_one(manifest: dict[str, Any]) -> None:
    manifest["status"] = "unchanged"
    text = " ".join(Reader(report.page(manifest)).text)
    assert "Nothing new arrived" in text and "+12" not in text and "1 changed" not in text and "14 of 200" not in text


def test_a_source_that_was_left_out_is_named(manifest: dict[str, Any]) -> None:
    manifest["refused"] = {"feed": "feed: version 3 is not read here"}
    page = report.page(manifest)
    assert "Left out, for it cannot be read: feed." in page and "version 3 is not read here" in page


def test_coverage_fills_empty_months_and_leaves_out_thin_tails(manifest: dict[str, Any]) -> None:
    drawn = sections.coverage(manifest)
    assert drawn and drawn.said == "2023-11 to 2024-02; 1 event before or after, from 1931-04 to 2024-02"
    assert str(drawn.events).count("H") == 4
    assert drawn.ticks == ((50.0, "2024"),)


def test_coverage_of_a_lonely_event_in_the_year_9999_stays_small() -> None:
    months = [{"month": m, "events": 1, "persons": 1} for m in ("2024-01", "2024-02", "9999-12")]
    drawn = sections.coverage({"coverage": months})
    assert drawn and drawn.said.startswith("2024-01 to 2024-02; 1 event before or after")


def test_the_balance_in_brief_adds_up_types_and_names_what_does_not_hold(manifest: dict[str, Any]) -> None:
    manifest["balance"].append({**manifest["balance"][1], "what": "hospital: Claim", "in": 5, "holds": False})
    brief = {line["what"]: line["in"] for line in account.accounts(manifest)}
    assert brief == {"hospital: raw rows": 1434, "hospital: resources": 1631, "hospital: Claim": 5}


@pytest.mark.parametrize(
    ("value", "said"), [(0.424, "0.42 s"), (12.34, "12.3 s"), (245, "4 min 05 s"), (4320, "1 h 12 min")]
)
def test_seconds(value: float, said: str) -> None:
    assert account.seconds(value) == said


@pytest.mark.parametrize(("value", "said"), [(812, "812 B"), (4100, "4.1 kB"), (912.3e6, "912 MB"), (2e12, "2.0 TB")])
def test_size(value: float, said: str) -> None:
    assert account.size(value) == said
