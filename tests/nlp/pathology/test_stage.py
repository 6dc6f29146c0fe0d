"""Reports to rows of `pathology` and `pathology_account`: what is read, what is left, what is said of it."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from contract.errors import ConfigError, InputError
from contract.work import Shard
from nlp.pathology import readers
from nlp.pathology.field import Field
from nlp.pathology.stage import ParsePathology, once
from schemas.clinical import OPEN_NOTES

HERE = "tests.nlp.pathology.stand_in:Capitals"
SPANISH = "El paciente fue intervenido de una lesión en la mama izquierda, sin datos de la enfermedad. ER"


def notes(*rows: dict[str, Any]) -> Shard:
    said = [{"note_id": f"n{k}", "subject_id": 1, "kind": "pathology", **row} for k, row in enumerate(rows)]
    return {"notes": OPEN_NOTES.conform(pa.Table.from_pylist(said))}


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the shipped artifacts would be; only `breast` is there."""
    monkeypatch.setattr(readers, "WEIGHTS", tmp_path)
    monkeypatch.setattr(readers, "READERS", {"breast": HERE, "oncology": HERE})
    (tmp_path / "breast").mkdir()
    (tmp_path / "breast" / "digest").write_text("abc\n")
    return tmp_path


def ran(shard: Shard, **parameters: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    stage = ParsePathology(**parameters)
    stage.open()
    made = stage.run(shard)
    return made["pathology"].to_pylist(), made["pathology_account"].to_pylist()


@pytest.mark.usefixtures("shipped")
def test_a_field_has_its_words_strongest_first() -> None:
    rows, account = ran(notes({"text": "the ER is positive"}))
    (row,) = rows
    assert (row["field"], row["value"], row["specimen"], row["artifact"]) == ("er", "ER", "A", "breast-abc")
    assert [(e["note_id"], e["start"], e["end"]) for e in row["evidence"]] == [("n0", 4, 6), ("n0", 0, 1)]
    assert account == [{"subject_id": 1, "note_id": "n0", "characters": 18, "readers": ["breast"], "fields": 1,
                        "flags": ["no-artifact"]}]  # fmt: skip


@pytest.mark.usefixtures("shipped")
def test_only_pathology_is_read_and_what_has_no_kind() -> None:
    shard = notes({"text": "ER", "kind": "progress"}, {"text": "PR", "kind": None}, {"text": "KI", "kind": "SP"})
    assert [row["value"] for row in ran(shard)[0]] == ["PR"]
    assert [row["value"] for row in ran(shard, kinds=["SP", "progress"])[0]] == ["ER", "PR", "KI"]


@pytest.mark.usefixtures("shipped")
def test_what_cannot_be_read_says_so() -> None:
    shard = notes({"text": None}, {"text": "nothing"}, {"text": SPANISH}, {"text": "x" * 30 + " ER"})
    rows, account = ran(shard, most_characters=30)
    assert rows == []
    assert [row["flags"] for row in account] == [
        ["no-artifact"], ["no-artifact", "nothing-found"], ["cut", "no-artifact", "other-language"],
        ["cut", "no-artifact", "nothing-found"],
    ]  # fmt: skip
    assert ran(notes({"text": SPANISH}))[1][0]["flags"] == ["no-artifact", "other-language"]


@pytest.mark.usefixtures("shipped")
def test_weak_rows_can_be_left_out() -> None:
    rows, account = ran(notes({"text": "ER PROGESTERONE"}), least=0.6)
    assert [row["value"] for row in rows] == ["PROGESTERONE"] and account[0]["fields"] == 1


def test_without_any_artifact_the_night_goes_on(shipped: Path) -> None:
    (shipped / "breast" / "digest").unlink()
    rows, account = ran(notes({"text": "ER"}))
    assert rows == [] and account[0]["flags"] == ["no-artifact"]
    assert ParsePathology().version.count("no-artifact") == 2


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("parameters", [{"require": True}, {"oncology": "nowhere"}])
def test_what_is_required_or_named_must_be_there(parameters: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="no trained reader of oncology"):
        ran(notes({"text": "ER"}), **parameters)


def test_another_artifact_is_another_version(shipped: Path) -> None:
    before = ParsePathology().version
    (shipped / "breast" / "digest").write_text("def\n")
    assert before != ParsePathology().version


@pytest.mark.parametrize("parameters", [{"kinds": []}, {"least": 2.0}, {"most_characters": 0}])
def test_wrong_parameters_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="pathology: "):
        ParsePathology(**parameters)


@pytest.mark.usefixtures("shipped")
def test_no_notes_no_rows() -> None:
    assert ParsePathology().run({}) == {}


def field(name: str, value: str, specimen: str | None = None) -> Field:
    return Field(name, value, 0.9, (), specimen=specimen)


def test_what_two_readers_say_of_one_report_is_said_once() -> None:
    breast = [field("morphology", "8500/3", "A"), field("morphology", "8520/3", "B"), field("side", "left", "A")]
    oncology = [field("morphology", "ductal carcinoma"), field("topography", "breast"), field("laterality", "left")]
    said = once([[("breast", each) for each in breast], [("oncology", each) for each in oncology]])
    assert [(artifact, each.value) for artifact, each in said] == [
        ("breast", "8500/3"), ("breast", "8520/3"), ("breast", "left"), ("oncology", "breast"),
    ]  # fmt: skip
    assert [each.value for _, each in once([[], [("oncology", each) for each in oncology]])] == [
        "ductal carcinoma", "breast", "left",
    ]  # fmt: skip


@pytest.mark.parametrize("weak", [False, True])
def test_the_breast_reader_goes_first_where_it_is_sure_enough(shipped: Path, weak: bool) -> None:
    (shipped / "oncology").mkdir()
    (shipped / "oncology" / "digest").write_text("def\n")
    rows, account = ran(notes({"text": "ER"}, {"text": "none"}), least=0.6 if weak else 0.0)
    assert [(row["field"], row["artifact"]) for row in rows] == ([] if weak else [("er", "breast-abc")])
    assert account[0]["readers"] == ["breast", "oncology"] and account[0]["fields"] == len(rows)


def test_a_value_that_two_readers_give_is_one_row(shipped: Path) -> None:
    (shipped / "oncology").mkdir()
    (shipped / "oncology" / "digest").write_text("def\n")
    rows, account = ran(notes({"text": "the ER, the ER", "language": "en_US"}))
    assert [(row["value"], row["artifact"]) for row in rows] == [("ER", "breast-abc")]
    assert account[0]["fields"] == 1
