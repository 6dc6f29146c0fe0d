"""What moved predictions, one figure each, on one page: of the riskiest, or of one encounter."""

import os
from collections.abc import Hashable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from contract.errors import InputError
from eval.drawing.style import css
from outcomes.trust.plots import explained
from store.parquet import make_folder

COLUMNS = ("encounter_id", "task", "target", "prediction_time", "probability", "decision", "contributions")


def explain(pred: Path, out: Path, task: str, encounter: str, most: int) -> int:
    """Figures drawn. The page tells of persons: only its owner may read it."""
    rows = _read(pred)
    rows = rows[rows["contributions"].map(lambda parts: parts is not None and len(parts) > 0)]
    if task:
        rows = rows[rows["task"] == task]
    if encounter:
        rows = rows[rows["encounter_id"].astype(str) == encounter]
    if rows.empty:
        raise InputError(
            f"{pred.name}: no prediction with contributions is left to draw; see the tasks and encounters that "
            "the file holds, and the parameter explain of the step."
        )
    shown = rows.sort_values(["probability", "prediction_time"], ascending=[False, True], kind="stable").head(most)
    figures = "".join(_figure(row) for row in shown.to_dict("records"))
    page = f"<!doctype html><html lang=en><meta charset=utf-8><title>Why</title><style>{css()}</style><body>{figures}"
    make_folder(out.parent, phi=True)
    out.unlink(missing_ok=True)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(page)
    return len(shown)


def _figure(row: Mapping[Hashable, Any]) -> str:
    said = [str(row["task"]), str(row["target"]) if row["target"] else "", str(row["prediction_time"])]
    title = f"{' '.join(part for part in said if part)}: {row['probability']:.1%}, {row['decision']}"
    parts = [(one["feature"], float(one["value"]), float(one["shap"])) for one in row["contributions"]]
    return f"<h2>{escape(title)}</h2><p>{escape(str(row['encounter_id']))}</p>{explained(parts).svg}"


def _read(path: Path) -> pd.DataFrame:
    if not path.exists():
        raise InputError(f"{path} is not there; expected outcomes.parquet, or a folder of such files.")
    try:
        rows = ds.dataset(path, format="parquet").to_table()
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path.name} cannot be read as Parquet ({type(error).__name__}).") from error
    absent = [name for name in COLUMNS if name not in rows.column_names]
    if absent:
        raise InputError(f"{path.name} holds no outcomes: column(s) {', '.join(absent)} are absent.")
    found: pd.DataFrame = rows.select(list(COLUMNS)).to_pandas()
    found["target"] = found["target"].fillna("")
    return found
