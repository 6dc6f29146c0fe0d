"""What a person leaves outside of tables: sheets, releases, networks, open notes; and what the command says of it."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from runner import cli
from runner.config import load
from runner.forgetting import forget as forgetting
from tests.runner import anna
from tests.runner.anna import MRN, act, traces
from tests.runner.hospital import Hospital, condition, note, patient
from tests.runner.test_gate import GATE

SAID = "Annabel Quillfeather slept. Mrs Quillfeather came on 2020-03-04, MRN 7731204417."


def ask(hospital: Hospital, *words: str, answer: str = "") -> tuple[int, str]:
    said = CliRunner().invoke(cli.app, [*words, "--config", str(hospital.configure())], input=answer)
    return said.exit_code, said.output + (str(said.exception) if said.exception else "")


@pytest.fixture
def two_sources(hospital: Hospital) -> Hospital:
    return anna.two_sources(hospital)


def test_behind_the_real_gate(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, engine={"kind": "serial"}, **GATE)  # type: ignore[arg-type]
    name = [{"family": "Quillfeather", "given": ["Annabel"]}]
    hospital.fhir(
        "0", patient("fhir-anna", mrn="7731204417", name=name), patient("fhir-bert", mrn="88120455"),
        note("note-anna-1", "fhir-anna", SAID), note("note-bert-1", "fhir-bert", "He has no pain."),
        condition("cond-anna-1", "fhir-anna"),
    )  # fmt: skip
    hospital.night()
    hers = next(row for row in hospital.table("phi/identities").to_pylist() if row["key"] == "fhir-anna")
    spans = [row["open_note_id"] for row in hospital.table("phi/spans").to_pylist()]
    assert spans
    act(hospital, "7731204417")
    words = ["Quillfeather", "Annabel", "fhir-anna", "7731204417", "-anna-1", str(hers["open_id"]), *spans]
    assert traces(hospital.root, *words, str(hers["subject_id"])) == []
    assert len(hospital.table("notes")) == 1
    hospital.fhir("1", condition("cond-bert-2", "fhir-bert"))
    assert hospital.night()["status"] == "published"
    assert traces(hospital.root, *words) == []


def test_sheets_with_their_notes_go(two_sources: Hospital) -> None:
    opened = two_sources.column("phi/identities", "open_id")[
        two_sources.column("phi/identities", "key").index("fhir-anna")
    ]
    folder = two_sources.lake.root / "phi-review" / "one" / "leaks"
    folder.mkdir(parents=True)
    (folder / "hers.csv").write_text(f"1,{opened}", encoding="utf-8")
    (folder / "others.csv").write_text("1,note-bert-1", encoding="utf-8")
    assert act(two_sources, MRN)[0].sheets == 1
    assert [path.name for path in folder.iterdir()] == ["others.csv"]


def test_releases_are_named_and_their_crosswalk_cut(two_sources: Hospital) -> None:
    people = two_sources.table("phi/identities")
    hers, his = two_sources.subject("fhir-anna"), two_sources.subject("fhir-bert")
    for project, subjects in (("with", [hers, his]), ("without", [his])):
        folder = two_sources.lake.root / "phi-releases" / project
        folder.mkdir(parents=True)
        kept = pa.array([subject in subjects for subject in people["subject_id"].to_pylist()])
        pq.write_table(people.filter(kept), folder / "crosswalk.parquet")
    assert act(two_sources, MRN)[0].releases == ["with"]
    left = pq.read_table(two_sources.lake.root / "phi-releases" / "with" / "crosswalk.parquet")
    assert left["subject_id"].to_pylist() == [his]
    assert "in releases with" in ask(two_sources, "forget", "--list")[1]


def test_networks_that_learned_from_notes_are_named(two_sources: Hospital) -> None:
    for name, phi in (("deid-en", True), ("deid-es", False)):
        folder = two_sources.root / "artifacts" / name
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(json.dumps({"phi": phi}), encoding="utf-8")
    with_network: dict[str, Any] = {"uses": "nlp.deid.stage:Deidentify", "with": {"artifact": "artifacts"}}
    two_sources.steps = {**two_sources.steps, "deid": with_network}
    del two_sources.steps["release"]
    assert [Path(said).name for said in act(two_sources, MRN)[0].artifacts] == ["deid-en"]


def test_the_command_asks_counts_and_names_nobody(two_sources: Hospital) -> None:
    listed = two_sources.root / "who.txt"
    listed.write_text(f"{MRN}\n", encoding="utf-8")
    code, said = ask(two_sources, "forget", "--file", str(listed), "--dry-run")
    assert code == 0 and "Would go: 1 rows of phi/fhir/Condition" in said
    assert ask(two_sources, "forget", "--file", str(listed), answer="n\n")[0] == 1
    assert "fhir-anna" in two_sources.column("phi/identities", "key")
    code, said = ask(two_sources, "forget", "--file", str(listed), "--yes")
    assert code == 0 and MRN not in said and "fhir-anna" not in said
    assert "fhir-anna" not in two_sources.column("phi/identities", "key")
    assert "1 person is barred" in ask(two_sources, "forget", "--list")[1]


@pytest.mark.parametrize("words", [[], ["anna", "--subject", "1"]])
def test_who_must_be_said_once(two_sources: Hospital, words: list[str]) -> None:
    code, said = ask(two_sources, "forget", *words)
    assert code != 0 and "one of them" in said


@pytest.mark.parametrize("stopped", [False, True])
def test_a_file_called_after_them_is_called_so_no_more(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    doctor = {"resourceType": "Practitioner", "id": "doc-1", "name": [{"family": "Who"}]}
    folder = hospital.fhir("0", patient("fhir-bert"))
    entries = [{"resource": one} for one in (patient("fhir-anna"), doctor)]
    (folder / "Anna_Tulip.json").write_text(json.dumps({"resourceType": "Bundle", "entry": entries}), encoding="utf-8")
    hospital.night()
    assert traces(hospital.root, "Anna_Tulip")
    if stopped:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(forgetting.Erasure, "publish", anna.dies)
            act(hospital, "fhir-anna")
        forgetting.resume(load(hospital.configure()), "nightly")
    else:
        act(hospital, "fhir-anna")
        assert hospital.night()["status"] == "unchanged"
    assert traces(hospital.root, "Anna_Tulip", "fhir-anna") == []
    hospital.night()
    assert traces(hospital.root, "Anna_Tulip", "fhir-anna") == []
    assert hospital.ids("Practitioner") == ["doc-1"]
