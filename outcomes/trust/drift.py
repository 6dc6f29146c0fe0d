"""The summary of drift: how far inputs and calibration have moved since training, over all predictions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from contract.errors import ConfigError
from contract.work import Shard
from outcomes.trust import measures
from outcomes.trust.measures import Levels, Row
from outcomes.trust.reference import Reference, read
from outcomes.trust.tallies import SUMS, TALLIES, added, partial
from schemas.drift import OUTCOME_DRIFT
from schemas.registry import table

CODE_VERSION = "1"  # raise it when the same rows give another table
FILE = "drift.json"


@dataclass
class WatchDrift:
    """A Summary: reads outcomes and timeline, writes outcome_drift; no clock, and no count below 5.

    artifacts: the folder of `PredictOutcomes`; drift.json of each artifact says what its task was at training. Without
    it calibration alone is watched. alpha: the chance of a false alarm: of calibration ever, of inputs each night.
    """

    artifacts: str = ""
    alpha: float = 0.01
    _root: Path = field(default=Path(), init=False, repr=False)

    reads: ClassVar[tuple[str, ...]] = ("outcomes", "timeline")
    writes: ClassVar[tuple[str, ...]] = (OUTCOME_DRIFT.name,)

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ConfigError(f"alpha is {self.alpha}; expected a chance between 0 and 1, such as 0.01.")

    def anchor(self, root: Path) -> None:
        """What the folder is told from."""
        self._root = root

    @property
    def version(self) -> str:
        """Another training is another reference."""
        texts = "".join(reference.written() for reference in self._references.values())
        return f"{CODE_VERSION}-{sha256(texts.encode()).hexdigest()[:8]}"

    @cached_property
    def _references(self) -> dict[str, Reference]:
        home = self._root / self.artifacts
        paths = sorted([*home.glob(FILE), *home.glob(f"[!.]*/{FILE}")]) if self.artifacts else []
        found = (read(path.read_text(encoding="utf-8")) for path in paths)
        return {reference.task: reference for reference in found}

    def partial(self, shard: Shard) -> Shard:
        held = {name: shard[name] if name in shard else table(name).empty() for name in self.reads}
        return partial(held["outcomes"], held["timeline"], list(self._references.values()))

    def merge(self, partials: Iterable[Shard]) -> Shard:
        parts = list(partials)
        sums = {
            name: added(pa.concat_tables([schema.empty_table(), *(p[name] for p in parts if name in p)]), schema)
            for name, schema in TALLIES.items()
        }
        rows = [row for model in _models(sums) for row in self._rows(*model)]
        order = [(name, "ascending") for name in OUTCOME_DRIFT.order]
        return {OUTCOME_DRIFT.name: pa.Table.from_pylist(rows, schema=OUTCOME_DRIFT.schema).sort_by(order)}

    def _rows(self, task: str, artifact: str, held: dict[str, list[Row]]) -> Iterator[Row]:
        """Of one model: its targets, then its inputs."""
        stays: dict[int, float] = defaultdict(float)
        first = min((row["target"] for row in held["risks"]), default="")
        for row in held["risks"]:
            stays[row["month"]] += row["stays"] if row["target"] == first else 0
        name = measures.periods(stays)
        reference = self._references.get(task)
        for target in sorted({row["target"] for row in held["risks"]}):
            mine = [row for row in held["risks"] if row["target"] == target]
            told = _told(reference, target)
            for row in measures.risks(_summed(mine, name, SUMS), told, Levels(self.alpha)):
                yield {**row, "task": task, "target": target, "artifact": artifact}
        for row in self._inputs(held, name, stays, reference) if reference else ():
            yield {**row, "task": task, "target": "", "artifact": artifact}

    def _inputs(
        self, held: dict[str, list[Row]], name: Any, stays: dict[int, float], reference: Reference
    ) -> Iterator[Row]:
        by_input: dict[str, list[Row]] = defaultdict(list)
        for row in held["inputs"]:
            by_input[row["input"]].append(row)
        tests = 2 * max(len(by_input), 1) * (len({name(month) for month in stays}) + 1) / self.alpha
        for one in reference.inputs:
            counts = {name(row["month"]): [0.0] * len(one.shares) for row in by_input[one.code]}
            for row in by_input[one.code]:
                counts[name(row["month"])][row["bin"]] += row["stays"]
            yield from measures.inputs(one, counts, reference.stays, int(tests))
        shown = _summed([{"month": month, "stays": n} for month, n in stays.items()], name, ["stays"])
        events = _summed(held["codes"], name, ["events", "unseen"])
        yield from measures.codes(events, {period: sums["stays"] for period, sums in shown.items()}, reference.unseen)


def _models(sums: Shard) -> Iterator[tuple[str, str, dict[str, list[Row]]]]:
    held: dict[tuple[str, str], dict[str, list[Row]]] = defaultdict(lambda: {name: [] for name in TALLIES})
    for name, rows in sums.items():
        for row in rows.to_pylist():
            held[row["task"], row["artifact"]][name].append(row)
    for (task, artifact), rows_of in sorted(held.items()):
        yield task, artifact, rows_of


def _summed(rows: Iterable[Row], name: Any, columns: list[str]) -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(columns, 0.0))
    for row in rows:
        for column in columns:
            out[name(row["month"])][column] += row[column]
    return dict(out)


def _told(reference: Reference | None, target: str) -> tuple[float, float] | None:
    if reference is None or target not in reference.targets:
        return None
    place = reference.targets.index(target)
    return reference.probability[place], reference.observed[place]
