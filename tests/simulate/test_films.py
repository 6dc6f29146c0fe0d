"""Films and embeddings: the ceiling is calibrated, noise alone separates it from certainty, findings have causes."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from simulate.block import draw_block
from simulate.ceiling import Reader, posteriors
from simulate.config import HospitalConfig
from simulate.embeddings import WIDTH, draw_images, encode, inputs
from simulate.films import findings
from simulate.shared import draw_shared
from tests.simulate.conftest import read_csv, read_truth

CONFIG = HospitalConfig(seed=6)


def test_the_ceiling_is_calibrated(hospital: Path) -> None:
    table = read_truth(hospital, "image_ceiling")
    gap = (table["present"].astype(float) - table["probability"]).sum()
    assert abs(gap) / np.sqrt((table["probability"] * (1 - table["probability"])).sum()) < 3.5


def test_the_fast_reader_agrees_with_the_definition() -> None:
    block = draw_block(CONFIG, draw_shared(CONFIG), 0)
    images = draw_images(CONFIG, block.films, 0)
    given = inputs(block.films)[images.film]
    reader = Reader(given, images.vectors, CONFIG.noise)
    changed = given.copy()
    changed[:, 2 :: len(findings())] = (1, 0, 1, 2 / 3)
    plain = [-((images.vectors - encode(g)) ** 2).sum(1) / (2 * CONFIG.noise**2) for g in (changed, given)]
    kept = reader.likelihood(2, (1, 0, 1, 2 / 3))
    absent = ~block.films.present[images.film, 2]
    assert np.allclose((kept - reader.likelihood(2, (0, 0, 0, 0)))[absent], (plain[0] - plain[1])[absent], atol=1e-2)


def test_more_noise_leaves_less_certainty() -> None:
    shared = draw_shared(CONFIG)
    certain = []
    for noise in (1.0, 8.0):
        config = dataclasses.replace(CONFIG, noise=noise)
        block = draw_block(config, shared, 0)
        images = draw_images(config, block.films, 0)
        told = posteriors(block.films, images, noise)
        certain.append(float(np.abs(told - block.films.present[images.film]).mean()))
    assert certain[0] < certain[1] / 10


def test_embeddings_name_the_studies_of_the_export(hospital: Path) -> None:
    table = pq.read_table(hospital / "embeddings" / "embeddings.parquet")
    assert table.column_names == [
        "patient_id", "study_id", "image_id", "time", "modality", "view", "encoder", "embedding",
    ]  # fmt: skip
    studies = read_csv(hospital, "imaging_studies").set_index("Id")
    frame: pd.DataFrame = table.to_pandas()
    assert set(frame["study_id"]) == set(studies.index[studies["BODYSITE_CODE"] == "51185008"])
    assert (frame["study_id"].map(studies["PATIENT"]) == frame["patient_id"]).all()
    assert frame["image_id"].is_unique
    assert {len(v) for v in frame["embedding"]} == {WIDTH}


def test_reports_state_the_true_findings(hospital: Path) -> None:
    facts = read_truth(hospital, "note_facts")
    said = facts[(facts["kind"] == "finding") & (facts["assertion"] == "present")]
    true = read_truth(hospital, "image_findings")
    pairs = set(zip(true["encounter_id"], true["finding"], strict=True))
    assert set(zip(said["encounter_id"], said["value"], strict=True)) == pairs
