"""Files of decisions as a source: what is a group, what waits, what is balanced."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from contract.errors import ConfigError
from contract.work import HOMES, TALLY, Group, Leaving, Referring
from etl.decisions.source import Decisions
from etl.inbox import ABSENT
from tests.etl.decisions.test_line import GOOD

SOURCE = Decisions("decisions", settle_s=0)
HOME = pa.Table.from_pylist(
    [{"key": key, "origin_id": int(key), "subject_id": 7, "ordinal": 0, "batch": 0} for key in ("7", "8")], HOMES
)


def inbox(root: Path, *rows: object, name: str = "a.ndjson") -> Path:
    path = root / "decisions" / name
    path.parent.mkdir(exist_ok=True)
    said = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("\n".join(said) + "\n", encoding="utf-8")
    return path


def act(number: int, subject: str = "7", **said: object) -> dict[str, object]:
    return {**GOOD, "decision_id": f"d{number}", "subject_id": subject, **said}


def test_it_brings_nobody_and_is_a_delta() -> None:
    assert isinstance(SOURCE, Referring) and not len(SOURCE.people(Group("g", ())))
    with pytest.raises(ConfigError, match="append-only"):
        Decisions("decisions", delivery="full")


def test_before_anyone_has_decided_there_is_no_folder(tmp_path: Path) -> None:
    assert SOURCE.groups(tmp_path) == [] and SOURCE.aside(tmp_path) == {ABSENT: 1}


def test_a_file_is_a_group_and_one_still_written_waits(tmp_path: Path) -> None:
    inbox(tmp_path, act(1))
    inbox(tmp_path, act(2), name="b.txt")
    assert [group.name for group in SOURCE.groups(tmp_path)] == ["decisions/a.ndjson"]
    assert sum(SOURCE.aside(tmp_path).values()) == 1
    waiting = Decisions("decisions", settle_s=600)
    assert waiting.groups(tmp_path) == [] and sum(waiting.aside(tmp_path).values()) == 2


def test_every_line_is_spooled_or_rejected(tmp_path: Path) -> None:
    inbox(tmp_path, act(1), "", act(2, "8"), act(3, "99"), act(1, code="Z00"), "{", act(1))
    (group,) = SOURCE.groups(tmp_path)
    found = SOURCE.spool(group, HOME, tmp_path)
    assert found.rows_in == {"decisions": 6} and found.rows_spooled == {"decisions": 3}
    lines = {row["line"]: row["rule"] for row in found.quarantine.to_pylist()}
    assert lines == {4: "unknown-patient", 5: "decision-repeated", 6: "not-json"}
    shard = SOURCE.read(tmp_path, 0)
    assert shard["phi/decisions"]["origin_id"].to_pylist().count(8) == 1
    assert set(shard["phi/decisions"]["subject_id"].to_pylist()) == {7}, "of the person as they stand tonight"
    assert {row["became"]: row["rows"] for row in shard[TALLY].to_pylist()} == {"resources": 3, "made": 3}
    assert "phi/decisions" not in SOURCE.read(tmp_path, 5)


def test_a_person_leaves_the_files_and_others_stay(tmp_path: Path) -> None:
    path = inbox(tmp_path, act(1), act(2, "8"), '{"subject_id": "7", "cut')
    (purged,) = SOURCE.forget(tmp_path, Leaving(frozenset({"7"})))
    assert purged.rows == 2
    assert [json.loads(line)["decision_id"] for line in path.read_text().splitlines()] == ["d2"]
    assert SOURCE.forget(tmp_path, Leaving(frozenset({"7"}))) == []
