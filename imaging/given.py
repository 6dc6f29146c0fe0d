"""What a training of drafts is handed: a lake's open root, or embeddings beside the texts of their reports."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.dataset as ds

from contract.errors import InputError
from imaging import pairs
from imaging.handed import embeddings, parquet
from imaging.readable import Expected, expected_of, sorted_out
from imaging.studies import Studies

HELD_OUT = "held_out"
REPORTS = ("reports.parquet", "reports.csv")
LAYOUT = (
    "Expected lake/open of a lake with the tables embeddings, notes and timeline; or a folder with embeddings.parquet "
    "(columns of the table embeddings) and reports.parquet or reports.csv (study_id, text)."
)
Bools = np.ndarray


@dataclass(frozen=True)
class Given:
    """Studies that have a report. `left_out`: why others teach nothing -> how many."""

    studies: Studies
    texts: list[str]
    expected: Expected
    held_out: Bools  # (n,) studies of persons who may teach nothing
    left_out: dict[str, int]


def given(path: Path, encoder: str = "") -> Given:
    """`encoder`: whose embeddings are learned from; empty: those of the most common one."""
    root = path / "open" if (path / "open" / "embeddings").is_dir() else path
    rows, nobody = _named(_embeddings(root))
    expected = expected_of(rows, encoder)
    read = sorted_out(rows, expected)
    lake = (root / "timeline").is_dir()
    texts = _noted(root, read.studies) if lake else _beside(root, read.studies)
    told = np.array([bool(text.strip()) for text in texts], bool)
    why = [reason for flags in read.flags.values() for reason in flags]
    left_out = {
        "images of no patient, study or encoder": nobody,
        "no report": int((~told).sum()),
        **{name: why.count(name) for name in dict.fromkeys(why)},
    }
    studies = read.studies.take(told)
    held = _held_out(root / "timeline" / "metadata" / "subject_splits.parquet")
    lost = {name: many for name, many in left_out.items() if many}
    return Given(studies, [text for text in texts if text.strip()], expected, np.isin(studies.subject_id, held), lost)


def _embeddings(root: Path) -> pa.Table:
    place = root / "embeddings" if (root / "embeddings").is_dir() else root / "embeddings.parquet"
    if not place.exists():
        raise InputError(f"{root} holds no embeddings. {LAYOUT}")
    return embeddings(place)


def _named(rows: pa.Table) -> tuple[pa.Table, int]:
    """In one order, whatever the order of the rows; without, and how many, those of no patient, study or encoder."""
    valid = [pc.is_valid(rows[name]) for name in ("subject_id", "study_id", "encoder")]
    kept = rows.filter(pc.and_(pc.and_(valid[0], valid[1]), valid[2]))
    return kept.sort_by([("study_id", "ascending"), ("image_id", "ascending")]), len(rows) - len(kept)


def _noted(root: Path, studies: Studies) -> list[str]:
    if not (root / "notes").is_dir():
        raise InputError(f"{root} holds no notes, so no report. {LAYOUT}")
    reports = root / "fhir" / "DiagnosticReport"
    timeline = parquet(root / "timeline" / "data")
    return pairs.texts(studies, parquet(root / "notes"), timeline, parquet(reports) if reports.is_dir() else None)


def _beside(root: Path, studies: Studies) -> list[str]:
    found = next((root / name for name in REPORTS if (root / name).is_file()), None)
    if found is None:
        raise InputError(f"{root} holds no reports. {LAYOUT}")
    rows = _reports(found)
    absent = [name for name in ("study_id", "text") if name not in rows.column_names]
    if absent:
        raise InputError(f"{found.name}: no column {', '.join(absent)}; found {', '.join(rows.column_names)}. {LAYOUT}")
    texts = dict(
        zip(rows["study_id"].cast(pa.string()).to_pylist(), rows["text"].cast(pa.string()).to_pylist(), strict=True)
    )
    return [texts.get(str(name)) or "" for name in studies.study_id]


def _reports(path: Path) -> pa.Table:
    if path.suffix != ".csv":
        return parquet(path)
    try:
        words = csv.ConvertOptions(column_types=dict.fromkeys(("study_id", "text"), pa.string()))  # 0012 is no number
        return csv.read_csv(path, parse_options=csv.ParseOptions(newlines_in_values=True), convert_options=words)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path.name} cannot be read as CSV: {type(error).__name__}.") from None  # it quotes cells


def _held_out(path: Path) -> np.ndarray:
    if not path.is_file():
        return np.zeros(0, np.int64)
    splits = ds.dataset(path, format="parquet").to_table(["subject_id", "split"])
    return np.asarray(splits.filter(ds.field("split") == HELD_OUT)["subject_id"].to_numpy(), np.int64)
