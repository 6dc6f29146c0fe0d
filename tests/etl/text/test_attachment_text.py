"""The text of attachments, format by format."""

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.notes import ExtractNotes
from etl.text.decode import Unreadable
from etl.text.kinds import Kinds

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "fhir" / "contents.yaml").read_text(encoding="utf-8"))
STAGE = ExtractNotes()


@pytest.mark.parametrize("case", CASES, ids=[case["about"] for case in CASES])
def test_a_content_is_read(case: dict[str, Any]) -> None:
    content = case.get("content", "").encode(case.get("encoding", "utf-8"))
    data = case.get("base64") or base64.b64encode(content).decode()
    found = STAGE.reader.text(data, case.get("type"))
    assert (found.rule if isinstance(found, Unreadable) else found) == case.get("rule", case.get("text"))


def test_tags_never_closed_do_not_stop_the_night() -> None:
    data = base64.b64encode(b"<div>" * 3000 + b"deep").decode()
    assert STAGE.reader.text(data, "text/html") == "deep"


@pytest.mark.parametrize(
    ("concepts", "kind"),
    [
        ('[{"coding":[{"system":"http://loinc.org","code":"18842-5"}]}]', "discharge"),
        ('[{"coding":[{"system":"local","code":"9"},{"system":"http://loinc.org","code":"11506-3"}]}]', "progress"),
        ('[{"text":"CT abdomen"},{"coding":null}]', "radiology"),
        ('[{"coding":[{"display":"Discharge letter"}]}]', "discharge"),
        ('[{"text":"Letter"}]', "other"),
        ("[null]", "other"),
        (None, "other"),
    ],
)
def test_a_kind_is_told_by_codes_then_by_words(concepts: str | None, kind: str) -> None:
    kinds: Kinds = STAGE.kinds
    assert kinds.kind(concepts) == kind
