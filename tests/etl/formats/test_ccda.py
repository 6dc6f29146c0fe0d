"""C-CDA documents as raw tables: what is read, what is refused, whose it is."""

import gzip
import os
import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from etl.formats.ccda import Ccda
from etl.mapping.files import FileFormat

VISIT = Path(__file__).parents[2] / "cases" / "ccda" / "visit.xml"
TEXT = VISIT.read_text(encoding="utf-8")
PERSON = '<id root="1.2.3.9" extension="P-77"/>'
SSN = '<id root="2.16.840.1.113883.4.1" extension="123-45-6780"/>'
Found = tuple[dict[str, list[dict[str, Any]]], list[tuple[int, str]]]


def read(path: Path) -> Found:
    reader = Ccda(FileFormat(), ())
    tables: dict[str, list[dict[str, Any]]] = {}
    broken: list[tuple[int, str]] = []
    for rows in reader.read(path, reader.tables(path)):
        tables[rows.table] = rows.piece.rows.to_pylist()
        broken += [(each.line, each.rule) for each in rows.piece.broken]
        assert all(each.message and len(each.raw) <= 1 << 16 for each in rows.piece.broken)
    return tables, broken


def of(text: str | bytes, folder: Path) -> Found:
    path = folder / "a.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path)


def test_a_document_becomes_raw_tables() -> None:
    tables, broken = read(VISIT)
    assert broken == []
    assert {name: len(rows) for name, rows in tables.items()} == {
        "document": 1, "patient": 1, "replaced": 1, "practitioner": 1, "encounter": 1, "problem": 2, "allergy": 1,
        "immunization": 1, "report": 1, "observation": 3, "section": 5, "other": 2,
    }  # fmt: skip
    assert len({row["person"] for rows in tables.values() for row in rows}) == 1
    encounter, document = tables["encounter"][0], tables["document"][0]
    assert (encounter["start"], encounter["end"]) == ("2024-03-05T13:00:00+01:00", "2024-03-05T15:00:00+01:00")
    assert document["encounter"] == encounter["entry"] and document["written"] == "2024-03-05T14:30:00+01:00"
    assert {row["report"] for row in tables["observation"]} == {tables["report"][0]["entry"]}


def test_concepts_have_translations_and_the_text_they_refer_to() -> None:
    gout, tension = read(VISIT)[0]["problem"]
    said = orjson.loads(gout["code"])
    assert said["text"] == "Gout, left foot [told by her sister]"
    assert [(each["system"], each["code"]) for each in said["coding"]] == [
        ("http://snomed.info/sct", "90560007"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "M10.9"),
    ]
    assert (gout["onset"], gout["concern"], gout["unclear"]) == ("2019", "active", None)
    assert (tension["onset"], tension["unclear"]) == (None, "low 20190231"), "a day that is none is told, not read"
    assert gout["entry"] != tension["entry"], "one id, two problems"


def test_one_id_makes_one_row_unless_it_says_the_contrary(tmp_path: Path) -> None:
    again = TEXT.replace("38341003", "90560007")
    (row,) = of(again, tmp_path)[0]["problem"]
    assert (row["onset"], row["status"]) == ("2019", "completed"), "the first that says something counts"
    denied = again.replace('<observation classCode="OBS" moodCode="EVN">', '<observation negationInd="true">', 1)
    assert [each["negated"] for each in of(denied, tmp_path)[0]["problem"]] == ["true", None]


def test_two_values_under_one_id_are_two_rows(tmp_path: Path) -> None:
    head, sodium, tail = re.split(
        r"(<component><observation.*?2951-2.*?</observation></component>)", TEXT, flags=re.DOTALL
    )
    twice = head + sodium + sodium.replace('"141"', '"119"') + sodium + tail
    alone, rows = of(TEXT, tmp_path)[0]["observation"], of(twice, tmp_path)[0]["observation"]
    found = {row["entry"]: row["quantity"] for row in rows if row["code_first"] == "2951-2"}
    assert sorted(found.values()) == ["119", "141"] and found[alone[0]["entry"]] == "141", "the first keeps its key"


def test_the_narrative_is_readable() -> None:
    assert read(VISIT)[0]["document"][0]["narrative"].split("\n\n") == [
        "Problems\nProblem | Since\nGout, left foot [told by her sister] | 2019\n- seen\ntoday\n[told by her sister]",
        "Allergies\nNone known",
        "Vaccines\nRefused one",
    ]


def test_keys_stay_from_document_to_document(tmp_path: Path) -> None:
    """The newest document says what an entry is; versions of a document have one key."""
    first, _ = read(VISIT)
    later, _ = of(TEXT.replace('extension="D1"', 'extension="D2"').replace('value="2019"', 'value="2018"'), tmp_path)
    for name in ("document", "problem", "observation", "encounter", "patient"):
        assert [row["entry"] for row in first[name]] == [row["entry"] for row in later[name]]
    note, _ = of(TEXT.replace("34133-9", "18842-5"), tmp_path)
    assert note["document"][0]["entry"] != first["document"][0]["entry"], "the same setId on another kind of document"
    other, _ = of(TEXT.replace("P-77", "P-78"), tmp_path)
    assert not {row["entry"] for row in first["problem"]} & {row["entry"] for row in other["problem"]}


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8-sig"])
def test_a_declared_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    declared = TEXT.replace('encoding="UTF-8"', f'encoding="{encoding.removesuffix("-sig")}"')
    tables, broken = of(declared.encode(encoding), tmp_path)
    assert broken == [] and "Åsa" in tables["patient"][0]["names"]


def test_a_compressed_document_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xml.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert len(read(path)[0]["problem"]) == 2
    path.write_bytes(gzip.compress(TEXT.encode())[:-20])
    assert read(path) == ({"document": []}, [(1, "cda-damaged")])


WIDE = TEXT.replace("UTF-8", "UTF-16")
HEAD = "?>\n"
OUTSIDE = '?>\n<!DOCTYPE x SYSTEM "file:///etc/passwd">'
SECOND = '<recordTarget><patientRole><id root="1.2.3.9" extension="P-99"/></patientRole></recordTarget><author>'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
REFUSED = {
    "cut in half": (TEXT[: len(TEXT) // 2].encode(), "cda-not-well-formed"),
    "no end": (TEXT.rstrip()[:-1].encode(), "cda-not-well-formed"),
    "latin-1 that says utf-8": (TEXT.encode("latin-1"), "cda-encoding"),
    "latin-1 that says nothing": (TEXT.split("\n", 1)[1].encode("latin-1"), "cda-encoding"),
    "an entity bomb": (TEXT.replace("?>\n", "?>\n" + BOMB, 1).replace("Ek<", "&b;<").encode(), "cda-doctype"),
    "an external entity": (TEXT.replace(HEAD, OUTSIDE, 1).encode(), "cda-doctype"),
    "an entity in UTF-16": (WIDE.replace(HEAD, "?>" + BOMB, 1).encode("utf-16"), "cda-doctype"),
    "other XML": (b"<report><line/></report>", "cda-other"),
    "no XML": (b"MSH|^~\\&|", "cda-not-well-formed"),
    "nobody": (TEXT.replace(PERSON, '<id nullFlavor="UNK"/>').replace(SSN, "").encode(), "cda-no-person"),
    "no recordTarget": (TEXT.replace("recordTarget", "recordAim").encode(), "cda-no-person"),
    "two persons": (TEXT.replace("<author>", SECOND, 1).encode(), "cda-two-persons"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_whole_safe_document_of_one_person_is_refused(name: str, tmp_path: Path) -> None:
    data, rule = REFUSED[name]
    tables, broken = of(data, tmp_path)
    assert [found for _, found in broken] == [rule] and tables == {"document": []}


def test_one_person_named_twice_is_one(tmp_path: Path) -> None:
    again = f"<recordTarget><patientRole>{PERSON}</patientRole></recordTarget><author>"
    assert of(TEXT.replace("<author>", again, 1), tmp_path)[1] == []


def test_a_placeholder_makes_nobody_one(tmp_path: Path) -> None:
    """A social security number of zeros would make one person of all who have none."""
    zeros = TEXT.replace(PERSON, "").replace("123-45-6780", "000-00-0000")
    first, second = of(zeros, tmp_path), of(zeros.replace("S1", "S2"), tmp_path)
    assert first[0]["patient"][0]["person"] != second[0]["patient"][0]["person"]
    alone = of(TEXT.replace(PERSON, ""), tmp_path)[0]["patient"][0]["person"]
    assert alone != read(VISIT)[0]["patient"][0]["person"], "a number of its own goes before the social security number"


def test_an_unknown_kind_of_document_keeps_header_and_text(tmp_path: Path) -> None:
    strange = TEXT.replace("2.16.840.1.113883.10.20.22", "9.9.9").replace("34133-9", "99999-9")
    tables, broken = of(strange, tmp_path)
    assert broken == [] and "Gout" in tables["document"][0]["narrative"]
    assert "problem" not in tables and len(tables["observation"]) == 3, "results are known by their section, too"


def test_a_body_that_is_no_xml(tmp_path: Path) -> None:
    start, rest = TEXT.split("<component><structuredBody>")
    text = '<text mediaType="application/pdf" representation="B64">JVBE\nRg==</text>'
    body = f"<component><nonXMLBody>{text}</nonXMLBody></component>"
    tables, _ = of(start + body + rest.split("</structuredBody></component>")[1], tmp_path)
    document = tables["document"][0]
    assert (document["body_type"], document["body_packed"]) == ("application/pdf", "JVBE Rg==") or document[
        "body_packed"
    ]
    assert document["narrative"] is None


def test_a_file_of_nothing_holds_nothing(tmp_path: Path) -> None:
    for name, data in {"a.xml": b"", "a.xml.gz": gzip.compress(b"")}.items():
        (tmp_path / name).write_bytes(data)
        assert Ccda(FileFormat(), ()).tables(tmp_path / name) == {}


def test_a_person_takes_the_whole_document_along() -> None:
    assert b"".join(Ccda(FileFormat(), ()).without(VISIT, {}, {})) == b""


def test_the_real_samples_are_read() -> None:
    root = os.environ.get("CHARTLOOM_DATA")
    if not root or not (folder := Path(root) / "hl7v2_ccda" / "Ccda").is_dir():
        pytest.skip("CHARTLOOM_DATA names no folder with hl7v2_ccda/Ccda")
    for path in sorted(folder.iterdir()):
        tables, broken = read(path)
        assert broken == [] and len(tables["document"]) == len(tables["patient"]) == 1, path.name
