"""Who is over 89, and the first year that may be told of them: 45 CFR 164.514(b)(2)(i)(C)."""

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard

OLDEST = 90


def earliest_years(shard: Shard, as_of: date | None) -> dict[int, int]:
    """By person: no year before it is told. A birth without day counts from the first of its year."""
    patients = shard.get("phi/fhir/Patient")
    if patients is None or "birthDate" not in patients.column_names:
        return {}
    last = dict(_last_days(shard)) if as_of is None else {}
    found: dict[int, int] = {}
    for row in patients.select([c for c in COLUMNS if c in patients.column_names]).to_pylist():
        subject, birth = row["subject_id"], _day(row["birthDate"])
        end = _day(row.get("deceasedDateTime")) or as_of or last.get(subject)
        if subject is not None and birth and end and _age(birth, end) >= OLDEST:
            found[subject] = max(found.get(subject, 0), end.year - OLDEST)
    return found


COLUMNS = ("subject_id", "birthDate", "deceasedDateTime")


def _age(birth: date, end: date) -> int:
    return end.year - birth.year - ((end.month, end.day) < (birth.month, birth.day))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(((text or "")[:10] + "-01-01")[:10])
    except ValueError:
        return None


def _last_days(shard: Shard) -> Iterator[tuple[int, date]]:
    """The last day of each person in timeline, notes and arrivals."""
    times = [
        rows.select(["subject_id", column]).rename_columns(["subject_id", "time"])
        for rows in shard.values()
        for column in ("time", "lastUpdated")
        if {"subject_id", column} <= set(rows.column_names) and pa.types.is_timestamp(rows.schema.field(column).type)
    ]
    if not times:
        return
    last = pa.concat_tables(times, promote_options="default").group_by("subject_id").aggregate([("time", "max")])
    for subject, moment in zip(
        last["subject_id"].to_pylist(), pc.cast(last["time_max"], pa.date32()).to_pylist(), strict=True
    ):
        if subject is not None and moment is not None:
            yield subject, moment
