"""The bench of marked notes: figures of every layer, and of all without it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from bench.deid import FINDERS, KEYS, by_layer, judged, people_of, read_all, score_notes
from contract.errors import InputError
from eval.corpora.notes import GoldNote, read_notes
from eval.removal import judge
from nlp.deid.labels import HIPAA
from nlp.deid.merge import merge
from nlp.deid.note import Note
from nlp.deid.pipeline import Pipeline
from nlp.deid.span import Span

TEXT = "Ann Lee, MRN 4455667, has Foley disease. Seen 5/6/2020."
GOLD = GoldNote("n1", "p1", TEXT, ((0, 7, "PATIENT"), (13, 20, "MRN"), (46, 54, "DATE")), ((26, 31),))


@dataclass
class Scripted(Pipeline):
    """Layers that find what they are told."""

    said: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    guard: Sequence[Span] = ()

    def by_layer(self, notes: Sequence[Note], names: Sequence[str] = FINDERS) -> Mapping[str, list[list[Span]]]:
        return {name: [list(self.said.get(name, ())) for _ in notes] for name in names}

    def safe(self, notes: Sequence[Note]) -> list[list[Span]]:
        return [list(self.guard) for _ in notes]

    def merged(self, note: Note, found: Sequence[Sequence[Span]], safe: Sequence[Span]) -> list[Span]:
        return merge(note.text, (span for spans in found for span in spans), safe)


SCRIPT = Scripted(
    said={
        "known": [Span(0, 7, "PATIENT", "known")],
        "rules": [Span(13, 20, "MRN", "rules", 0.95), Span(46, 54, "DATE", "rules", 0.95)],
        "veto": [Span(26, 31, "PATIENT", "veto", 0.3)],
    },
    guard=[Span(26, 39, "PATIENT", "protect")],
)


def test_all_layers_together_remove_all_and_spare_the_decoy() -> None:
    read = read_all(SCRIPT, [GOLD], {})
    whole = judge(judged(SCRIPT, read, FINDERS), HIPAA).figures()
    assert whole == {"token_recall": 1, "span_recall": 1, "leak_free": 1, "non_phi_removed": 0, "decoys_damaged": 0}


def test_each_layer_is_shown_alone_and_left_out() -> None:
    shown = by_layer(SCRIPT, read_all(SCRIPT, [GOLD], {}))
    assert shown["known"]["alone"]["span_recall"] == round(1 / 3, 5)
    assert shown["known"]["without"]["span_recall"] == round(2 / 3, 5)
    assert shown["rules"]["without"]["leak_free"] == 0
    assert shown["protect"]["without"]["decoys_damaged"] == 1


def test_patients_are_read_as_the_step_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "patients.ndjson"
    row = {
        "resourceType": "Patient",
        "id": "p1",
        "name": [{"family": "Lee", "given": ["Ann"]}],
        "birthDate": "1950-02-03",
    }
    path.write_bytes(orjson.dumps(row))
    person = people_of(path)["p1"]
    assert {one.value for one in person.of("PATIENT")} == {"Ann", "Lee"}
    assert person.birth is not None and person.birth.year == 1950


def test_the_default_configuration_scores_a_file(tmp_path: Path) -> None:
    notes, patients = tmp_path / "notes.jsonl", tmp_path / "patients.ndjson"
    spans = [{"start": s, "end": e, "label": label} for s, e, label in GOLD.spans]
    notes.write_bytes(
        orjson.dumps({"note_id": "n1", "patient_id": "p1", "text": TEXT, "spans": spans, "decoys": [[26, 31, "Foley"]]})
    )
    patients.write_bytes(
        orjson.dumps({"resourceType": "Patient", "id": "p1", "name": [{"family": "Lee", "given": ["Ann"]}]})
    )
    assert read_notes(notes) == [GOLD]
    scored = score_notes(notes, patients, Pipeline(layers=("known", "rules", "protect")))
    assert set(scored) == set(KEYS)
    assert scored["by_label"]["PATIENT"]["span_recall"] == 1


def test_a_note_without_its_patient_is_still_judged(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 1"):
        (tmp_path / "n.jsonl").write_text("{}")
        read_notes(tmp_path / "n.jsonl")
