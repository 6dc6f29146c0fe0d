"""Rows of embeddings to the batch of their person, bad ones to quarantine; one pass, some thousand rows at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from contract.errors import InputError
from contract.work import Group, Spooled
from etl.embeddings.judge import REQUIRED, Facts, Flags, Ints, Vectors, alone, times
from etl.embeddings.rows import MESSAGES, WORDS, Block, Refusal, Wanted
from schemas.clinical import PHI_EMBEDDINGS
from schemas.night import QUARANTINE

REJECTED = pa.schema([each for each in QUARANTINE.schema if each.name != "source"])
INNER = pa.schema([("patient_id", pa.string()), ("ordinal", pa.int64()), ("row", pa.int64()), ("vector", pa.uint64())])
SPOOLED = pa.schema([*(f for f in PHI_EMBEDDINGS.schema if f.name not in ("source", "arrival")), *INNER])
HOME = ("origin_id", "subject_id", "ordinal", "batch")
CODED = ("modality", "body_part")  # DICOM spells them in capitals
STRANGE = "row(s) of a modality that DICOM does not have: taken, and without it behind the gate"
NOBODY = -1
PLAIN: dict[str, Any] = {"compression": "none", "use_dictionary": False, "write_statistics": False}  # written fast
FAULTS = {"not-finite": "embedding", "no-vector": "embedding", "width": "embedding", "time-format": "time",
          "unknown-patient": "patient_id", "study-of-two": "study_id", "image-repeated": "image_id",
          "study-without-image": "image_id"}  # fmt: skip


@dataclass
class Pass:
    """One group's way into `folder`. `raw`: what the source calls its raw table in the accounts."""

    group: Group
    homes: pa.Table  # contract.work.HOMES
    folder: Path
    wanted: Wanted = field(default_factory=Wanted)
    raw: str = "embeddings"
    _rows: int = 0
    _in: int = 0
    _strange: int = 0
    _facts: Facts = field(default_factory=Facts)
    _rejected: list[dict[str, Any]] = field(default_factory=list)
    _quarantine: list[pa.Table] = field(default_factory=list)
    _writers: dict[int, pq.ParquetWriter] = field(default_factory=dict)

    def run(self, blocks: Iterable[Block | Refusal]) -> Spooled:
        try:
            for each in blocks:
                self._take(each) if isinstance(each, Block) else self._refuse(each)
                self._packed()
        finally:
            for writer in self._writers.values():
                writer.close()
        spooled = self._held_together()
        batches = sorted(batch for batch, rows in spooled.items() if rows)
        self._packed()
        rejected = pa.concat_tables([REJECTED.empty_table(), *self._quarantine])
        notes = [f"{self._strange} {STRANGE}"] if self._strange else []
        return Spooled({self.raw: self._in}, {self.raw: sum(spooled.values())}, batches, rejected, notes=notes)

    def _packed(self) -> None:
        if self._rejected:
            self._quarantine.append(pa.Table.from_pylist(self._rejected, schema=REJECTED))
            self._rejected.clear()

    def _refuse(self, said: Refusal) -> None:
        self._in += 1
        self._reject(said.file, said.line, said.rule, said.column, said.raw, said.message)

    def _take(self, block: Block) -> None:
        self._in += len(block.rows)
        rows = self._read(block)
        vectors, (stamps, time_read) = Vectors.of(rows["embedding"]), times(rows["time"], self.wanted.timezone)
        homes = self._homes(rows)
        faults = alone(rows, vectors, time_read, homes["batch"] != NOBODY, self.wanted)
        good = ~np.logical_or.reduce([broken for _, broken in faults])
        self._facts.add(rows, vectors, homes["subject_id"], good)
        self._alone(block, rows, faults)
        strange = pc.and_(pc.is_valid(rows["modality"]), pc.invert(pc.is_in(rows["modality"], modalities())))
        self._strange += pc.sum(strange).as_py() or 0
        more = {name: pa.array(homes[name]) for name in HOME} | {"vector": pa.array(vectors.hashes)}
        more["row"] = pa.array(np.arange(self._rows, self._rows + len(rows)))
        self._rows += len(rows)
        self._deal(block, rows.set_column(rows.column_names.index("time"), "time", stamps), more, good)

    def _read(self, block: Block) -> pa.Table:
        """Blanks at the ends of texts are none of them, and an empty text is nothing."""
        rows = block.rows
        for name in WORDS:
            text = pc.utf8_trim_whitespace(rows[name])
            text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
            if name == "encoder" and self.wanted.encoder:
                text = pc.fill_null(text, self.wanted.encoder)
            text = pc.utf8_upper(text) if name in CODED else text
            rows = rows.set_column(rows.column_names.index(name), name, text)
        return rows

    @cached_property
    def _places(self) -> "pd.Index[Any]":
        found: pd.Index[Any] = pd.Index(self.homes["key"].to_pylist())
        return found

    def _homes(self, rows: pa.Table) -> dict[str, Ints]:
        at = self._places.get_indexer(rows["patient_id"].to_numpy(zero_copy_only=False))
        known = pa.array(at, mask=at < 0)
        found = self.homes.select(HOME).take(known)
        return {name: pc.fill_null(found[name], NOBODY).to_numpy().astype(np.int64) for name in HOME}

    def _deal(self, block: Block, rows: pa.Table, more: dict[str, pa.Array], good: Flags) -> None:
        origin = {"source_group": self.group.name, "source_file": block.file}
        columns = {name: rows[name] for name in rows.column_names} | more
        columns |= {name: pa.repeat(pa.scalar(said, pa.string()), len(rows)) for name, said in origin.items()}
        columns["source_line"] = pa.array(np.arange(block.first, block.first + len(rows)))
        whole = pa.table([columns[name] for name in SPOOLED.names], names=SPOOLED.names).cast(_loose(SPOOLED))
        batches = more["batch"].to_numpy()
        for batch in np.unique(batches[good]).tolist():
            if batch not in self._writers:
                path = place(self.folder, batch)
                self._writers[batch] = pq.ParquetWriter(path, _loose(SPOOLED), **PLAIN)
            self._writers[batch].write_table(whole.filter(pa.array(good & (batches == batch))))

    def _alone(self, block: Block, rows: pa.Table, faults: list[tuple[str, Flags]]) -> None:
        left = np.ones(len(rows), bool)
        for rule, broken in faults:
            at = np.flatnonzero(broken & left)
            left &= ~broken
            for place_, row in zip(at.tolist(), rows.drop_columns(["embedding"]).take(at).to_pylist(), strict=True):
                column = FAULTS.get(rule) or next(name for name in REQUIRED if not row[name])
                self._reject(block.file, block.first + place_, rule, column, _said(row))

    def _held_together(self) -> dict[int, int]:
        """Rows that a batch is left with when all are held against each other; the others are noted beside it."""
        judged = self._facts.judged()
        gone = np.sort(np.concatenate([np.zeros(0, np.int64), *judged.values()]))
        np.save(refused(self.folder), gone)
        left = {}
        for batch in sorted(self._writers):
            held = pq.read_table(place(self.folder, batch), columns=["row"])["row"].to_numpy()
            left[batch] = len(held) - int(np.isin(held, gone).sum())
            if left[batch] < len(held):
                self._together(batch, judged)
        return left

    def _together(self, batch: int, judged: dict[str, Ints]) -> None:
        names = [*WORDS, "time", "row", "source_file", "source_line"]
        rows = pq.read_table(place(self.folder, batch), columns=names)
        for rule, numbers in judged.items():
            for row in rows.filter(pc.is_in(rows["row"], pa.array(numbers))).to_pylist():
                said = {name: row[name] for name in (*WORDS, "time")}
                self._reject(row["source_file"], row["source_line"], rule, FAULTS[rule], _said(said))

    def _reject(
        self, file: str, line: int | None, rule: str, column: str | None, raw: str | None, message: str = ""
    ) -> None:
        said = {"source_group": self.group.name, "file": file, "line": line, "target": self.raw, "column": column}
        self._rejected.append({**said, "rule": rule, "message": message or MESSAGES[rule], "raw": raw})


def require_persons(homes: pa.Table, system: str) -> None:
    """A source that nobody can be found for is left out of the night, and read whole in the next one."""
    if not len(homes):
        raise InputError(
            f"nobody in the lake has an identifier of the system {system}, so no image is anybody's. Deliver the "
            "patients first, or mend `system` of the source in pipelines.yaml: `chartloom query --phi` on "
            "phi.identities shows which systems there are."
        )


@cache
def modalities() -> pa.Array:
    """Of DICOM, as the gate knows them."""
    text = resources.files("fhir_mappings").joinpath("deid/lists.yaml").read_text(encoding="utf-8")
    return pa.array(yaml.safe_load(text)["modality"], pa.string())


def _said(row: dict[str, Any]) -> str:
    """What is not known is left out; vectors are not repeated."""
    return orjson.dumps({name: value for name, value in row.items() if value is not None}, default=str).decode()


def _loose(schema: pa.Schema) -> pa.Schema:
    """Columns may hold nothing until the rows are judged."""
    return pa.schema([each.with_nullable(True) for each in schema])


def place(folder: Path, batch: int) -> Path:
    return folder / f"embeddings-{batch}.parquet"


def refused(folder: Path) -> Path:
    """Numbers of rows that lie in batches and were refused afterwards."""
    return folder / "refused.npy"
