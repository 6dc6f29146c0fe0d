"""Where else a person may be: releases that hold them, and networks that were trained on identifiable notes."""

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from runner.config import Config

PROJECTS, CROSSWALK = "phi-releases", "crosswalk.parquet"
HEATMAPS = "phi-heatmaps"


def releases(lake: Path, subjects: Sequence[int]) -> list[str]:
    """Names of the releases that hold the person, revoked ones too: whoever got one may still have it."""
    return [path.parent.name for path in _crosswalks(lake) if _whose(pq.read_table(path), subjects).sum()]


def cut(lake: Path, subjects: Sequence[int]) -> None:
    """The person's rows leave the releases' crosswalks: nobody can tell any more which released rows are theirs."""
    for path in _crosswalks(lake):
        rows = pq.read_table(path)
        gone = _whose(rows, subjects)
        if gone.sum():
            part = path.with_name(f".{path.name}.part")
            part.touch(mode=0o600)
            pq.write_table(rows.filter(pa.array(~gone)), part)
            part.rename(path)


def _crosswalks(lake: Path) -> list[Path]:
    return sorted((lake / PROJECTS).glob(f"[!.]*/{CROSSWALK}"))


def _whose(rows: pa.Table, subjects: Sequence[int]) -> np.ndarray:
    ids = pa.array(subjects, pa.int64())
    own, into = (pc.fill_null(pc.is_in(rows[name], ids), False).to_numpy() for name in ("subject_id", "merged_into"))
    found: np.ndarray = own | into
    return found


def artifacts(config: Config) -> list[str]:
    """Folders of networks of the registry that were trained on identifiable notes: what they learned stays in them."""
    found = {folder for place in _named(config) for folder in (place, *place.glob("*/")) if _phi(folder)}
    return sorted(str(folder) for folder in found)


def _named(config: Config) -> Iterator[Path]:
    for pipeline in config.pipelines.values():
        for entry in pipeline.steps.values():
            said = entry.parameters.get("artifact")
            if isinstance(said, str) and said:
                yield config.root / said


def _phi(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / "config.json").read_text(encoding="utf-8")).get("phi"))
    except (OSError, ValueError):
        return False


def sheets(lake: Path, words: set[str]) -> list[Path]:
    """Reviewers' sheets that show a note of the person, by its id."""
    every = (path for path in sorted((lake / "phi-review").rglob("*")) if path.is_file())
    return [path for path in every if any(word in path.read_text(encoding="utf-8", errors="replace") for word in words)]


def clear_heatmaps(lake: Path) -> None:
    """All heat maps of films, for nobody can tell whose they are; they can be drawn again."""
    shutil.rmtree(lake / HEATMAPS, ignore_errors=True)
