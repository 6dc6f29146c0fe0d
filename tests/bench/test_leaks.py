"""The leakage bench: what it plants is as frozen, cases of one's own are read, a leak that nobody names is missed."""

from pathlib import Path

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.leaks import PLANTERS, VARIANTS, frozen
from bench.leaks_case import Case, judge, missed, of_folders
from bench.leaks_ground import Ground
from contract.errors import InputError
from outcomes.leaks.leak import Leak

STAYS = 300


@pytest.fixture(scope="module")
def ground() -> Ground:
    random = np.random.default_rng(0)
    who = np.repeat(np.arange(STAYS), 6)
    admitted = np.datetime64("2020-01-01", "us") + random.permutation(STAYS) * np.timedelta64(1, "D")
    hours = np.tile([0, 1, 5, 9, 30, 60], STAYS)
    time = admitted[who] + hours * np.timedelta64(3_607, "s")
    codes = ["HOSPITAL_ADMISSION//IMP", "LAB//1", "LAB//2", "LAB//1", "LAB//1", "HOSPITAL_DISCHARGE//HOME"]
    value = np.where(np.isin(hours, [0, 60]), np.nan, np.round(random.normal(50, 9, len(who)), 1))
    names = [f"e{7919 * n % 9973}" for n in range(STAYS)]
    serial = random.permutation(len(who))
    rows = pa.table({
        "subject_id": who, "time": time, "code": codes * STAYS,
        "numeric_value": pa.array(value, pa.float32(), from_pandas=True),
        "text_value": pa.nulls(len(who), pa.large_string()), "encounter_id": [names[n] for n in who],
        "unit": ["u"] * len(who), "recorded_time": time, "fhir_id": [f"Observation/{n}" for n in serial],
    })  # fmt: skip
    rows = rows.filter(pa.array((rows["code"].to_numpy(zero_copy_only=False) != "LAB//2") | (who % 3 > 0)))
    labels = pd.DataFrame({
        "subject_id": np.arange(STAYS), "encounter_id": names, "admitted": admitted,
        "prediction_time": admitted + np.timedelta64(24, "h"), "ended": admitted + np.timedelta64(60 * 3_607, "s"),
        "label": (random.random(STAYS) < 0.3).astype(float),
    })  # fmt: skip
    return Ground("ward", rows, labels)


def test_what_is_planted_is_frozen() -> None:
    frozen()
    assert set(PLANTERS) == set(VARIANTS) and len(PLANTERS) == 10


@pytest.mark.parametrize("kind", PLANTERS)
def test_every_variant_plants_one_leak_and_the_same_one_again(ground: Ground, kind: str) -> None:
    for variant in VARIANTS[kind]:
        first, second = (PLANTERS[kind](ground, variant, np.random.default_rng(4)) for _ in range(2))
        assert len(first.leaks) == 1
        assert first.leaks == second.leaks
        assert first.rows.equals(second.rows)
        same_rows, same_ids = first.rows.equals(ground.rows), len(first.labels) == STAYS
        assert first.columns is not None or not same_rows or not same_ids


def test_cases_of_folders(ground: Ground, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no case"):
        list(of_folders(tmp_path))
    place = tmp_path / "one"
    place.mkdir()
    pq.write_table(ground.rows, place / "timeline.parquet")
    labels = ground.labels[["subject_id", "encounter_id", "prediction_time", "label"]]
    labels.to_parquet(place / "labels.parquet")
    columns = labels[["encounter_id"]].assign(answer=labels["label"] * 3)
    columns.sample(frac=1, random_state=1).to_parquet(place / "columns.parquet")
    (place / "expected.json").write_bytes(orjson.dumps({"leaks": ["answer"]}))
    case = next(of_folders(tmp_path))
    leaks = judge(case)
    assert [leak.what for leak in leaks] == ["answer"]
    assert missed(case, leaks) == []
    assert missed(case, [Leak("copy", "noise")]) == ["answer"]


def test_a_clean_ward_is_clean(ground: Ground) -> None:
    case: Case = ground.case("")
    assert judge(case) == []
