"""Training from CodiEsp's layout and from own tables, the card, and what cannot be learned from."""

import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from contract.errors import ConfigError, InputError
from nlp.icd import artifact
from nlp.icd.corpus import coded
from nlp.icd.train import Training, train
from runner import cli
from tests.nlp.icd.conftest import WHERE

CASE = "Ingresa por neumonía y se hace una radiografía de tórax, que es normal para la edad del paciente."
LEARNED = {"system": WHERE, "phi": False}


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    folder = tmp_path / "cases"
    for place, text in (("text_files", CASE), ("text_files_en", "Admitted for pneumonia; the chest film is normal.")):
        (folder / place).mkdir(parents=True)
        (folder / place / "s1.txt").write_text(text)
    (folder / "trainD.tsv").write_text("s1\tj18.9\n")
    (folder / "trainP.tsv").write_text("s1\tbw03\n")
    at, end = CASE.index("neumonía"), CASE.index("neumonía") + 8
    (folder / "trainX.tsv").write_text(f"s1\tDIAGNOSTICO\tj18.9\tneumonía\t{at} {end}\n")
    return folder


def own(folder: Path, labels: list[dict[str, Any]]) -> Path:
    folder.mkdir()
    notes = [
        {"note_id": "a", "encounter_id": "e1", "text": "Seen for gout."},
        {"note_id": "b", "text": "Seen for asthma."},
        {"note_id": "c", "text": "Never coded."},
    ]
    pq.write_table(pa.Table.from_pylist(notes), folder / "notes.parquet")
    pq.write_table(pa.Table.from_pylist(labels), folder / "labels.parquet")
    return folder


def test_codiesp_in_two_languages(cases: Path) -> None:
    found = coded(cases, "both", ("es", "en"))
    assert [(c.encounter_id, c.notes[0].language, len(c.gold["J18.9"])) for c in found["ICD-10-CM"]] == [
        ("s1", "es", 1), ("s1", "en", 1)
    ]  # fmt: skip
    assert [set(c.gold) for c in found["ICD-10-PCS"]] == [{"BW03"}, {"BW03"}]
    assert set(coded(cases, "P", ("en",))) == {"ICD-10-PCS"}


def test_own_tables(tmp_path: Path) -> None:
    span = [{"note_id": "a", "start": 9, "end": 13, "source": "coder", "weight": 1.0}]
    labels: list[dict[str, Any]] = [
        {"unit_id": "e1", "label": "ICD-10-CM//M10.9", "evidence": span},
        {"unit_id": "b", "label": "ICD-9-CM//493.90", "evidence": None},
        {"unit_id": "b", "label": "NOT//ICD-10-CM//M10.9", "evidence": None},
    ]
    found = coded(own(tmp_path / "own", labels), "D", ("en",))
    assert set(found) == {"ICD-10-CM", "ICD-9-CM"}
    assert [(c.encounter_id, set(c.gold)) for c in found["ICD-10-CM"]] == [("e1", {"M10.9"}), ("b", set())]


def test_tables_in_shards_as_a_lake_has_them(tmp_path: Path) -> None:
    folder = own(tmp_path / "own", [{"unit_id": "e1", "label": "ICD-10-CM//M10.9"}])
    for name in ("notes", "labels"):
        (folder / name).mkdir()
        (folder / f"{name}.parquet").rename(folder / name / "00000000.parquet")
    assert [set(chart.gold) for chart in coded(folder, "D", ("en",))["ICD-10-CM"]] == [{"M10.9"}]
    (folder / "labels" / "00000001.parquet").write_text("no Parquet")
    with pytest.raises(InputError, match="is it whole"):
        coded(folder, "D", ("en",))


def test_the_artifact_of_a_training(cases: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    training = Training(**LEARNED, source="Cases", licence="CC BY 4.0")  # type: ignore[arg-type]
    made = train(cases, tmp_path / "out", training, lines.append)
    found = artifact.load(tmp_path / "out")
    assert made.digest.startswith(found.name.removeprefix("out-")) and not found.phi
    assert set(found.parts) == {"ICD-10-CM", "ICD-10-PCS"}
    card = (tmp_path / "out" / "card.md").read_text()
    assert "CC BY 4.0" in card and "no identifiable notes" in card and "charts 2, codes 1" in card
    assert lines[0] == "ICD-10-CM: 2 charts, 2 codes, 1 different, 2 with marked words"


def test_the_same_data_the_same_digest(cases: Path, tmp_path: Path) -> None:
    made = [train(cases, tmp_path / name, Training(**LEARNED)).digest for name in "ab"]  # type: ignore[arg-type]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ({"task": "X"}, ConfigError, "expected D, P, both"),
        ({"languages": ()}, ConfigError, "names no language"),
        ({"system": "magic"}, ConfigError, "no coding system is called 'magic'"),
        ({"languages": ("fr",)}, InputError, "nothing to learn"),
    ],
)
def test_what_cannot_be_trained(
    cases: Path, tmp_path: Path, said: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        train(cases, tmp_path / "out", Training(**{**LEARNED, **said}))
    assert not (tmp_path / "out").exists()


def test_a_folder_without_charts(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"neither text_files/.*nor notes\.parquet"):
        coded(tmp_path, "D", ("en",))


def test_the_command(cases: Path, tmp_path: Path) -> None:
    said = ["train", "icd", "--data", str(cases), "--out", str(tmp_path / "out"), "--system", WHERE, "--task", "D"]
    told = CliRunner().invoke(cli.app, said)
    assert told.exit_code == 0 and "digest" in told.stdout and "learning" in told.stderr
    assert artifact.load(tmp_path / "out").phi


def heard(data: Path, task: str = "D") -> tuple[dict[str, list[Any]], list[str]]:
    lines: list[str] = []
    return coded(data, task, ("es", "en"), lines.append), lines


def test_codes_however_they_are_written(tmp_path: Path) -> None:
    labels: list[dict[str, Any]] = [
        {"unit_id": "e1", "label": "icd-10-cm//m109"},
        {"unit_id": "b", "label": "icd-10-CM // j45.909"},
        {"unit_id": "b", "label": "NOT//ICD-10-CM//m10.9"},
        {"unit_id": "b", "label": "ICD-10-PCS//bw03zzz"},
    ]
    found, lines = heard(own(tmp_path / "own", labels), "both")
    assert [set(chart.gold) for chart in found["ICD-10-CM"]] == [{"M10.9"}, {"J45.909"}]
    assert [set(chart.gold) for chart in found["ICD-10-PCS"]] == [set(), {"BW03ZZZ"}]
    assert lines == []


def test_what_cannot_be_learned_from_is_told_and_not_quoted(tmp_path: Path) -> None:
    outside = [{"note_id": "a", "start": 9, "end": 999, "source": "coder", "weight": 1.0}]
    labels: list[dict[str, Any]] = [
        {"unit_id": "e1", "label": "ICD-10-CM//M10.9", "evidence": outside},
        {"unit_id": "b", "label": "ICD-10-CM//Quillbottom", "evidence": None},
        {"unit_id": "gone", "label": "ICD-10-CM//I10", "evidence": None},
    ]
    found, lines = heard(own(tmp_path / "own", labels))
    assert {chart.encounter_id: dict(chart.gold) for chart in found["ICD-10-CM"]} == {"e1": {"M10.9": ()}, "b": {}}
    assert lines == [
        "left out: 1 labels of encounters that have no note here",
        "left out: 1 marked words that lie outside their notes; their codes are kept",
        "left out: 1 labels that are no code of ICD-10-CM (such as M10.9)",
    ]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ({"unit_id": "gone", "label": "ICD-10-CM//I10"}, "1 labels of encounters that have no note"),
        ({"unit_id": "b", "label": "ICD-10-CM//I10", "task": "other"}, "nothing to learn"),
    ],
)
def test_labels_that_leave_nothing_to_learn_say_why(tmp_path: Path, label: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        heard(own(tmp_path / "own", [label]))


def test_cases_that_cannot_be_learned_from(cases: Path) -> None:
    with (cases / "trainD.tsv").open("a") as file:
        file.write("ghost\ti10\ns1\tfound nowhere\nempty\tr05\n")
    (cases / "text_files" / "empty.txt").write_text("\n")
    found, lines = heard(cases)
    assert [set(chart.gold) for chart in found["ICD-10-CM"]] == [{"J18.9"}, {"J18.9"}]
    assert lines == [
        "left out: 1 coded cases that have no text",
        "left out: 1 coded charts without text",
        "left out: 2 labels that are no code of ICD-10-CM (such as M10.9)",
    ]


def test_english_texts_alone(cases: Path) -> None:
    shutil.rmtree(cases / "text_files")
    assert [set(chart.gold) for chart in heard(cases)[0]["ICD-10-CM"]] == [{"J18.9"}]


def test_a_folder_of_texts_without_codes(cases: Path) -> None:
    (cases / "trainD.tsv").unlink()
    with pytest.raises(InputError, match=r"no \*D\.tsv"):
        heard(cases)


def test_a_text_that_is_not_utf8(cases: Path) -> None:
    (cases / "text_files" / "s1.txt").write_bytes("neumonía".encode("latin-1"))
    with pytest.raises(InputError, match=r"s1\.txt is not in UTF-8 \(byte 7\)"):
        heard(cases)
