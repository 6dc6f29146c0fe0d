"""The ground that leaks are planted in: a clean timeline with its stays, and how events are added and changed."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bench.leaks_case import Case

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Generator = np.random.Generator
MINUTE = 60_000_000


@dataclass(frozen=True)
class Ground:
    """labels: subject_id, encounter_id, admitted, prediction_time, ended, label, one row a prediction."""

    name: str
    rows: pa.Table
    labels: pd.DataFrame

    @cached_property
    def stay(self) -> Places:
        """(n,) the row of `labels` that an event's encounter belongs to; -1: none."""
        found = pc.index_in(
            self.rows["encounter_id"], pa.array(self.labels["encounter_id"].astype(object), pa.string())
        )
        return np.asarray(pc.fill_null(found, -1).to_numpy(), np.int64)

    @cached_property
    def time(self) -> Places:
        return moments(self.rows["time"])

    @cached_property
    def recorded(self) -> Places:
        return moments(self.rows["recorded_time"])

    @cached_property
    def value(self) -> Numbers:
        return np.asarray(self.rows["numeric_value"].to_numpy(), np.float64)

    @cached_property
    def code(self) -> npt.NDArray[np.object_]:
        return np.array(self.rows["code"].to_pylist(), object)

    def moment(self, name: str) -> Places:
        return self.labels[name].to_numpy().astype("datetime64[us]").astype(np.int64)

    @cached_property
    def y(self) -> Numbers:
        return self.labels["label"].to_numpy(float)

    @cached_property
    def days(self) -> Numbers:
        """(m,) of the whole stay."""
        return (self.moment("ended") - self.moment("admitted")) / (1440 * MINUTE)

    @cached_property
    def known(self) -> npt.NDArray[np.bool_]:
        """(n,) an event of a stay, before its index."""
        return (self.stay >= 0) & (self.recorded <= self.moment("prediction_time")[self.stay])

    def covered(self, low: float, high: float, rng: Generator, *, valued: bool = True, events: float = 0.0) -> str:
        """A code that this share of the stays have before the index (with so many events a stay)."""
        mine = self.known & (~np.isnan(self.value) if valued else True)
        seen = pd.DataFrame({"code": self.code[mine], "stay": self.stay[mine]})
        share = seen.drop_duplicates().groupby("code").size() / len(self.labels)
        often = seen.groupby("code").size() / len(self.labels)
        fit = sorted(share.index[(share >= low) & (share <= high) & (often >= events)])
        nearest = (share - (low + high) / 2).abs().idxmin()
        return str(rng.choice(fit)) if fit else str(nearest)

    def added(self, who: Places, code: str, value: Numbers | None, time: Places) -> pa.Table:
        """One event for each of the rows `who` of `labels`."""
        labels = self.labels.iloc[who]
        stamps = pa.array(time.astype("datetime64[us]"))
        numbers = np.random.default_rng(len(who)).integers(0, 2**32, len(who))
        said = {
            "subject_id": pa.array(labels["subject_id"].to_numpy(np.int64)), "time": stamps, "recorded_time": stamps,
            "code": pa.array([code] * len(who)),
            "encounter_id": pa.array(labels["encounter_id"].to_list(), pa.string()),
            "numeric_value": pa.array(np.full(len(who), np.nan) if value is None else value, from_pandas=True),
            "fhir_id": pa.array([f"Observation/{n:08x}" for n in numbers]),
        }  # fmt: skip
        new = {f.name: said.get(f.name, pa.nulls(len(who))).cast(f.type) for f in self.rows.schema}
        every = pa.concat_tables([self.rows, pa.table(new, self.rows.schema)])
        subject, moment = every["subject_id"].to_numpy(), moments(every["time"])
        _, first, place = np.unique(subject, return_index=True, return_inverse=True)
        return every.take(pa.array(np.lexsort((moment, first[place]))))

    def between(self, who: Places, rng: Generator, until: float = 0.9) -> Places:
        """A moment of each stay between its admission and its index."""
        began, at = self.moment("admitted")[who], self.moment("prediction_time")[who]
        return began + ((at - began) * rng.uniform(0, until, len(who))).astype(np.int64) // MINUTE * MINUTE

    def case(self, leak: str, rows: pa.Table | None = None, columns: pd.DataFrame | None = None) -> Case:
        labels = self.labels[["subject_id", "encounter_id", "prediction_time", "label"]]
        return Case(self.name, self.rows if rows is None else rows, labels, columns, (leak,) if leak else ())

    def put(self, number: Numbers, rng: Generator, times: int = 1) -> Case:
        """A number of each row, as a new column or as a new code; `times` moments, each with a tenth of noise."""
        if times == 1 and rng.random() < 1 / 3:
            name = str(rng.choice(["x", "v", "item", "derived"])) + f"_{rng.integers(1000)}"
            return self.case(name, columns=innocent(self, rng).assign(**{name: number}))
        name, who = new_code(rng), np.repeat(np.arange(len(number)), times)
        noise = rng.normal(0, number.std() / 10, len(who)) if times > 1 else 0.0
        return self.case(name, self.added(who, name, number[who] + noise, self.between(who, rng)))


def moments(column: pa.ChunkedArray) -> Places:
    return np.asarray(pc.fill_null(column.cast(pa.int64()), np.iinfo(np.int64).min).to_numpy(), np.int64)


def changed(rows: pa.Table, **columns: pa.Array) -> pa.Table:
    for name, column in columns.items():
        place = rows.schema.get_field_index(name)
        rows = rows.set_column(place, rows.schema.field(place), column.cast(rows.schema.field(place).type))
    return rows


def renumbered(ground: Ground, value: Numbers) -> pa.Table:
    """The numbers of all events; the canonical number follows in proportion to what it was."""
    rows = changed(ground.rows, numeric_value=pa.array(value, from_pandas=True))
    if "canonical_value" not in rows.column_names:
        return rows
    old = ground.value
    canonical = rows["canonical_value"].to_numpy().astype(float)
    factor = np.where((old != 0) & ~np.isnan(canonical), canonical / np.where(old == 0, 1, old), 1.0)
    moved = np.where(np.isnan(value), np.nan, np.where(value == old, canonical, value * factor))
    return changed(rows, canonical_value=pa.array(moved, from_pandas=True))


def new_code(rng: Generator) -> str:
    kinds = (
        f"LOINC//{rng.integers(10_000, 99_999)}-{rng.integers(10)}", f"LOCAL//{rng.integers(200_000, 239_999)}",
        f"SNOMED//{rng.integers(10_000_000, 799_999_999)}",
    )  # fmt: skip
    return kinds[rng.integers(len(kinds))]


def diagnosis(rng: Generator) -> str:
    return f"ICD10CM//{'ABCEGHIJKLMNR'[rng.integers(13)]}{rng.integers(10, 99)}.{rng.integers(10)}"


def innocent(ground: Ground, rng: Generator) -> pd.DataFrame:
    """Columns without a leak: noise, the hour of admission, a group."""
    rows = len(ground.labels)
    return pd.DataFrame({
        "noise": rng.normal(size=rows), "hour": pd.DatetimeIndex(ground.labels["admitted"]).hour.to_numpy(),
        "group": rng.choice(["a", "b", "c", "d"], rows),
    })  # fmt: skip


def subset(ground: Ground, most: int, rng: Generator) -> Ground:
    """At most so many persons, so that a case is quick."""
    persons = ground.labels["subject_id"].unique()
    if len(persons) <= most:
        return ground
    chosen = rng.choice(persons, most, replace=False)
    rows = ground.rows.filter(pc.is_in(ground.rows["subject_id"], pa.array(chosen)))
    return replace(
        ground, rows=rows, labels=ground.labels[ground.labels["subject_id"].isin(chosen)].reset_index(drop=True)
    )
