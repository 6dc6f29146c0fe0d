"""The nightly check that features do not look ahead: events of after the index time are edited, and bytes compared."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import ConfigError
from contract.work import Shard, Verdict
from outcomes.features import vocabulary
from outcomes.features.lookahead import lookahead
from outcomes.tasks.select import select
from outcomes.tasks.task import Task, load
from outcomes.timeline import Timeline, ordered, read

TRIED = "tried"
TRIES = pa.schema(
    [("task", pa.string()), ("rows", pa.int64()), ("edited", pa.int64()), ("moved", pa.list_(pa.string()))]
)
WORDS, TASK = "vocabulary.json", "task.yaml"
SHOWN = 5
TIMELINE = "timeline"


@dataclass
class LookAhead:
    """Parameters in pipelines.yaml. artifacts: the folder that `chartloom train outcomes` wrote. sample: predictions
    that are tried of each task and shard, one a person. Without an artifact it passes, and says so."""

    artifacts: str = ""
    sample: int = 50
    _root: Path = field(default=Path(), init=False, repr=False)

    def __post_init__(self) -> None:
        if self.sample < 1:
            raise ConfigError(f"lookahead: sample is {self.sample}, expected a whole number from 1.")

    def anchor(self, root: Path) -> None:
        self._root = root

    @property
    def reads(self) -> tuple[str, ...]:
        return (TIMELINE,)

    def partial(self, shard: Shard) -> Shard:
        rows = shard.get(TIMELINE)
        if rows is None or not len(rows):
            return {TRIED: TRIES.empty_table()}
        return {TRIED: pa.Table.from_pylist(list(self._tried(self._some(rows))), TRIES)}

    def verdict(self, partials: Iterable[Shard]) -> Verdict:
        if not self._places:
            return Verdict(True, ("no artifact of outcomes: nothing was tried for looking ahead.",))
        found: dict[str, tuple[int, int, set[str]]] = {}
        for part in partials:
            for row in part[TRIED].to_pylist():
                rows, edited, moved = found.get(row["task"], (0, 0, set()))
                found[row["task"]] = (rows + row["rows"], edited + row["edited"], moved | set(row["moved"]))
        passed = not any(moved for _, _, moved in found.values())
        return Verdict(passed, tuple(_line(task, *what) for task, what in sorted(found.items())))

    @property
    def _places(self) -> list[Path]:
        """Folders of artifacts that hold a task and a vocabulary of features."""
        home = self._root / self.artifacts
        if not self.artifacts or not home.is_dir():
            return []
        tasks = [*home.glob(TASK), *home.glob(f"[!.]*/{TASK}")]  # as the stage finds them
        return sorted(task.parent for task in tasks if next(task.parent.rglob(WORDS), None))

    def _some(self, rows: pa.Table) -> pa.Table:
        """Of as many persons as predictions are tried; the same ones for the same shard."""
        persons = np.unique(rows["subject_id"].to_numpy())
        chosen = np.random.default_rng(len(rows)).permutation(persons)[: 4 * self.sample]
        return ordered(rows.filter(pc.is_in(rows["subject_id"], pa.array(chosen))))

    def _tried(self, rows: pa.Table) -> Iterator[dict[str, object]]:
        timeline = read(rows)
        for place in self._places:
            task = load(place / TASK)
            for words in sorted(place.rglob(WORDS)):
                yield self._one(task, place.name, (timeline, rows), words)

    def _one(self, task: Task, name: str, held: tuple[Timeline, pa.Table], words: Path) -> dict[str, object]:
        timeline, rows = held
        cohort = select(task, timeline, labelled=False, rows=rows)
        if not len(cohort):
            return {"task": name, "rows": 0, "edited": 0, "moved": []}
        found = lookahead(timeline, cohort, vocabulary.load(words), self.sample)
        return {"task": name, "rows": found.rows, "edited": found.edited, "moved": list(found.moved)}


def _line(task: str, rows: int, edited: int, moved: set[str]) -> str:
    tried = f"{task}: {rows} predictions, {edited} events of after their time edited"
    if not moved:
        return f"{tried}; every feature is the same byte for byte."
    named = ", ".join(sorted(moved)[:SHOWN])
    return (
        f"{tried}; expected the same features, but {len(moved)} changed: {named}. They look into the future: "
        "train without them, or mend recorded_time."
    )
