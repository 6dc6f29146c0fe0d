"""HL7 v2 over nights: the newest word holds whatever came first; corrections, merges, repeats."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.runner.hospital import Hospital

MSH = r"MSH|^~\&|SENDER|NORTH|EHR|SOUTH|{at}||{kind}|{number}|P|2.5"
OBR = "OBR|1||L9^LAB|24323-8^Panel^LN|||202403020800+0000|||||||||||||||||LAB|F"


class Feed(Hospital):
    def _source(self, name: str) -> dict[str, Any]:
        said = {"mapping": "hl7v2", "path": f"inbox/{name}", "delivery": "delta", "settle_s": 0}
        return {"uses": "etl.sources.tables:Tables", "with": said}

    def send(self, group: str, *messages: str) -> Path:
        """A folder of one file."""
        path = self.root / "inbox" / "hl7" / group / "feed.hl7"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(messages), encoding="utf-8", newline="")
        os.utime(path, (time.time() - 3600,) * 2)
        return path

    def rows(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.table(f"phi/fhir/{kind}").to_pylist()
        return found


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return Feed(tmp_path)


def adt(event: str, at: str, *more: str, mrn: str = "77", admitted: str = "20240301100000+0000", left: str = "") -> str:
    pv1 = "PV1|1|I|W1^3^B|" + "|" * 15 + "v1^^^NORTH|" + "|" * 24 + f"{admitted}|{left}"
    pid = f"PID|1||{mrn}^^^NORTH^MR||Moe^Ada||19610719|F"
    head = MSH.format(at=at, kind=f"ADT^{event}", number=f"{event}{at}")
    return "\r".join([head, f"EVN|{event}|{at}", pid, *more, pv1]) + "\r"


def oru(at: str, value: str, status: str, mrn: str = "77") -> str:
    head = MSH.format(at=at, kind="ORU^R01", number=at)
    pid = f"PID|1||{mrn}^^^NORTH^MR||Moe^A"
    return "\r".join([head, pid, OBR, f"OBX|1|NM|2345-7^Glucose^LN||{value}|mmol/L|||||{status}"]) + "\r"


def test_two_nights_of_a_stay(feed: Feed) -> None:
    feed.send("1", adt("A01", "20240301101500+0000"), oru("20240302090000+0000", "5.4", "F"))
    feed.night()
    assert [(each["status"], each["period"]["end"]) for each in feed.rows("Encounter")] == [("in-progress", None)]
    feed.send(
        "2", adt("A03", "20240305090000+0000", left="20240305080000+0000"), oru("20240306090000+0000", "5.9", "C")
    )
    said = feed.night()
    (stay,), (glucose,) = feed.rows("Encounter"), feed.rows("Observation")
    assert (stay["status"], stay["period"]["end"]) == ("finished", "2024-03-05T08:00:00+00:00")
    assert (glucose["status"], glucose["valueQuantity"]["value"]) == ("corrected", 5.9)
    assert {"HOSPITAL_ADMISSION//IMP", "HOSPITAL_DISCHARGE//UNKNOWN", "LOINC//2345-7"} <= set(feed.codes())
    assert all(account["holds"] for account in said["balance"])


def test_what_arrives_late_does_not_win(feed: Feed) -> None:
    feed.send(
        "1", adt("A03", "20240305090000+0000", left="20240305080000+0000"), oru("20240306090000+0000", "5.9", "C")
    )
    feed.night()
    feed.send("2", adt("A01", "20240301101500+0000"), oru("20240302090000+0000", "5.4", "F"))
    feed.night()
    assert feed.rows("Encounter")[0]["status"] == "finished"
    assert [each["valueQuantity"]["value"] for each in feed.rows("Observation")] == [5.9]
    assert feed.rows("Patient")[0]["name"][0]["given"] == ["Ada"]  # ADT's, though the laboratory spoke last


def test_a_cancelled_stay_leaves_the_timeline(feed: Feed) -> None:
    feed.send("1", adt("A01", "20240301101500+0000"))
    feed.night()
    assert "HOSPITAL_ADMISSION//IMP" in feed.codes()
    feed.send("2", adt("A11", "20240301120000+0000"))
    feed.night()
    assert feed.rows("Encounter")[0]["status"] == "cancelled" and not any("HOSPITAL" in code for code in feed.codes())


def test_a_merge_moves_all_to_the_one_who_stays(feed: Feed) -> None:
    feed.send("1", adt("A01", "20240301"), adt("A04", "20240301", mrn="66").replace("v1^^^NORTH", "v2^^^NORTH"))
    feed.night()
    assert feed.subject("NORTH.77", "hl7") != feed.subject("NORTH.66", "hl7")
    feed.send("2", adt("A40", "20240302", "MRG|66^^^NORTH^MR"))
    feed.night()
    assert feed.subject("NORTH.77", "hl7") == feed.subject("NORTH.66", "hl7")
    assert {each["subject_id"] for each in feed.rows("Encounter")} == {feed.subject("NORTH.77", "hl7")}
    feed.send("3", adt("A40", "20240303", "MRG|66^^^NORTH^MR"), adt("A40", "20240304", "MRG|77^^^NORTH^MR", mrn="66"))
    said = feed.night()  # merged twice, and in a ring
    assert feed.subject("NORTH.77", "hl7") == feed.subject("NORTH.66", "hl7") and said["status"] == "published"


def test_an_order_number_that_comes_again_replaces_nobodys_result(feed: Feed) -> None:
    feed.send("1", oru("20240302090000+0000", "5.4", "F"))
    feed.night()
    feed.send("2", oru("20240303090000+0000", "9.9", "F", mrn="88"))
    feed.night()
    assert sorted(each["valueQuantity"]["value"] for each in feed.rows("Observation")) == [5.4, 9.9]
    assert len(feed.rows("DiagnosticReport")) == 2


def test_a_message_that_comes_again_is_counted_as_a_duplicate(feed: Feed) -> None:
    result = oru("20240302090000+0000", "5.4", "F")
    feed.send("1", result, result)
    said = feed.night()
    (account,) = [each for each in said["balance"] if each["what"] == "hl7: Observation"]
    assert (account["in"], account["out"], account["duplicates"]) == (2, 1, 1)
