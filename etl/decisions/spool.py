"""One pass over files of decisions: good lines to the batch of their person, bad ones to quarantine."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from contract.work import TALLIED, TALLY, Group, Shard, Spooled
from etl.decisions.line import MESSAGES, Broken, parsed
from schemas.night import QUARANTINE
from schemas.results import DECISIONS

RAW = "decisions"
BOM = b"\xef\xbb\xbf"
REJECTED = pa.schema([field for field in QUARANTINE.schema if field.name != "source"])
SPOOLED = pa.schema(
    [*(field for field in DECISIONS.schema if field.name not in ("source", "arrival")), ("ordinal", pa.int64())]
)


@dataclass
class Pass:
    group: Group
    homes: dict[str, tuple[int, int, int, int]]  # key -> origin, subject, ordinal, batch
    seen: dict[str, bytes] = field(default_factory=dict)
    rows_in: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    held: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, group: Group, homes: pa.Table) -> "Pass":
        columns = (homes[name].to_pylist() for name in ("key", "origin_id", "subject_id", "ordinal", "batch"))
        return cls(group, {key: tuple(rest) for key, *rest in zip(*columns, strict=True)})

    def run(self, folder: Path) -> Spooled:
        for file in self.group.files:
            for number, raw in lines(file):
                self._take(file.name, number, raw)
        for batch, rows in self.held.items():
            pq.write_table(pa.Table.from_pylist(rows, schema=SPOOLED), place(folder, batch))
        good = sum(map(len, self.held.values()))
        return Spooled(
            {RAW: self.rows_in},
            {RAW: good},
            sorted(self.held),
            pa.Table.from_pylist(self.rejected, schema=REJECTED),
        )

    def _take(self, file: str, number: int, raw: bytes) -> None:
        self.rows_in += 1
        try:
            row = parsed(raw)
            home = self._home(row, raw)
        except Broken as fault:
            self._reject(file, number, raw, fault)
            return
        origin, subject, ordinal, batch = home
        origins = {"origin_id": origin, "source_group": self.group.name, "source_file": file, "source_line": number}
        self.held.setdefault(batch, []).append({**row, **origins, "subject_id": subject, "ordinal": ordinal})

    def _home(self, row: dict[str, Any], raw: bytes) -> tuple[int, int, int, int]:
        """A line that came twice is taken twice: the night counts one of them as a duplicate."""
        if self.seen.setdefault(row["decision_id"], raw.strip()) != raw.strip():
            raise Broken("decision-repeated", "decision_id")
        home = self.homes.get(str(row["subject_id"]))
        if home is None:
            raise Broken("unknown-patient", "subject_id")
        return home

    def _reject(self, file: str, number: int, raw: bytes, fault: Broken) -> None:
        self.rejected.append(
            {
                "source_group": self.group.name,
                "file": file,
                "line": number,
                "target": RAW,
                "column": fault.field or None,
                "rule": fault.rule,
                "message": MESSAGES[fault.rule],
                "raw": raw.decode("utf-8", "backslashreplace"),
            }
        )


def lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """(number, line) of the lines that are not blank."""
    with file.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            line = raw.removeprefix(BOM) if number == 1 else raw
            if line.strip():
                yield number, line.rstrip(b"\r\n")


def place(folder: Path, batch: int) -> Path:
    return folder / f"decisions-{batch}.parquet"


def read(folder: Path, batch: int) -> Shard:
    path = place(folder, batch)
    if not path.exists():
        return {TALLY: TALLIED.empty_table()}
    rows = pq.read_table(path).sort_by([("ordinal", "ascending"), ("time", "ascending"), ("decision_id", "ascending")])
    said = [{"table": RAW, "became": "resources"}, {"table": DECISIONS.name, "became": "made"}]
    tally = pa.Table.from_pylist([{**each, "rows": len(rows)} for each in said], TALLIED)
    return {DECISIONS.name: rows.drop_columns(["ordinal"]), TALLY: tally}
