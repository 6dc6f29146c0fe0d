"""HL7 v2 files as raw tables: framing, batches, line ends, escapes, charsets, what is cut; places and groups."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from etl.csv.records import Broken
from etl.formats.hl7 import Hl7
from etl.formats.hl7_files import RawMessage, messages
from etl.formats.hl7_messages import Message, parsed
from etl.formats.hl7_places import cell, is_place
from etl.mapping.columns import RawColumn
from etl.mapping.files import FileFormat
from etl.mapping.language import RawTable

MSH = r"MSH|^~\&|LAB|NORTH|EHR|SOUTH|20240305120000+0100||ORU^R01|{id}|P|2.5"
RESULT = [
    MSH.format(id="1"),
    "PID|1||77^^^NORTH^MR||Moe^Ada",
    "OBR|1||L9^LAB|24323-8^Panel^LN|||202403051100",
    "OBX|1|NM|2345-7^Glucose^LN||5.4|mmol/L|||||F",
]


def columns(*names: str) -> tuple[RawColumn, ...]:
    return tuple(RawColumn((name,), "string", False) for name in names)


def table(name: str, *names: str) -> RawTable:
    return RawTable(name.lower(), ("*.hl7",), columns(*names), "", True, source_table=name)


def read(content: bytes, folder: Path, *tables: RawTable) -> tuple[dict[str, list[dict[str, Any]]], list[Broken]]:
    path = folder / "a.hl7"
    path.write_bytes(content)
    reader = Hl7(FileFormat("hl7"), tables or (table("OBX", "3.1", "5"),))
    rows: dict[str, list[dict[str, Any]]] = {}
    broken: list[Broken] = []
    for found in reader.read(path, reader.tables(path)):
        rows.setdefault(found.table, []).extend(found.piece.rows.to_pylist())
        broken += found.piece.broken
    return rows, broken


def message(*lines: str, charset: str = "utf-8") -> bytes:
    return "\r".join(lines).encode(charset) + b"\r"


def one(*lines: str) -> Message:
    found = parsed(RawMessage([(number, line.encode()) for number, line in enumerate(lines, start=1)]))
    assert isinstance(found, Message), found
    return found


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_lines_end_in_any_way(tmp_path: Path, end: bytes) -> None:
    rows, broken = read(message(*RESULT).replace(b"\r", end), tmp_path)
    assert rows == {"OBX": [{"3.1": "2345-7", "5": "5.4"}]} and not broken


def test_messages_of_a_file_are_told_apart(tmp_path: Path) -> None:
    second = [line.replace("|5.4|", "|6.1|") for line in RESULT]
    rows, broken = read(message(*RESULT, *second), tmp_path)
    assert [row["5"] for row in rows["OBX"]] == ["5.4", "6.1"] and not broken


def test_frames_of_mllp_are_no_part_of_the_messages(tmp_path: Path) -> None:
    framed = b"\x0b" + message(*RESULT) + b"\x1c\r"
    rows, broken = read(framed * 2, tmp_path)
    assert len(rows["OBX"]) == 2 and not broken


def test_a_frame_that_is_not_closed_is_set_aside_and_the_next_lives(tmp_path: Path) -> None:
    framed = b"\x0b" + message(*RESULT)
    rows, broken = read(framed + framed + b"\x1c\r", tmp_path)
    assert len(rows["OBX"]) == 1
    assert [(each.rule, each.line) for each in broken] == [("hl7-cut", 1)]


def test_a_batch_is_counted(tmp_path: Path) -> None:
    whole = message(r"FHS|^~\&", r"BHS|^~\&", *RESULT, "BTS|1", "FTS|1")
    assert read(whole, tmp_path)[1] == []
    rows, broken = read(whole.replace(b"BTS|1", b"BTS|2"), tmp_path)
    assert [(each.rule, each.where, each.line) for each in broken] == [("hl7-count", "BTS", 7)]
    assert "1 messages" in broken[0].message and len(rows["OBX"]) == 1
    _, broken = read(whole.split(b"BTS")[0], tmp_path)
    assert sorted(each.where for each in broken if each.rule == "hl7-trailer") == ["BHS", "FHS"]


def cut(content: bytes, folder: Path) -> tuple[int, list[tuple[str, str, int]]]:
    rows, broken = read(content, folder)
    return len(rows.get("OBX", [])), [(each.rule, each.where, each.line) for each in broken]


def test_a_message_cut_in_half_is_set_aside_whole_and_its_neighbours_live(tmp_path: Path) -> None:
    good = message(*RESULT)
    for half in (good[: good.rindex(b"|mmol")], good[: good.rindex(b"BX|1")], message(*RESULT[:3])):
        assert cut(good + half + b"\r" + good, tmp_path)[0] == 2, half
        ((rule, _, line),) = cut(good + half + b"\r" + good, tmp_path)[1]
        assert (rule, line) == ("hl7-cut", 5)
        assert cut(half, tmp_path)[1][0][0] == "hl7-cut"


def test_a_message_that_runs_into_the_next_is_set_aside(tmp_path: Path) -> None:
    good = message(*RESULT)
    assert cut(good[:-30] + good, tmp_path) == (1, [("hl7-cut", "OBX", 1)])


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    ((_, broken),) = [read(message(*RESULT[:3]), tmp_path)]
    assert "OBX is not there" in broken[0].message and "line 3" in broken[0].message
    assert "77" not in broken[0].message  # no PHI


def test_segments_without_header_are_set_aside(tmp_path: Path) -> None:
    rows, broken = read(message(*RESULT[1:]) + message(*RESULT), tmp_path)
    assert [(each.rule, each.where, each.line) for each in broken] == [("hl7-no-header", "PID", 1)]
    assert len(rows["OBX"]) == 1


def test_a_header_that_says_nothing(tmp_path: Path) -> None:
    for head in (b"MSH", b"MSH|", b"MSH|^~\\&|||||||", b"MSH||||"):
        assert cut(head + b"\r" + message(*RESULT[1:]) + message(*RESULT), tmp_path)[0] == 1
    ((rule, _, _),) = cut(message(RESULT[0].replace("ORU^R01", ""), *RESULT[1:]), tmp_path)[1]
    assert rule == "hl7-header"


def test_what_is_no_text_is_set_aside(tmp_path: Path) -> None:
    bad = message(*RESULT[:3], RESULT[3].replace("5.4", "5\0.4"))
    rows, broken = read(message(*RESULT) + bad, tmp_path)
    assert len(rows["OBX"]) == 1 and [(each.rule, each.line) for each in broken] == [("nul-byte", 5)]
    ((rule, where, _),) = cut(message(*RESULT).decode().encode("utf-16"), tmp_path)[1]
    assert (rule, where) == ("hl7-no-header", "")


def test_a_file_of_nothing_has_no_tables(tmp_path: Path) -> None:
    (tmp_path / "a.hl7").write_bytes(b"")
    assert Hl7(FileFormat("hl7"), (table("OBX", "1"),)).tables(tmp_path / "a.hl7") == {}


def test_a_charset_is_what_the_header_says_else_what_it_looks_like(tmp_path: Path) -> None:
    said = RESULT[0] + "||||||8859/15"
    named = "PID|1||77||Ås€n^Zoë"
    for charset, head in (("utf-8", RESULT[0]), ("cp1252", RESULT[0]), ("iso8859-15", said)):
        rows, broken = read(message(head, named, *RESULT[2:], charset=charset), tmp_path, table("PID", "5.1", "5.2"))
        assert rows["PID"] == [{"5.1": "Ås€n", "5.2": "Zoë"}] and not broken, charset


def test_any_encoding_characters() -> None:
    other = one(
        RESULT[0].translate(str.maketrans("|^~\\&", "#*%$!")), "PID#1##77***N!U*MR%8", "OBX#1#ST#a##x$F$y$S$z######F"
    )
    assert cell("3.4.2")(other, 1) == "U" and cell("3[2].1")(other, 1) == "8"
    assert cell("5")(other, 2) == "x#y*z"


def test_escapes_are_undone() -> None:
    text = r"OBX|1|FT|n^N||a\F\b\S\c\T\d\R\e\E\f\.br\g\X41C3A5\ \H\h\N\||||||F"
    found = one(*RESULT[:3], text)
    assert cell("5")(found, 3) == "a|b^c&d~e\\f\ngAå h"


def test_a_line_that_begins_no_segment_belongs_to_the_one_before(tmp_path: Path) -> None:
    lines = [*RESULT[:3], "OBX|1|TX|n^N||first", "second||||||F", "NTE|1||x"]
    rows, broken = read(message(*lines), tmp_path)
    assert rows["OBX"][0]["5"] == "first\nsecond" and not broken


def test_what_the_sender_deletes_is_empty(tmp_path: Path) -> None:
    rows, _ = read(message(*RESULT[:3], RESULT[3].replace("5.4", '""')), tmp_path)
    assert rows["OBX"] == [{"3.1": "2345-7", "5": None}]


@pytest.mark.parametrize(
    ("sent", "time", "day"),
    [
        ("2024", "2024", "2024"),
        ("202403", "2024-03", "2024-03"),
        ("20240305", "2024-03-05", "2024-03-05"),
        ("2024030512", "2024-03-05T12:00:00+01:00", "2024-03-05"),
        ("202403051230", "2024-03-05T12:30:00+01:00", "2024-03-05"),
        ("20240305123015.123-0530", "2024-03-05T12:30:15.123-05:30", "2024-03-05"),
        ("next week", "next week", "next week"),  # for the column's type to judge
    ],
)
def test_timestamps_of_any_precision_and_zone(sent: str, time: str, day: str) -> None:
    found = one(RESULT[0], f"PID|1||77||Moe||{sent}|", *RESULT[2:])
    assert (cell("7 time")(found, 1), cell("7 date")(found, 1)) == (time, day)


def test_segments_know_their_group() -> None:
    found = one(
        RESULT[0], "PID|1||77||x|", "OBX|0|NM|1||1||||||F|", "OBR|1||A|p", "OBX|1|NM|2||1||||||F|", "NTE|1||one",
        "NTE|2||two", "OBX|2|NM|2||1||||||F|", "SPM|1|s",
        "OBX|1|NM|3||1||||||F|", "OBR|2||B|q", "OBX|1|NM|2||1||||||F|",
    )  # fmt: skip
    obx = found.named("OBX")
    assert [cell("@OBR.3")(found, i) for i in obx] == ["", "A", "A", "A", "B"]
    assert [cell("@under.0")(found, i) for i in obx] == ["PID", "OBR", "OBR", "SPM", "OBR"]
    assert [cell("@nth 3.1 4")(found, i) for i in obx] == ["0", "0", "1", "0", "0"]
    assert cell("@*NTE.3 text")(found, obx[1]) == "one\ntwo" and cell("@*NTE.3")(found, obx[2]) == ""
    assert cell("@+OBX[3=2].1")(found, found.named("OBR")[0]) == "1"
    assert cell("@+SPM.2")(found, found.named("OBR")[0]) == "s"
    assert cell("@OBR")(found, obx[1]) == cell("@key")(found, 3)


def test_segments_in_the_wrong_order_still_find_their_patient() -> None:
    found = one(RESULT[0], *RESULT[2:], RESULT[1] + "|")
    assert cell("@person")(found, found.named("OBX")[0]) == "NORTH.77"


def test_each_patient_of_a_message_has_their_own() -> None:
    found = one(
        MSH.format(id="1").replace("ORU^R01", "ADT^A40"),
        "PID|1||1^^^N^MR||a|",
        "MRG|2^^^N^MR",
        "PID|2||3^^^N^MR||b|",
        "MRG|4^^^N",
    )
    assert [cell("@person")(found, i) for i in (2, 4)] == ["N.1", "N.3"]
    assert [cell("@prior")(found, i) for i in (2, 4)] == ["N.2", "N.4"]


@pytest.mark.parametrize(
    ("pid3", "key"),
    [
        ("123-45-6789^^^USSSA^SS~77^^^NORTH^MR", "NORTH.77"),
        ("77", "77"),
        ("77^^^&1.2.3&ISO", "cebf6ca0c2b0b81dbdf4a8d4ed0a5a40"),
        ("123-45-6789^^^USSSA^SS", ""),
        ("", ""),
    ],
)
def test_a_person_is_known_by_the_number_of_the_hospital(pid3: str, key: str) -> None:
    found = cell("@person")(one(RESULT[0], f"PID|1||{pid3}||x|", *RESULT[2:]), 1)
    assert found == key or (len(key) == len(found) == 32)


def test_numbers_of_orders_and_documents_are_legal_ids() -> None:
    found = one(*RESULT[:2], "OBR|1|P 1^LAB|L9^LAB", RESULT[3])
    assert cell("3 key")(found, 2) == "LAB.L9" and len(cell("2 key")(found, 2)) == 32


def test_a_message_sent_again_has_its_key_again(tmp_path: Path) -> None:
    rows, _ = read(message(*RESULT) * 2, tmp_path, table("OBX", "@key", "@message"))
    first, second = rows["OBX"]
    assert first == second
    other, _ = read(message(MSH.format(id="2"), *RESULT[1:]), tmp_path, table("OBX", "@key", "@message"))
    assert other["OBX"][0]["@message"] != first["@message"]


def test_segments_that_no_table_reads_are_kept(tmp_path: Path) -> None:
    zeds = message(*RESULT, "ZPV|1|bay 4")
    rows, _ = read(zeds, tmp_path, table("OBX", "5"), table("*", "0", "@segment"))
    assert {"0": "ZPV", "@segment": "ZPV|1|bay 4"} in rows["*"]
    rows, _ = read(zeds, tmp_path, table("ZPV", "2"), table("*", "0"))
    assert rows["ZPV"] == [{"2": "bay 4"}] and {"0": "ZPV"} not in rows["*"]


def test_names_of_columns_that_are_no_places() -> None:
    assert all(
        map(is_place, ("3", "3.1.2", "3[2].1", "7 time", "@OBR.4.1", "@*OBX[2=TX,FT].5 text", "@visit", "@nth 3 4"))
    )
    assert not any(map(is_place, ("CODE", "3.", "@obr", "7 when", "", "@nobody")))


def test_messages_are_found_in_a_gzipped_file_that_ends_early(tmp_path: Path) -> None:
    path = tmp_path / "a.hl7.gz"
    path.write_bytes(gzip.compress(message(*RESULT) * 2000)[:-20])
    found = list(messages(path))
    assert len(found) > 1 and getattr(found[-1], "cut", "")


def test_a_message_is_taken_out_whole_and_the_rest_stays_byte_for_byte(tmp_path: Path) -> None:
    other = [line.replace("77^", "88^") for line in RESULT]
    path = tmp_path / "a.hl7"
    for end in (b"\r", b"\r\n"):
        whole = message(r"BHS|^~\&", *RESULT, *other, *RESULT, "BTS|3|all").replace(b"\r", end)
        path.write_bytes(whole)
        left = b"".join(Hl7(FileFormat("hl7"), ()).without(path, {}, {"PID": {7}}))
        assert left == message(r"BHS|^~\&", *RESULT, *RESULT, "BTS|2|all").replace(b"\r", end)
    framed = b"\x0b" + message(*RESULT) + b"\x1c\r"
    path.write_bytes(framed + framed.replace(b"77^", b"88^"))
    assert b"".join(Hl7(FileFormat("hl7"), ()).without(path, {}, {"PID": {2}})) == framed.replace(b"77^", b"88^")
