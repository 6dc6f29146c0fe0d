"""Stays for benches: a timeline from a file or a raw set of PhysioNet 2012, and its persons again under new ids."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from bench.night import Hospital
from contract.errors import InputError


def timeline_file(stays: Path, place: Path) -> Path:
    """The file itself, or phi/timeline of one night, without the gate, on a folder with set-*/*.txt."""
    if stays.is_file():
        return stays
    if not list(stays.glob("set-*/*.txt")):
        raise InputError(
            f"{stays.name}: expected a timeline (.parquet), or a folder with set-*/*.txt of PhysioNet 2012"
        )
    said = {"mapping": "physionet2012", "path": str(stays.resolve()), "delivery": "full"}
    hospital = Hospital(place / "night", sources={"physionet2012": said})
    hospital.run()
    out = place / "timeline.parquet"
    pq.write_table(ds.dataset(hospital.snapshot().folder / "phi" / "timeline" / "data").to_table(), out)
    return out


def again(rows: pa.Table, times: int) -> pa.Table:
    """The persons `times` over, each time under other ids of persons and encounters."""
    return pa.concat_tables([rows, *(_renamed(rows, copy) for copy in range(1, times))]).combine_chunks()


def _renamed(rows: pa.Table, copy: int) -> pa.Table:
    subject = rows["subject_id"].to_numpy() ^ np.int64(copy)
    if np.isin(subject, rows["subject_id"].to_numpy()).any():
        raise InputError("subject_id: copies would meet other persons; expected random ids, as identities are given")
    encounter = pc.binary_join_element_wise(rows["encounter_id"], pa.scalar(f"-{copy}"), "")
    new = {"subject_id": pa.array(subject), "encounter_id": encounter}
    for name, column in new.items():
        at = rows.column_names.index(name)
        rows = rows.set_column(at, rows.schema.field(at), column)
    return rows
