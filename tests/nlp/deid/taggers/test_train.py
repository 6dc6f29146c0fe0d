"""Train on a few made-up notes, save, load: the same entities; names found that were never seen."""

import json
from pathlib import Path

import pytest

from contract.errors import InputError
from eval.corpora.marked import Marked
from models.train import Schedule
from nlp.deid.note import Note
from nlp.deid.taggers.tagger import Tagger
from nlp.deid.train import Training, teach, train

NAMES = ("Ann", "Bob", "Cyra", "Dov", "Eliza", "Fern", "Gus", "Hana", "Ivo", "June", "Kemal", "Lena")
SMALL = {"words": {"buckets": 512, "part_buckets": 1024, "size": 32}, "hidden": 24, "dropout": 0.1}


def note(name: str) -> dict[str, object]:
    text = f"Patient: {name}\nSeen today with fever and cough.\n"
    return {"note_id": name, "patient_id": name, "text": text,
            "spans": [{"start": 9, "end": 9 + len(name), "label": "PATIENT"}]}  # fmt: skip


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tagger")
    (folder / "NOTES.jsonl").write_text("\n".join(json.dumps(note(name)) for name in NAMES), encoding="utf-8")
    schedule = Schedule(epochs=60, rate=1e-2, average=0.5, patience=60)
    train(folder, folder / "out", Training(schedule=schedule, network=SMALL, phi=False, finish=1))
    return folder / "out"


def test_a_name_never_seen_is_found_where_names_stand(artifact: Path) -> None:
    text = str(note("Zoltan")["text"])
    (found,) = Tagger(artifact).find([Note(text)])
    assert [(text[span.start : span.end], span.label, span.layer) for span in found] == [
        ("Zoltan", "PATIENT", "tagger")
    ]


def test_training_begins_from_an_artifact_of_the_same_labels(artifact: Path, tmp_path: Path) -> None:
    learned = [Marked(name, f"Patient: {name}\nSeen today.\n", ((9, 9 + len(name), "PATIENT"),)) for name in NAMES]
    schedule = Schedule(epochs=1, rate=1e-5, average=0.0)
    training = Training(schedule=schedule, network=SMALL, phi=False, start=artifact)
    assert teach(learned[:8], learned[8:], tmp_path / "more", training)["f1"] == 1.0
    other = [Marked("x", "Seen 5/6", ((5, 8, "DATE"),))]
    with pytest.raises(InputError, match="labels"):
        teach(other, other, tmp_path / "other", training)


def test_other_notes_in_the_batch_change_nothing(artifact: Path) -> None:
    texts = [str(note(name)["text"]) for name in ("Quim", "Roswitha", "Su")]
    together = Tagger(artifact).entities([*texts, texts[0] * 40, ""])
    assert [[e[:3] for e in found] for found in together[:3]] == [
        [e[:3] for e in Tagger(artifact).entities([text])[0]] for text in texts
    ]
    assert together[4] == []


def test_a_changed_artifact_is_refused(artifact: Path) -> None:
    config = artifact / "config.json"
    said = config.read_text(encoding="utf-8")
    config.write_text(said.replace('"phi": false', '"phi": true'), encoding="utf-8")
    with pytest.raises(InputError, match="digest"):
        Tagger(artifact).entities(["Patient: Ann"])
    config.write_text(said, encoding="utf-8")
