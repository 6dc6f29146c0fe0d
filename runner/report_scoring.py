"""How good draft reports were: findings with intervals, the gaming baselines beside them, errors by kind."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from contract.errors import InputError
from eval.resampling import Estimate
from imaging.judging.errors import KINDS, Judge
from imaging.judging.gaming import reportable, suite
from imaging.judging.score import ReportScore, score

KEY, OTHER_KEY = "study_id", "uid"
PARTS = ("findings", "impression")
FEWEST = 10  # reports, for figures
SHOWN = {
    "score": "score (beyond chance, all equal)", "finding_f1": "finding F1", "side_f1": "with side",
    "severity_f1": "with severity", "position_f1": "with position", "all_f1": "with all",
    "abnormal_missed": "abnormal studies missed",
}  # fmt: skip


@dataclass(frozen=True)
class Pairs:
    """Reports of the same studies; how many lie on one side only, and how many drafts say nothing."""

    references: list[str]
    drafts: list[str]
    only_gold: int
    only_pred: int
    silent: int


def scored(pred: Path, gold: Path) -> Iterator[str]:
    """Lines for a person to read; no text of a report is among them."""
    pairs = paired(_texts(_read(gold), gold), _texts(_read(pred), pred))
    yield f"{len(pairs.references):,} studies have a reference and a draft"
    for many, what in (
        (pairs.only_gold, "references have no draft, and are left out"),
        (pairs.only_pred, "drafts have no reference, and are left out"),
        (pairs.silent, "drafts are empty, and count as reports that state nothing"),
    ):
        if many:
            yield f"{many:,} {what}"
    if len(pairs.references) < FEWEST:
        yield f"fewer than {FEWEST}: no figures"
        return
    yield from _told(pairs)
    yield from _errors(pairs)


def paired(gold: pd.Series, pred: pd.Series) -> Pairs:
    both = [study for study in gold.index if study in pred.index]
    drafts = [pred[study] for study in both]
    return Pairs(
        [gold[study] for study in both], drafts, len(gold) - len(both), len(pred) - len(both),
        sum(not text.strip() for text in drafts),
    )  # fmt: skip


def _told(pairs: Pairs) -> Iterator[str]:
    found = score(pairs.references, pairs.drafts)
    for name, said in SHOWN.items():
        yield f"{said}: {_shown(getattr(found, name))}"
    for name, (figure, wanted) in sorted(found.by_finding.items(), key=lambda each: -each[1][1]):
        yield f"  {name}: {_shown(figure)}, stated in {wanted:,}"
    gaming = {name: score(pairs.references, drafts) for name, drafts in suite(pairs.references).items()}
    yield "gaming baselines, made from the references (score; finding F1):"
    for name, each in gaming.items():
        yield f"  {name}: {_shown(each.score)}; {_shown(each.finding_f1)}"
    yield from _warned(found, gaming)


def _warned(found: ReportScore, gaming: dict[str, ReportScore]) -> Iterator[str]:
    won = [name for name, each in gaming.items() if not reportable(found.score, [each.score])]
    if won:
        yield f"not to be reported as quality: {', '.join(won)} reached the interval of the score"


def _errors(pairs: Pairs) -> Iterator[str]:
    judge = Judge()
    every = [judge.errors(reference, draft) for reference, draft in zip(pairs.references, pairs.drafts, strict=True)]
    kinds = Counter(each.kind for errors in every for each in errors)
    reports = Counter(kind for errors in every for kind in {each.kind for each in errors})
    yield f"errors: {sum(kinds.values()):,}; {sum(not each for each in every):,} drafts have none"
    for kind in KINDS:
        yield f"  {kind}: {kinds[kind]:,} in {reports[kind]:,} drafts"


def _shown(figure: Estimate) -> str:
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def _texts(rows: pd.DataFrame, path: Path) -> pd.Series:
    """Text by study."""
    key = KEY if KEY in rows else OTHER_KEY
    parts = ["text"] if "text" in rows else [name for name in PARTS if name in rows]
    if key not in rows or not parts:
        raise InputError(
            f"{path.name}: expected the columns study_id (or uid) and text (or findings, impression); found "
            f"{', '.join(rows.columns)}."
        )
    studies = rows[key].astype(str)
    if rows[key].isna().any() or studies.duplicated().any():
        raise InputError(f"{path.name}: {key} is empty or stands twice in some rows; expected one report a study.")
    texts = rows[parts].fillna("").astype(str).agg("\n".join, axis=1).str.strip()
    return pd.Series(texts.to_numpy(), index=studies.to_numpy())


def _read(path: Path) -> pd.DataFrame:
    if not path.exists():
        raise InputError(f"{path} is not there.")
    try:
        if path.suffix == ".csv":
            return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
        found: pd.DataFrame = ds.dataset(path, format="parquet").to_table().to_pandas()
    except (pa.ArrowException, OSError, ValueError):
        raise InputError(f"{path.name} is neither .csv nor Parquet that can be read.") from None
    return found
