"""The same rows and the same task through es-aces, and the answer in plain tuples."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import ruamel.yaml

Row = tuple[Any, ...]


def answer(task: dict[str, Any], table: pa.Table, folder: Path) -> list[Row]:
    """Sorted: subject, trigger, index time, label, and of each window its two ends and the counts of all predicates."""
    import polars as pl
    from aces.config import TaskExtractorConfig
    from aces.predicates import get_predicates_df
    from aces.query import query
    from omegaconf import DictConfig

    path, data = folder / "task.yaml", folder / "data.parquet"
    ruamel.yaml.YAML(typ="safe", pure=True).dump(task, path)
    pq.write_table(table, data)
    config = TaskExtractorConfig.load(path)
    counts = get_predicates_df(config, DictConfig({"path": str(data), "standard": "meds"}))
    result = query(config, counts)
    if result.is_empty():
        return []
    result = result.filter(pl.col("trigger").is_not_null())  # what es-aces leaves of a window that was not reached
    return sorted(row(config, one) for one in result.to_dicts())


def row(config: Any, one: dict[str, Any]) -> Row:
    windows = []
    for name, window in config.windows.items():
        summary = one[f"{name}.{'start' if window.root_node == 'end' else 'end'}_summary"]
        ends = sorted((summary.pop("timestamp_at_start"), summary.pop("timestamp_at_end")))
        summary.pop("window_name")
        windows.append((name, *ends, *((key, summary[key]) for key in sorted(summary))))
    return one["subject_id"], one["trigger"], one.get("index_timestamp"), one.get("label"), *sorted(windows)
