"""`chartloom similar`, and `similar` in SQL: one lake, two lakes, the PHI root, and what is refused."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from contract.errors import ConfigError, InputError
from runner import cli
from schemas.registry import table
from tests.lakes import publish

VECTORS = {"q": [1, 0, 0], "near": [0.9, 0.1, 0], "old": [0.8, 0.3, 0], "hip": [0.7, 0.4, 0], "far": [0, 0, 1]}
PERSONS = {"q": 1, "near": 2, "old": 1, "hip": 1, "far": 3}
DAYS = {"q": 10, "near": 20, "old": 5, "hip": 10, "far": 2}
FINDING = {"finding": "effusion", "side": "left", "severity": "mild", "position": "", "state": "present", "score": 0.9}
DOUBT = {**FINDING, "finding": "nodule", "state": "doubtful"}


def films(prefix: str = "", encoder: str = "net-1", **vectors: list[float]) -> dict[str, list[Any]]:
    made = {**VECTORS, **vectors}
    return {
        "subject_id": [PERSONS.get(name, 9) for name in made],
        "study_id": [prefix + name for name in made],
        "image_id": [f"{prefix}{name}-1" for name in made],
        "time": [datetime(2021, 3, DAYS.get(name, 1)) for name in made],
        "modality": ["DX" if name == "far" else "CR" for name in made],
        "body_part": ["PELVIS" if name == "hip" else "CHEST" for name in made],
        "encoder": [encoder] * len(made),
        "embedding": list(made.values()),
    }


@pytest.fixture(scope="module")
def north(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Open ids begin with o-, real ones do not; the draft of `near` holds a finding and a doubt."""
    reports = {"subject_id": [2], "study_id": ["o-near"], "text": ["Small left effusion."],
               "findings": [[FINDING, DOUBT]], "sentences": [[]], "flags": [[]], "artifact": ["a"]}  # fmt: skip
    held = pa.table({name: pa.array(reports[name], table("reports").schema.field(name).type) for name in reports})
    rows = {"phi/embeddings": films(), "embeddings": films("o-", nan=[float("nan"), 0, 0])}
    reported = {name: held[name].combine_chunks() for name in held.column_names}
    return publish(tmp_path_factory.mktemp("north") / "lake", {**rows, "reports": reported})


@pytest.fixture(scope="module")
def south(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("south") / "lake", {"embeddings": films("s-"), "phi/embeddings": films()})


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("other") / "lake", {"embeddings": films("x-", "net-2")})


def call(*words: object) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def found(*words: object) -> list[dict[str, Any]]:
    said = call("similar", "--format", "ndjson", *words)
    assert said.exit_code == 0, said.output
    return [json.loads(line) for line in said.stdout.splitlines()]


def ids(*words: object) -> list[str]:
    return [row["study_id"] for row in found(*words)]


def test_the_nearest_come_first_with_what_is_known_of_them(north: Path) -> None:
    rows = found("--lake", north, "--study", "o-q")
    assert [row["study_id"] for row in rows] == ["o-near", "o-old", "o-hip", "o-far"]
    first = rows[0]
    assert first["similarity"] == pytest.approx(0.9 / np.hypot(0.9, 0.1))
    assert (first["rank"], first["subject_id"], first["time"]) == (1, 2, "2021-03-20T00:00:00")
    assert (first["modality"], first["body_part"], first["findings"]) == ("CR", "CHEST", "mild left effusion")
    assert rows[1]["findings"] is None


def test_filters(north: Path) -> None:
    one = ("--lake", north, "--study", "o-q")
    assert ids(*one, "-k", 1) == ["o-near"]
    assert ids(*one, "--modality", "dx") == ["o-far"]
    assert ids(*one, "--body-part", "PELVIS", "--body-part", "HIP") == ["o-hip"]
    assert ids(*one, "--since", "2021-03-05", "--until", "2021-03-10") == ["o-old", "o-hip"]
    assert ids(*one, "--not-this-patient") == ["o-near", "o-far"]
    assert ids(*one, "--only-this-patient") == ["o-old", "o-hip"]
    assert ids(*one, "--earlier") == ["o-old", "o-far"]


def test_the_screen_says_what_was_set_aside(north: Path) -> None:
    said = call("similar", "--lake", north, "--study", "o-q", "--modality", "MG")
    assert "1 images whose vector holds NaN" in said.stderr and "no study fits" in said.stderr
    said = call("similar", "--lake", north, "--study", "o-q")
    assert "mild left effusion" in said.stdout and "2021-03-20 " in said.stdout
    assert "repository" not in said.stdout
    said = call("similar", "--lake", north, "--study", "q", "--phi")
    assert "far" in said.stdout and "findings" not in said.stdout


def test_two_lakes_are_searched_as_one(north: Path, south: Path) -> None:
    rows = found("--lake", north, "--lake", south, "--study", "s-near", "-k", 4)
    assert [(row["repository"], row["study_id"]) for row in rows] == [
        (str(north), "o-near"), (str(north), "o-q"), (str(south), "s-q"), (str(north), "o-old"),
    ]  # fmt: skip
    assert "repository" in call("similar", "--lake", north, "--lake", south, "--study", "o-q").stdout


def test_a_lake_of_another_encoder_is_refused_by_name(north: Path, other: Path) -> None:
    said = call("similar", "--lake", north, "--lake", other, "--study", "o-q")
    assert isinstance(said.exception, InputError) and "'net-2'" in str(said.exception)
    assert "'net-1'" in str(said.exception) and str(other) in str(said.exception)


def test_phi_is_audited_before_it_is_shown(north: Path) -> None:
    assert ids("--lake", north, "--study", "q", "-k", 1, "--phi") == ["near"]
    lines = [json.loads(line) for file in (north / "phi-audit").glob("*") for line in file.read_text().splitlines()]
    assert lines[-1]["act"] == "similar" and "near" not in json.dumps(lines)
    assert isinstance(call("similar", "--lake", north, "--study", "q").exception, InputError)  # a real id is not open


def test_a_vector_of_a_file(north: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.asarray([0, 0.1, 1]))
    np.savez(tmp_path / "two.npz", embedding=np.asarray([[0, 0, 1], [0, 0.2, 1]]), encoder="net-1")
    rows = {"embedding": [[0.0, 0.1, 1.0]], "encoder": ["net-2"]}
    pq.write_table(pa.table(rows), tmp_path / "three.parquet")
    for name in ("one.npy", "two.npz"):
        assert ids("--lake", north, "--vector", tmp_path / name, "-k", 1) == ["o-far"]
    refused = call("similar", "--lake", north, "--vector", tmp_path / "three.parquet")
    assert "'net-2'" in str(refused.exception)
    np.save(tmp_path / "short.npy", np.asarray([0.0, 0.1]))
    assert "has 2" in str(call("similar", "--lake", north, "--vector", tmp_path / "short.npy").exception)
    (tmp_path / "no.npy").write_text("no array")
    assert "cannot be read" in str(call("similar", "--lake", north, "--vector", tmp_path / "no.npy").exception)


def test_which_encoder_is_asked_where_it_is_not_plain(north: Path, other: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.asarray([0, 0.1, 1]))
    said = call("similar", "--lake", north, "--vector", tmp_path / "one.npy")
    assert "taken to be of the encoder net-1" in said.stderr
    refused = call("similar", "--lake", north, "--lake", other, "--vector", tmp_path / "one.npy")
    assert isinstance(refused.exception, InputError) and "net-1, net-2; say --encoder" in str(refused.exception)
    both = {name: values + films("x-", "net-2")[name] for name, values in films("x-").items()}
    both["image_id"] = [f"{at}" for at in range(len(both["image_id"]))]
    lake = publish(tmp_path / "lake", {"embeddings": both})
    said = call("similar", "--lake", lake, "--study", "x-q", "--encoder", "net-2")
    assert "5 images of another encoder not searched" in said.stderr and "--encoder)" not in said.stderr
    assert "the encoders net-1, net-2; net-1 was taken" in call("similar", "--lake", lake, "--study", "x-q").stderr


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--study", "o-q", "--vector", "a.npy"),
        ("--vector", "a.npy", "--earlier"),
        ("--study", "o-q", "--not-this-patient", "--only-this-patient"),
    ],
)
def test_options_that_make_no_sense(north: Path, words: tuple[str, ...]) -> None:
    assert isinstance(call("similar", "--lake", north, *words).exception, ConfigError)


def test_a_day_is_written_as_one(north: Path) -> None:
    said = call("similar", "--lake", north, "--study", "o-q", "--since", "March")
    assert said.exit_code == 2 and "%Y-%m-%d" in said.stderr


def ask(*words: object) -> list[dict[str, Any]]:
    said = call("query", "--format", "ndjson", *words)
    assert said.exit_code == 0, f"{said.output} {said.exception}"
    return [json.loads(line) for line in said.stdout.splitlines()]


def test_sql_finds_what_the_command_finds(north: Path) -> None:
    rows = ask("--lake", north, "select * from similar('o-q', 3)")
    told = found("--lake", north, "--study", "o-q", "-k", 3)
    names = ("study_id", "subject_id", "time", "modality", "body_part")
    assert [[row[name] for name in names] for row in rows] == [[row[name] for name in names] for row in told]
    assert [row["similarity"] for row in rows] == pytest.approx([row["similarity"] for row in told])
    assert {row["repository"] for row in rows} == {"main"}


def test_sql_joins_and_filters_what_is_similar(north: Path) -> None:
    joined = "select s.study_id, r.text from SIMILAR ('o-q', 99) s left join reports r using (study_id)"
    before = "where body_part = 'CHEST' and s.time < '2021-03-06' order by similarity"
    assert ask("--lake", north, f"{joined} {before}") == [
        {"study_id": "o-far", "text": None}, {"study_id": "o-old", "text": None},
    ]  # fmt: skip
    each = "select e.study_id as of, s.study_id from embeddings e, similar(e.study_id, 1) s where e.modality = 'DX'"
    assert ask("--lake", north, each) == [{"of": "o-far", "study_id": "o-hip"}]
    assert ask("--lake", north, "from similar('nobody', 3)") == []


def test_sql_over_two_lakes(north: Path, south: Path) -> None:
    both = ("--lake", north, "--and", f"south={south}")
    rows = ask(*both, "select repository, study_id from similar('s-near', 2)")
    assert rows == [{"repository": "main", "study_id": "o-near"}, {"repository": "main", "study_id": "o-q"}]
    counted = "select (select count(*) from embeddings) as n, (select count(*) from south.embeddings) as s"
    assert ask(*both, counted) == [{"n": 6, "s": 5}]
    assert ask(*both, "select count(*) as n from south.fhir.Patient") == [{"n": 0}]


def test_one_study_id_in_two_lakes_is_two_studies(north: Path) -> None:
    rows = ask("--lake", north, "--and", f"again={north}", "select repository, study_id from similar('o-q', 99)")
    assert rows[0] == {"repository": "again", "study_id": "o-q"} and len(rows) == 4 + 5
    assert len({(row["repository"], row["study_id"]) for row in rows}) == len(rows)


def test_sql_tells_apart_what_float32_cannot(tmp_path: Path) -> None:
    lake = publish(tmp_path / "lake", {"embeddings": films(a=[1, 3e-4, 0], b=[1, 2e-4, 0])})
    sql = "select study_id from similar('q', 2)"
    assert [row["study_id"] for row in ask("--lake", lake, sql)] == ids("--lake", lake, "--study", "q", "-k", 2)
    assert ids("--lake", lake, "--study", "q", "-k", 2) == ["b", "a"]


def test_a_further_lake_shows_its_open_root_only(north: Path, south: Path) -> None:
    inside = (south / "open").resolve() / "embeddings" / "*.parquet"
    outside = (south / "phi").resolve() / "embeddings" / "*.parquet"
    both = ("--lake", north, "--and", f"south={south}", "--phi")
    assert ask(*both, f"select count(*) as n from '{inside}'") == [{"n": 5}]
    for sql in (f"select count(*) from '{outside}'", "from south.phi.embeddings"):
        assert isinstance(call("query", *both, sql).exception, InputError)
    assert isinstance(call("query", "--lake", north, f"select count(*) from '{inside}'").exception, InputError)
    for name in ("phi", "main", "a b"):
        assert isinstance(call("query", "--lake", north, "--and", f"{name}={south}", "select 1").exception, ConfigError)


def test_sql_of_phi(north: Path) -> None:
    assert ask("--lake", north, "--phi", "select study_id from phi.similar('q', 1)") == [{"study_id": "near"}]
    assert isinstance(call("query", "--lake", north, "from phi.similar('q', 1)").exception, InputError)


def test_by_findings_wants_heads_of_the_same_encoder(north: Path) -> None:
    run = call("similar", "--lake", north, "--study", "o-q", "--by", "findings")
    assert isinstance(run.exception, InputError)
    assert "simulate-random-network-1" in str(run.exception)
    assert "'net-1'" in str(run.exception)


@pytest.mark.parametrize("said", [["--artifact", "x"], ["--by", "findings", "--metric", "l2"]])
def test_options_that_do_not_go_together_are_refused(north: Path, said: list[str]) -> None:
    assert isinstance(call("similar", "--lake", north, "--study", "o-q", *said).exception, ConfigError)
