"""Films and embeddings: the ceiling is calibrated, noise alone separates it from certainty, findings have causes."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from contract.errors import ConfigError
from simulate.block import draw_block
from simulate.ceiling import posteriors
from simulate.config import HospitalConfig
from simulate.device_ceiling import device_odds
from simulate.devices import draw_devices, kinds, sided, together
from simulate.embeddings import WIDTH, draw_images, encode, inputs
from simulate.films import findings
from simulate.notes import radiology
from simulate.reader import Reader, reader
from simulate.shared import draw_shared
from tests.simulate.conftest import read_csv, read_truth

CONFIG = HospitalConfig(seed=6)
PINNED = (-0.138108, -0.510474, -0.248925, 0.356130)


def test_the_ceiling_is_calibrated(hospital: Path) -> None:
    table = read_truth(hospital, "image_ceiling")
    gap = (table["present"].astype(float) - table["probability"]).sum()
    assert abs(gap) / np.sqrt((table["probability"] * (1 - table["probability"])).sum()) < 3.5


def test_the_fast_reader_agrees_with_the_definition() -> None:
    block = draw_block(CONFIG, draw_shared(CONFIG), 0)
    images = draw_images(CONFIG, block.films, 0)
    given = inputs(block.films)[images.film]
    best = Reader(given, images.vectors, CONFIG.noise)
    changed = given.copy()
    changed[:, 2 : 4 * len(findings()) : len(findings())] = (1, 0, 1, 2 / 3)
    plain = [-((images.vectors - encode(g)) ** 2).sum(1) / (2 * CONFIG.noise**2) for g in (changed, given)]
    kept = best.finding(2, (1, 0, 1, 2 / 3))
    absent = ~block.films.present[images.film, 2]
    assert np.allclose((kept - best.finding(2, (0, 0, 0, 0)))[absent], (plain[0] - plain[1])[absent], atol=1e-2)


def test_more_noise_leaves_less_certainty() -> None:
    shared = draw_shared(CONFIG)
    certain = []
    for noise in (1.0, 8.0):
        config = dataclasses.replace(CONFIG, noise=noise)
        block = draw_block(config, shared, 0)
        images = draw_images(config, block.films, 0)
        best = reader(block.films, images, noise)
        told = posteriors(best, device_odds(best))
        certain.append(float(np.abs(told - block.films.present[images.film]).mean()))
    assert certain[0] < certain[1] / 10


def test_embeddings_name_the_studies_of_the_export(hospital: Path) -> None:
    table = pq.read_table(hospital / "embeddings" / "embeddings.parquet")
    assert table.column_names == [
        "patient_id", "study_id", "image_id", "time", "modality", "body_part", "view", "encoder", "embedding",
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


def test_a_film_shows_devices_where_it_has_the_finding(hospital: Path) -> None:
    shown = read_truth(hospital, "image_devices")
    findings_true = read_truth(hospital, "image_findings")
    assert set(shown["study_id"]) == set(findings_true[findings_true["finding"] == "device"]["study_id"])
    assert not shown.duplicated(["study_id", "kind"]).any()
    assert (shown["side"].notna() == ~shown["kind"].isin(["et_tube", "gastric_tube"])).all()


def test_devices_lie_badly_as_often_as_the_data_say() -> None:
    every = np.ones(20_000, bool)
    drawn = draw_devices(1, 0, every, np.arange(20_000) % 3)
    bad = (drawn.bad & drawn.present).sum(0) / drawn.present.sum(0)
    assert np.allclose(bad, [kind["bad"] for kind in kinds().values()], atol=0.03)
    tube = list(kinds()).index("et_tube")
    assert drawn.present[0::3, tube].mean() > 0.2  # a critical stay
    assert not drawn.present[2::3, tube].any()  # outside hospital
    assert abs(sum(each.share for each in together()) - 1) < 1e-9


def test_devices_have_a_calibrated_ceiling() -> None:
    """Summed over blocks: as many are there, to the left, badly placed, as the best reader expects."""
    shared, gaps, spread = draw_shared(CONFIG), np.zeros(3), np.zeros(3)
    for number in range(6):
        block = draw_block(CONFIG, shared, number)
        images, d = draw_images(CONFIG, block.films, number), block.films.devices
        told = device_odds(reader(block.films, images, CONFIG.noise))
        here = d.present[images.film]
        for at, (true, chance) in enumerate((
            (here, told.present), (d.left[images.film][here & sided()], told.left[here & sided()]),
            (d.bad[images.film][here], told.bad[here]),
        )):  # fmt: skip
            gaps[at] += true.sum() - chance.sum()
            spread[at] += (chance * (1 - chance)).sum()
    assert (np.abs(gaps) < 3.5 * np.sqrt(spread)).all()


def test_devices_change_no_embedding_of_a_film_without_one() -> None:
    """The network's first 52 rows are those of earlier versions: the first numbers of a film with cardiomegaly."""
    given = np.zeros((1, 4 * len(findings()) + 4 * len(kinds())))
    given[0, 0] = 1
    assert np.allclose(encode(given)[0, :4], PINNED, atol=1e-5)


def test_of_each_report_the_film_is_known(hospital: Path) -> None:
    notes = read_truth(hospital, "notes")
    films = notes[notes["kind"] == "radiology"]
    assert set(films["study_id"]) == set(read_csv(hospital, "imaging_studies")["Id"])
    assert notes[notes["kind"] != "radiology"]["study_id"].isna().all()


def test_reports_state_devices_as_they_are(hospital: Path) -> None:
    facts = read_truth(hospital, "note_facts")
    said = facts[facts["kind"] == "device"].merge(read_truth(hospital, "notes")[["note_id", "study_id"]], on="note_id")
    true = read_truth(hospital, "image_devices").fillna("").set_index(["study_id", "kind"])
    assert set(zip(said["study_id"], said["value"], strict=True)) == set(true.index)
    for study, kind, told in zip(said["study_id"], said["value"], said["code"], strict=True):
        side, position = told.split("|")
        assert side in ("", true.at[(study, kind), "side"])
        assert position in ("", true.at[(study, kind), "position"])
        assert position or true.at[(study, kind), "position"] == "good"


def test_a_finding_without_sentences_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all({"present", "absent"} <= set(radiology.sentences(name)) for name in findings() if name != "device")
    monkeypatch.setattr(radiology, "findings", lambda: {"ghost": None})
    with pytest.raises(ConfigError, match=r"no sentences for ghost of findings\.yaml"):
        radiology.sentences("ghost")
