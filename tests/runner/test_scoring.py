"""Predictions held against what became of them: joined by what both files have, wrong files refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from contract.errors import InputError
from runner.scoring import scored


def predictions(people: int = 40) -> pd.DataFrame:
    who = np.arange(1, people + 1)
    return pd.DataFrame({
        "subject_id": who, "encounter_id": [f"e{one}" for one in who], "task": "death", "target": None,
        "prediction_time": pd.Timestamp("2024-03-02"), "probability": who / (people + 1), "observed": None,
        "in_training": who == 1,
    })  # fmt: skip


def gold(pred: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({
        "patient_id": pred["subject_id"], "task": pred["task"], "prediction_time": "2024-03-02T01:00:00+01:00",
        "label": (pred["probability"] > 0.5).astype(int),
    })  # fmt: skip


def lines(folder: Path, pred: pd.DataFrame, truth: pd.DataFrame) -> str:
    pred.to_parquet(folder / "pred.parquet")
    truth.to_csv(folder / "gold.csv", index=False)
    return "\n".join(scored(folder / "pred.parquet", folder / "gold.csv"))


def test_labels_find_their_predictions_by_patient_and_time_of_any_zone(tmp_path: Path) -> None:
    said = lines(tmp_path, predictions(), gold(predictions()))
    assert "39 of 40" in said and "AUROC 1.000" in said and "left out" in said and "no prediction" not in said


def test_labels_of_nobody_are_counted_and_empty_cells_lose_no_others(tmp_path: Path) -> None:
    truth = gold(predictions())
    truth["patient_id"] = truth["patient_id"].astype(float)
    truth.loc[2:8, "patient_id"] = [np.nan, *range(900, 906)]
    said = lines(tmp_path, predictions(), truth)
    assert "7 labels belong to no prediction" in said and "32 of 40" in said


def test_one_label_is_not_that_of_every_task(tmp_path: Path) -> None:
    both = pd.concat([predictions(), predictions().assign(task="long_stay")])
    with pytest.raises(InputError, match="column task"):
        lines(tmp_path, both, gold(predictions()).drop(columns="task"))
    many = pd.concat([predictions().assign(target=name) for name in "ab"])
    with pytest.raises(InputError, match="column target"):
        lines(tmp_path, many, gold(predictions()))


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [("label", "Ada", "1, 0 or empty"), ("label", 2, "1, 0"), ("prediction_time", "Ada", "ISO 8601")],
)
def test_wrong_cells_are_counted_and_not_quoted(tmp_path: Path, column: str, value: object, said: str) -> None:
    truth = gold(predictions()).astype({column: object})
    truth.loc[0, column] = value
    with pytest.raises(InputError, match=said) as refused:
        lines(tmp_path, predictions(), truth)
    assert "Ada" not in str(refused.value)


def test_a_probability_is_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="from 0 to 1"):
        lines(tmp_path, predictions().assign(probability=7.0), gold(predictions()))


def test_a_file_that_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "gold.csv").write_bytes(b"\xff\xfe\x00")
    predictions().to_parquet(tmp_path / "pred.parquet")
    with pytest.raises(InputError, match="neither"):
        list(scored(tmp_path / "pred.parquet", tmp_path / "gold.csv"))
