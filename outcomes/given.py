"""What a training is handed: a MEDS data set, one Parquet file of events, or the open root of a lake."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from contract.errors import InputError
from outcomes.joined import joined
from outcomes.timeline import Bools, Ints, Timeline

COLUMNS = (
    "subject_id", "time", "code", "numeric_value", "text_value", "encounter_id", "recorded_time",
    "canonical_value", "canonical_unit", "unit", "source", "fhir_id",
)  # fmt: skip
TYPES = {
    "subject_id": pa.int64(), "time": pa.timestamp("us"), "recorded_time": pa.timestamp("us"),
    "numeric_value": pa.float32(), "canonical_value": pa.float32(),
}  # fmt: skip
"""All others are texts."""
HELD_OUT = "held_out"


@dataclass(frozen=True)
class Given:
    rows: pa.Table  # events, those of other tables among them
    held_out: frozenset[int]  # subject_id of persons who may teach nothing
    left_out: int  # rows without subject_id or code

    def judged(self, timeline: Timeline, subject: Ints) -> Bools:
        """Of places in Timeline.subjects: whether the person is held out."""
        return np.isin(timeline.subjects, np.array(sorted(self.held_out), np.int64))[subject]


def given(path: Path, join: Sequence[str] = ()) -> Given:
    """`path`: a .parquet file, a folder with data/ (MEDS), or one with timeline/ (lake/open, lake/phi)."""
    root, timeline = _found(path)
    shard = {"timeline": _table(timeline, COLUMNS)}
    for name in join:
        if root is None or not (root / name).is_dir():
            raise InputError(f"{path} has no table {name} to join; expected a folder {name}/ beside timeline/.")
        shard[name] = _table(root / name, ())
    rows = joined(shard, join)
    sound = rows.filter(pc.and_(pc.is_valid(rows["subject_id"]), pc.is_valid(rows["code"])))
    held_out = _held_out(timeline.parent / "metadata" / "subject_splits.parquet")
    return Given(sound, held_out, len(rows) - len(sound))


def _found(path: Path) -> tuple[Path | None, Path]:
    """The root, where there is one, and the file or folder of events."""
    if path.is_file():
        return None, path
    for place in (path / "timeline" / "data", path / "open" / "timeline" / "data", path / "data"):
        if place.is_dir():
            root = place.parents[1] if place.parent.name == "timeline" else None
            return root, place
    raise InputError(
        f"{path} holds no timeline. Expected a .parquet file of MEDS events, a MEDS data set (a folder with data/), "
        "or the root of a lake (lake/open, with timeline/)."
    )


def _table(path: Path, columns: Sequence[str]) -> pa.Table:
    try:
        found = ds.dataset(path, format="parquet")
        rows = found.to_table([name for name in columns if name in found.schema.names] if columns else None)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path.name} cannot be read as Parquet: {type(error).__name__}.") from error
    absent = [name for name in ("subject_id", "time", "code", "numeric_value") if name not in rows.column_names]
    if columns and absent:
        raise InputError(f"{path.name} is no MEDS timeline: column(s) {', '.join(absent)} are absent.")
    return _typed(rows, path) if columns else rows


def _typed(rows: pa.Table, path: Path) -> pa.Table:
    """Whole numbers, times, texts and numbers where MEDS has them, whatever type they came in."""
    for at, name in enumerate(rows.column_names):
        kind = TYPES.get(name, pa.string())
        try:
            column = rows[name].cast(kind, safe=pa.types.is_integer(kind))
        except pa.ArrowException:
            raise InputError(
                f"{path.name}: column {name} is {rows.schema.field(name).type}; expected what can be read as {kind}."
            ) from None  # its text quotes a cell
        rows = rows.set_column(at, name, column)
    return rows


def _held_out(path: Path) -> frozenset[int]:
    """Nobody, where the data set draws no splits."""
    if not path.is_file():
        return frozenset()
    splits = ds.dataset(path, format="parquet").to_table(["subject_id", "split"])
    return frozenset(splits.filter(ds.field("split") == HELD_OUT)["subject_id"].to_pylist())
