"""Beside a draft stand the most similar studies that were made before it, and none that came later."""

from pathlib import Path

import pyarrow.parquet as pq

from imaging.train import Training, train
from runner.similar_earlier import SHOWN, similar_earlier
from tests.imaging import hospital


def test_only_earlier_studies_and_at_most_so_many(tmp_path: Path) -> None:
    rows, _ = hospital.films(30)
    pq.write_table(rows, tmp_path / "embeddings.parquet")
    found = similar_earlier(tmp_path / "embeddings.parquet", tmp_path / "none")
    times = dict(zip(rows["study_id"].to_pylist(), rows["time"].to_pylist(), strict=True))
    assert "s0" not in found  # the first of all
    assert all(len(likes) <= SHOWN for likes in found.values())
    assert all(times[like.study_id] < times[study] for study, likes in found.items() for like in likes)


def test_heads_that_read_the_encoder_compare_by_findings(tmp_path: Path) -> None:
    train(hospital.write(tmp_path / "data"), tmp_path / "imaging", Training())
    rows, texts = hospital.films(80, seed=5)
    pq.write_table(rows, tmp_path / "embeddings.parquet")
    found = similar_earlier(tmp_path / "embeddings.parquet", tmp_path / "imaging")
    said = {f"s{at}": text for at, text in enumerate(texts)}
    late = [study for study in found if int(study[1:]) >= 50]
    same = [said[found[study][0].study_id] == said[study] for study in late]
    assert sum(same) > 0.8 * len(same)
    assert all(found[study][0].similarity > 0.9 for study in late if said[found[study][0].study_id] == said[study])


def test_no_image_has_no_neighbours(tmp_path: Path) -> None:
    pq.write_table(hospital.films(0)[0], tmp_path / "embeddings.parquet")
    assert similar_earlier(tmp_path / "embeddings.parquet", tmp_path / "none") == {}
