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
PERSON = "subject_id"
FEWEST = 5  # positives, and negatives, of a figure that is shown
MEASURES = {
    "AUROC": risk.auroc, "AUPRC": risk.auprc, "Brier": risk.brier, "ECE": risk.ece, "O/E": risk.observed_expected,
}  # fmt: skip


def scored(pred: Path, gold: Path | None) -> Iterator[str]:
    """Lines for a person to read."""
    said = _read(pred)
    if gold:
        said, alone = _joined(said, _read(gold))
        if alone:
            yield f"{alone:,} labels belong to no prediction"
    else:
        said = said.rename(columns={"observed": "label"})
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
    weights = draws(rows[PERSON if PERSON in rows else "encounter_id"].astype(str).tolist())
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


def _joined(pred: pd.DataFrame, gold: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Predictions with their labels, and how many labels belong to none of them."""
    keys = [key for key in (*KEYS, PERSON) if key in pred and key in gold]
    if not set(keys) & {"encounter_id", PERSON} or "label" not in gold:
        raise InputError(
            "the gold file needs a column label, and at least one of encounter_id, subject_id, patient_id that the "
            f"predictions have too; found {', '.join(gold.columns)}."
        )
    for name in ("task", "target"):
        if name not in keys and name in pred and pred[name].nunique(dropna=False) > 1:
            raise InputError(f"the predictions are of several {name}s, so the gold file needs a column {name} too.")
    for key in keys:
        pred[key], gold[key] = (_typed(each[key], key) for each in (pred, gold))
    if gold.duplicated(keys).any():
        raise InputError(f"the gold file has several rows of the same {', '.join(keys)}; expected one label each.")
    both = pred.drop(columns=["observed", "label"], errors="ignore").merge(
        gold[[*keys, "label"]].assign(place=range(len(gold))), on=keys, how="left"
    )
    return both, len(gold) - both["place"].nunique()


def _typed(column: pd.Series, key: str) -> pd.Series:
    """Texts, but for times; a whole number that an empty cell made a float is whole again."""
    if key == "prediction_time":
        try:
            return pd.to_datetime(column, utc=True, format="ISO8601").dt.tz_localize(None).astype("datetime64[us]")
        except (ValueError, TypeError):
            raise InputError("prediction_time is no time; expected ISO 8601, such as 2024-03-02T08:00:00.") from None
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    return column.astype(object).where(column.isna(), column.astype(str)).where(column.notna(), None)


def _read(path: Path) -> pd.DataFrame:
    if not path.exists():
        raise InputError(f"{path} is not there.")
    try:
        csv = path.suffix == ".csv"
        found: pd.DataFrame = pd.read_csv(path) if csv else ds.dataset(path, format="parquet").to_table().to_pandas()
    except (pa.ArrowException, OSError, ValueError):
        raise InputError(f"{path.name} is neither .csv nor Parquet that can be read.") from None
    return found if PERSON in found else found.rename(columns={"patient_id": PERSON})


def _require(rows: pd.DataFrame, names: Sequence[str], path: Path) -> None:
    absent = [name for name in names if name not in rows]
    if absent:
        raise InputError(f"{path.name}: column(s) {', '.join(absent)} are absent; found {', '.join(rows.columns)}.")
    for name, right in (("label", "1, 0 or empty"), ("probability", "a number from 0 to 1")):
        values = pd.to_numeric(rows[name].dropna().astype(object), errors="coerce").to_numpy(float)
        wrong = ~np.isin(values, (0, 1)) if name == "label" else ~((values >= 0) & (values <= 1))
        if wrong.any():
            raise InputError(f"{path.name}: {int(wrong.sum()):,} cells of {name} are not {right}.")
