"""A wrong mapping fails when it is loaded, and the message lists the right names: tests/cases/mapping_errors.yaml."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from contract.errors import ConfigError, MappingError
from etl.mapping.load import load
from etl.mapping.source_yaml import read_yaml

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "mapping_errors.yaml").read_text(encoding="utf-8"))
GOOD = {
    "person": "PATIENT",
    "columns": {"START": "dateTime", "PATIENT": "id!", "VALUE": "string"},
    "maps": {"gender": {"M": "male"}},
    "resources": {},
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_message(case: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "source.yaml").write_text("about: wrong on purpose\n", encoding="utf-8")
    table = {**GOOD, **{key: value for key, value in case.items() if key not in ("name", "says", "others")}}
    for name, said in {"t": table, **case.get("others", {})}.items():
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
    with pytest.raises(MappingError) as raised:
        load(str(tmp_path))
    for words in case["says"]:
        assert words in str(raised.value)


def test_an_unknown_mapping_lists_the_known() -> None:
    with pytest.raises(ConfigError, match="synthea"):
        load("sinthea")


def test_yaml_of_mappings_keeps_what_looks_like_other_things(tmp_path: Path) -> None:
    text = "{on: off, code: 05, time: 10:30, day: 2020-01-02, count: 12, share: -0.5, is: true, none: ~}"
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    said = {"on": "off", "code": "05", "time": "10:30", "day": "2020-01-02", "count": 12, "share": -0.5, "is": True}
    assert read_yaml(tmp_path / "t.yaml") == {**said, "none": None}
