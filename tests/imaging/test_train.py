"""From embeddings and reports to an artifact, and from it to drafts in a night's step."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from contract.errors import ConfigError, InputError
from imaging.given import given
from imaging.stage import DraftReports
from imaging.train import Trained, Training, train
from models import folder
from tests.imaging import hospital
from tests.imaging.test_pairs import timeline


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Trained]:
    home = tmp_path_factory.mktemp("drafts")
    data = hospital.write(home / "data")
    return home / "imaging", train(data, home / "imaging", Training(command="chartloom train reports", phi=False))


@pytest.fixture(scope="module")
def step(trained: tuple[Path, Trained]) -> DraftReports:
    made = DraftReports(str(trained[0]))
    made.open()
    return made


def test_a_training_says_how_good_its_drafts_are(trained: tuple[Path, Trained]) -> None:
    out, done = trained
    assert done.measured["heads_f1"] > 0.95
    assert done.measured["draft_f1"] > done.measured["heads_f1"] - 0.03
    assert done.measured["abnormal_missed"] < 0.05
    card = (out / folder.CARD).read_text(encoding="utf-8")
    assert "easy@1, 12 numbers" in card
    assert "chartloom train reports" in card


def test_the_same_data_and_seed_give_the_same_artifact(trained: tuple[Path, Trained], tmp_path: Path) -> None:
    data = hospital.write(tmp_path / "data")
    for each in sorted(data.glob("*.parquet")):  # whatever the order of the rows
        rows = pq.read_table(each)
        pq.write_table(rows.take(pa.array(np.random.default_rng(5).permutation(len(rows)))), each)
    again = train(data, tmp_path / "imaging", Training(phi=False))
    assert again.digest == trained[1].digest


def test_rows_of_nobody_teach_nothing_and_are_counted(tmp_path: Path) -> None:
    data = hospital.write(tmp_path / "data")
    rows = pq.read_table(data / "embeddings.parquet")
    place = rows.column_names.index("study_id")
    named = pc.if_else(pc.less(pa.array(range(len(rows))), 5), None, rows["study_id"])
    pq.write_table(rows.set_column(place, "study_id", named), data / "embeddings.parquet")
    assert given(data).left_out["images of no patient, study or encoder"] == 5


def test_ids_in_a_csv_of_reports_are_texts(tmp_path: Path) -> None:
    data = hospital.write(tmp_path / "data")
    rows, said = pq.read_table(data / "embeddings.parquet"), pq.read_table(data / "reports.parquet").to_pylist()
    number = {each["study_id"]: f"{at:06}" for at, each in enumerate(said)}
    ids = pa.array([number.get(each, "") for each in rows["study_id"].to_pylist()])
    pq.write_table(rows.set_column(rows.column_names.index("study_id"), "study_id", ids), data / "embeddings.parquet")
    (data / "reports.parquet").unlink()
    lines = [f'{number[each["study_id"]]},"{each["text"]}"' for each in said]
    (data / "reports.csv").write_text("\n".join(["study_id,text", *lines]), encoding="utf-8")
    assert len(given(data).studies) > 200


def test_drafts_say_what_new_films_show(step: DraftReports) -> None:
    rows, texts = hospital.films(60, seed=2)
    made = step.run({"embeddings": rows})
    drafts = dict(zip(made["reports"]["study_id"].to_pylist(), made["reports"].to_pylist(), strict=True))
    assert len(drafts) == 60
    right = 0
    for at, text in enumerate(texts):
        stated = {each["finding"] for each in drafts[f"s{at}"]["findings"] if each["state"] == "present"}
        right += stated == {name for name, (said, _) in hospital.SAID.items() if said in text}
    assert right >= 57


def test_every_sentence_carries_finding_score_and_source(step: DraftReports) -> None:
    rows, _ = hospital.films(40, seed=3)
    said = [each for row in step.run({"embeddings": rows})["reports"]["sentences"].to_pylist() for each in row]
    assert said
    for each in said:
        assert each["finding"]
        assert 0 < each["score"] <= 1
        assert each["source"] == "template" or each["source"].startswith("phrase:")


def test_nothing_is_compared_with_what_the_timeline_does_not_hold(step: DraftReports) -> None:
    rows, _ = hospital.films(40, seed=3)
    times = dict(zip(rows["study_id"].to_pylist(), rows["time"].to_pylist(), strict=True))
    even = [("IMAGING//CR", f"ImagingStudy/s{at}", times[f"s{at}"], "e", None) for at in range(0, 40, 4)]
    told = timeline(*even)  # of every second person the first study, which is the prior of the next
    told = told.set_column(0, "subject_id", pa.array([at // 2 for at in range(0, 40, 4)]))
    named = {
        row["study_id"]: {each["prior_study_id"] for each in row["sentences"]} - {None}
        for row in step.run({"embeddings": rows, "timeline": told})["reports"].to_pylist()
    }
    for at in range(40):
        allowed = {f"s{at - 1}"} if at % 4 == 1 else set()
        assert named[f"s{at}"] <= allowed
    assert any(named.values())


def test_what_cannot_be_read_is_in_the_account_with_its_reason(step: DraftReports) -> None:
    rows, _ = hospital.films(8, seed=4)
    vectors = rows["embedding"].to_pylist()
    vectors[0][0], vectors[1] = float("nan"), vectors[1][:5]
    rows = rows.set_column(
        rows.schema.get_field_index("embedding"), "embedding", pa.array(vectors, pa.list_(pa.float32()))
    )
    other = pa.array(["else@2" if at == 2 else hospital.ENCODER for at in range(8)])
    modality = pa.array(["MR" if at == 3 else "CR" for at in range(8)])
    rows = rows.set_column(rows.schema.get_field_index("encoder"), "encoder", other)
    rows = rows.set_column(rows.schema.get_field_index("modality"), "modality", modality)
    made = step.run({"embeddings": rows})
    flags = dict(
        zip(made["reports_account"]["study_id"].to_pylist(), made["reports_account"]["flags"].to_pylist(), strict=True)
    )
    assert [flags[f"s{at}"] for at in range(4)] == [
        ["not-finite"],
        ["other-width"],
        ["other-encoder"],
        ["other-modality"],
    ]
    assert sorted(made["reports"]["study_id"].to_pylist()) == ["s4", "s5", "s6", "s7"]


def test_films_unlike_training_have_no_draft(step: DraftReports) -> None:
    rows, _ = hospital.films(2, seed=5)
    far = pa.array([(np.arange(hospital.WIDTH) * 50.0).tolist()] * 2, pa.list_(pa.float32()))
    rows = rows.set_column(rows.schema.get_field_index("embedding"), "embedding", far)
    made = step.run({"embeddings": rows})
    assert not any(made["reports"]["text"].to_pylist())
    assert all("unlike-training" in flags for flags in made["reports"]["flags"].to_pylist())


def test_shuffled_films_teach_nothing_that_is_said(tmp_path: Path) -> None:
    data = hospital.write(tmp_path / "data")
    rows, _ = hospital.films(600)
    shuffled = rows["embedding"].take(pa.array(np.random.default_rng(7).permutation(600)))
    rows = rows.set_column(rows.schema.get_field_index("embedding"), "embedding", shuffled)
    pq.write_table(rows, data / "embeddings.parquet")
    train(data, tmp_path / "imaging", Training())
    made = DraftReports(str(tmp_path / "imaging")).run({"embeddings": hospital.films(40, seed=6)[0]})
    assert sum(len(each) for each in made["reports"]["findings"].to_pylist()) == 0


def test_a_shard_without_studies_makes_no_rows(step: DraftReports) -> None:
    assert step.run({"embeddings": hospital.films(0)[0]}) == {}


def test_without_an_artifact_every_study_says_so(tmp_path: Path) -> None:
    rows, _ = hospital.films(2)
    made = DraftReports(str(tmp_path / "none")).run({"embeddings": rows})
    assert list(made) == ["reports_account"]
    assert pc.list_flatten(made["reports_account"]["flags"]).to_pylist() == ["no-artifact"] * 2
    with pytest.raises(ConfigError, match="train reports"):
        DraftReports(str(tmp_path / "none"), require=True).open()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: (data / "embeddings.parquet").unlink(), "holds no embeddings"),
        (lambda data: (data / "reports.parquet").unlink(), "holds no reports"),
        (lambda data: (data / "embeddings.parquet").write_bytes(b"PAR1 broken"), "cannot be read"),
        (lambda data: hospital.write(data, 20), "at least 200"),
    ],
)
def test_what_cannot_be_learned_from_is_said(spoil: object, said: str, tmp_path: Path) -> None:
    data = hospital.write(tmp_path / "data", 300)
    spoil(data)  # type: ignore[operator]
    with pytest.raises(InputError, match=said):
        train(data, tmp_path / "imaging", Training())
    assert not (tmp_path / "imaging").exists()
