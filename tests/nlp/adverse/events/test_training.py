"""From a file of labelled notes to an artifact, its rows of findings, and the next notes; by the command line too."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from contract.errors import ConfigError, InputError
from models.folder import digest
from nlp.adverse.artifact import Kit
from nlp.adverse.events.event import Event
from nlp.adverse.events.labelled import labelled
from nlp.adverse.events.note import EventNote
from nlp.adverse.events.reader import EventReader
from nlp.adverse.events.rows import event_rows, readers
from nlp.adverse.events.train import Training, train
from nlp.adverse.stage import FindAdverse
from runner import cli
from schemas.clinical import OPEN_NOTES
from schemas.registry import table
from tests.nlp.adverse.chart.stand_in import Pairs, Terms

Lesson = tuple[list[EventNote], list[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, event: Event, lesson: Lesson) -> Path:
    """event.yaml, notes.jsonl and what is trained from them."""
    root = tmp_path_factory.mktemp("event")
    (root / "event.yaml").write_text(yaml.safe_dump(event.said()))
    rows = [{"note_id": n.note_id, "text": n.text, "label": label} for n, label in zip(*lesson, strict=True)]
    (root / "notes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    train(root / "event.yaml", root / "notes.jsonl", root / "trained", Training(phi=False))
    return root


def test_the_artifact_is_small_and_says_what_it_is(folder: Path) -> None:
    trained = folder / "trained"
    assert sum(file.stat().st_size for file in trained.iterdir()) < 300_000
    card = (trained / "card.md").read_text()
    assert "pressure ulcer" in card
    assert "kappa" in card


def test_a_changed_artifact_is_refused(folder: Path, tmp_path: Path) -> None:
    for file in (folder / "trained").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    EventReader.load(tmp_path)
    with (tmp_path / "model.json").open("a") as file:
        file.write(" ")
    with pytest.raises(InputError, match="not as it was saved"):
        EventReader.load(tmp_path)
    with pytest.raises(InputError, match="no trained artifact"):
        EventReader.load(folder)


def test_rows_of_findings(folder: Path) -> None:
    texts = [
        "New pressure ulcer on the heel.",
        "No pressure ulcer today.",
        "Ate well.",
        "",
        None,
        "Her mother had a bedsore.",
    ]
    count = len(texts)
    notes = pa.table({"subject_id": range(count), "note_id": [f"n{at}" for at in range(count)], "text": texts})
    rows = event_rows(readers([str(folder / "trained")]), notes)
    assert [(row["note_id"], row["assertion"]) for row in rows] == [
        ("n0", "present"),
        ("n1", "negated"),
        ("n5", "other_person"),
    ]
    assert rows[0]["effect"] == "ulcer"
    assert {row["kind"] for row in rows} == {"pressure_ulcer"}
    assert all(0.5 <= row["score"] <= 1 for row in rows)
    assert len(pa.Table.from_pylist(rows, schema=table("findings").schema)) == 3


def test_only_notes_that_the_event_asks_are_read(folder: Path) -> None:
    reader = EventReader.load(folder / "trained")
    texts = ["Pressure ulcer on the heel."] * 2
    answers = reader.read(texts, ["nursing", None], ["de", None])
    assert answers[0] is None
    assert answers[1] is not None and answers[1].happened


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_labelled_notes_of_every_format(ending: str, tmp_path: Path, event: Event) -> None:
    rows = [
        {"note_id": str(at), "text": f"note, {at}\nof the ward", "label": "Yes" if at % 2 else "0"} for at in range(12)
    ]
    rows += [{"note_id": "x", "text": "", "label": "yes"}, {"note_id": "y", "text": "new", "label": "?"}, rows[0]]
    place = tmp_path / f"notes.{ending}"
    if ending == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), place)
    elif ending == "csv":
        with place.open("w", newline="") as file:
            writer = csv.DictWriter(file, ["note_id", "text", "label"])
            writer.writeheader()
            writer.writerows(rows)
    else:
        place.write_text("".join(json.dumps(row) + "\n" for row in rows))
    told: list[str] = []
    notes, labels = labelled(tmp_path, event, told.append)
    assert labels == ["no", "yes"] * 6
    assert notes[1].text == "note, 1\nof the ward"
    assert [line.split()[0] for line in told] == ["1", "1", "1"]


def test_too_few_labels_are_told(tmp_path: Path, event: Event) -> None:
    file = tmp_path / "notes.jsonl"
    file.write_text('{"text": "a", "label": "no"}\n{"text": "b", "label": "yes"}\n')
    with pytest.raises(InputError, match="no 1, yes 1"):
        labelled(file, event)
    file.write_text('{"text": "a"}\n')
    with pytest.raises(InputError, match="no column label"):
        labelled(file, event)
    file.write_text("{")
    with pytest.raises(InputError, match="can be read"):
        labelled(file, event)


def test_the_command_line_trains_and_chooses(folder: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    said = run(cli.app, ["train", "event", "--event", str(folder / "event.yaml"), "--data", str(folder / "notes.jsonl"),
                         "--out", str(tmp_path / "trained"), "--open-data"])  # fmt: skip
    assert said.exit_code == 0, said.output
    assert "ours: kappa" in said.stdout
    assert digest(tmp_path / "trained") == digest(folder / "trained")
    for event, more in (
        (tmp_path / "trained", ["--labelled", str(folder / "notes.jsonl")]),
        (folder / "event.yaml", []),
    ):
        (tmp_path / "new.jsonl").write_text(
            '{"note_id": "a", "text": "Heel red."}\n{"note_id": "b", "text": "Bedsore?"}\n'
        )
        out = tmp_path / "label.csv"
        said = run(cli.app, ["next", str(event), "--in", f"notes={tmp_path / 'new.jsonl'}", "--count", "1",
                             "--out", str(out), *more])  # fmt: skip
        assert said.exit_code == 0, said.output
        assert [row["note_id"] for row in csv.DictReader(out.open())] == ["b"]


def test_the_stage_asks_the_events_that_it_is_given(folder: Path) -> None:
    trained = str(folder / "trained")
    stage = FindAdverse(events=[trained])
    stage.__dict__["_kit"] = Kit("stand-in", Terms(), [Pairs()])
    texts = ["No pressure ulcer today.", "New pressure ulcer on the heel.", "Slept."]
    notes = [
        {"subject_id": who, "note_id": name, "text": text}
        for who, name, text in zip((2, 1, 1), "abc", texts, strict=True)
    ]
    rows = stage.run({"notes": pa.Table.from_pylist(notes, schema=OPEN_NOTES.schema)})["findings"].to_pylist()
    mine = [(row["subject_id"], row["note_id"], row["assertion"]) for row in rows if row["kind"] == "pressure_ulcer"]
    assert sorted(mine) == [(1, "b", "present"), (2, "a", "negated")]
    assert readers([trained])[0].name in stage.version
    with pytest.raises(ConfigError, match="a list of folders"):
        FindAdverse(events=trained)
    (again := folder / "again").mkdir(exist_ok=True)
    for path in (folder / "trained").iterdir():
        (again / path.name).write_bytes(path.read_bytes())
    with pytest.raises(ConfigError, match="more than one artifact"):
        readers([trained, str(again)])
