"""Through the stage: what is known later, other persons and the cut of a shard change no byte of a prediction."""

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from outcomes.stage import PredictOutcomes
from outcomes.train import Training, train
from tests.outcomes.ward_file import START, TASK, ward, write

AT = START + timedelta(hours=24)
SAID = ["subject_id", "prediction_time", "probability", "decision", "contributions", "flags"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> PredictOutcomes:
    home = tmp_path_factory.mktemp("asof")
    (home / "death.yaml").write_text(TASK)
    train([str(home / "death.yaml")], write(home / "meds"), home / "art", Training(phi=False))
    return PredictOutcomes(artifacts=str(home / "art"))


def said(stage: PredictOutcomes, table: pa.Table) -> list[str]:
    rows = stage.run({"timeline": table})["outcomes"].select(SAID).to_pylist()
    return [repr(row) for row in rows if row["prediction_time"] == AT]  # NaN is itself


def test_later_codes_decide_nothing(stage: PredictOutcomes) -> None:
    table = ward()
    late = np.array([time > AT for time in table["time"].to_pylist()])
    codes = np.where(late, "LOCAL//unheard", table["code"].to_numpy(zero_copy_only=False))
    ends = np.array([code.startswith("HOSPITAL_DIS") for code in table["code"].to_pylist()])
    codes = np.where(ends, table["code"].to_numpy(zero_copy_only=False), codes)
    many = pa.concat_tables([table, *[table.filter(pa.array(late & ~ends))] * 20])
    strange = pa.array([*codes, *["LOCAL//unheard"] * (len(many) - len(table))])
    assert said(stage, many.set_column(2, "code", strange)) == said(stage, table)


def test_a_person_alone_and_among_others(stage: PredictOutcomes) -> None:
    table = ward()
    among = said(stage, table)
    alone = [
        row
        for person in range(1, 21)
        for row in said(stage, table.filter(pa.array([p == person for p in table["subject_id"].to_pylist()])))
    ]
    assert alone == among[:20]
