"""What rows of a delta bury: the resources whose ids they give, unless a later row of the group brings them again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa

from etl.mapping.build import build
from etl.mapping.frame import Frame, evaluate
from etl.mapping.load import Mapping, TableMapping
from etl.sources.tables_batch import Batch
from etl.sources.tables_rows import Spool

DELETED = pa.schema([("type", pa.string()), ("id", pa.string())])


def tombstones(folder: Path, batches: Sequence[int], mapping: Mapping, zone: str) -> pa.Table:
    """Of the group as it was spooled. Rows that are set aside bury nothing."""
    burying = [name for name, table in mapping.tables.items() if table.deleted is not None]
    found = [DELETED.empty_table()]
    for batch in batches if burying else ():
        read = Batch(Spool(folder, batch), mapping, zone)
        for name in burying:
            judged = read.judged(name)
            if judged is not None:
                found += _of(mapping.tables[name], judged.frame)
    return pa.concat_tables(found)


def _of(table: TableMapping, frame: Frame) -> Iterator[pa.Table]:
    if table.deleted is None:
        return
    gone = evaluate(frame, [table.deleted])[table.deleted].take(None).fill_null(False).to_numpy(zero_copy_only=False)
    bare = tuple(replace(each, when=None, by=(), parts={}, times={}) for each in table.resources)
    for kind, made, _ in build(bare, frame, {}, {}):
        rows = pd.DataFrame({"id": made.column("id").to_pylist(), "gone": gone}).dropna()
        last = rows.drop_duplicates("id", keep="last")
        ids = last["id"][last["gone"]].to_list()
        yield pa.table({"type": [kind] * len(ids), "id": ids}, schema=DELETED)
