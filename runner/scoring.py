"""How right predictions of outcomes were: measures with intervals over persons, task by task, target by target."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from contract.errors import InputError
from eval import risk
from eval.resampling import Estimate, draws

KEYS = ("encounter_id", "task", "target", "prediction_time")
PERSONS = ("patient_id", "subject_id")
FEWEST = 5  # positives, and negatives, of a figure that is shown
MEASURES = {
    "AUROC": risk.auroc, "AUPRC": risk.auprc, "Brier": risk.brier, "ECE": risk.ece, "O/E": risk.observed_expected,
}  # fmt: skip


def scored(pred: Path, gold: Path | None) -> Iterator[str]:
    """Lines for a person to read."""
    said = _joined(_read(pred), _read(gold)) if gold else _read(pred).rename(columns={"observed": "label"})
    _require(said, ("label", "probability", "task", "prediction_time"), pred)
    seen = said.get("in_training", pd.Series(False, said.index)).fillna(False).astype(bool)
    if seen.any():
        yield f"{seen.sum():,} predictions of persons who taught the model are left out"
    known = said[~seen & said["label"].notna() & said["probability"].notna()]
    yield f"{len(known):,} of {len(said):,} predictions have a known outcome"
    target = known["target"].fillna("") if "target" in known else pd.Series("", known.index)
    for name, rows in known.groupby((known["task"].astype(str) + " " + target).str.strip(), sort=True):
        yield from _told(str(name), rows)


def _told(name: str, rows: pd.DataFrame) -> Iterator[str]:
    label, probability = rows["label"].to_numpy(float), rows["probability"].to_numpy(float)
    positives = int(label.sum())
    if min(positives, len(label) - positives) < FEWEST:
        yield f"{name}: fewer than {FEWEST} with it, or without it: no figures"
        return
    weights = draws(rows[_person(rows)].astype(str).tolist())
    figures = {key: risk.estimate(measure, label, probability, weights) for key, measure in MEASURES.items()}
    yield f"{name}: {len(label):,} predictions, {positives:,} with it"
    yield "  " + "; ".join(f"{key} {_shown(figure)}" for key, figure in figures.items())
    if "decision" in rows and rows["decision"].notna().any():
        yield f"  {_decisions(rows)}"


def _decisions(rows: pd.DataFrame) -> str:
    said, label = rows["decision"], rows["label"].astype(bool)
    missed, alarmed = (said == "no")[label].mean(), (said == "yes")[~label].mean()
    none = (said == "abstain").mean()
    return f"decisions: no to {missed:.1%} of those with it, yes to {alarmed:.1%} of those without, none for {none:.1%}"


def _shown(figure: Estimate) -> str:
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def _joined(pred: pd.DataFrame, gold: pd.DataFrame) -> pd.DataFrame:
    """Predictions with their labels. What is in one of the two alone is counted by the caller."""
    keys = [key for key in (*KEYS, *PERSONS) if key in pred and key in gold]
    if not set(keys) & {"encounter_id", *PERSONS} or "label" not in gold:
        raise InputError(
            "the gold file needs a column label, and at least one of encounter_id, subject_id, patient_id that the "
            f"predictions have too; found {', '.join(gold.columns)}."
        )
    for key in keys:
        kind = "datetime64[us]" if key == "prediction_time" else str
        pred[key], gold[key] = (_typed(each[key], kind) for each in (pred, gold))
    if gold.duplicated(keys).any():
        raise InputError(f"the gold file has several rows of the same {', '.join(keys)}; expected one label each.")
    return pred.drop(columns=["observed"], errors="ignore").merge(gold[[*keys, "label"]], on=keys, how="left")


def _typed(column: pd.Series, kind: type | str) -> pd.Series:
    if kind is not str:
        return pd.to_datetime(column).astype("datetime64[us]")
    return column.where(column.isna(), column.astype(str))


def _read(path: Path) -> pd.DataFrame:
    if not path.exists():
        raise InputError(f"{path} is not there.")
    if path.suffix == ".csv":
        return pd.read_csv(path)
    try:
        found: pd.DataFrame = ds.dataset(path, format="parquet").to_table().to_pandas()
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path.name} is neither .csv nor Parquet that can be read.") from error
    return found


def _person(rows: pd.DataFrame) -> str:
    return next((name for name in PERSONS if name in rows), "encounter_id")


def _require(rows: pd.DataFrame, names: Sequence[str], path: Path) -> None:
    absent = [name for name in names if name not in rows]
    if absent:
        raise InputError(f"{path.name}: column(s) {', '.join(absent)} are absent; found {', '.join(rows.columns)}.")
    wrong = set(np.unique(rows["label"].dropna().astype(float))) - {0.0, 1.0}
    if wrong:
        raise InputError(f"labels are 1, 0 or empty; found {', '.join(map(str, sorted(wrong)[:5]))}.")
