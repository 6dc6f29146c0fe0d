"""Checks of the timeline: units, ranges, values told twice, and events before birth or after death."""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.quality.counts import Counts, Mask, Sources
from etl.units.knowledge import canonical_table

DAY = 86_400_000_000  # microseconds
TABLE = "timeline"
AFTERWARDS = frozenset(
    {"BILLED", "END", "NOTE", "CONCLUSION", "MEDS_DEATH"}
)  # written when it is over, or itself the end
BIRTH, DEATH = "MEDS_BIRTH", "MEDS_DEATH"
BMI, WEIGHT, HEIGHT = "LOINC//39156-5", "LOINC//29463-7", "LOINC//8302-2"
NEAR = 0.05  # by which a body mass index may differ: weights and heights are rounded
Ints = NDArray[np.int64]
Reals = NDArray[np.float64]


class Tags(NamedTuple):
    """What is to be known of a code."""

    local: bool
    loinc: bool
    afterwards: bool
    ranged: bool
    low: float  # of what is usual; NaN: not said
    high: float


@cache
def tags(name: str) -> Tags:
    head, _, rest = name.partition("//")
    known = canonical_table().get(rest.partition("//")[0]) if head == "LOINC" else None
    low, high = known.usual if known and known.usual else (np.nan, np.nan)
    after = head in AFTERWARDS or name.rpartition("//")[2] in AFTERWARDS
    return Tags(head == "LOCAL", head == "LOINC", after, bool(known and known.possible), low, high)


@dataclass
class Events:
    """The timeline of one shard, its codes looked at once each. Rows stand by person, time and code."""

    rows: pa.Table
    implausible: pa.Table
    counts: Counts

    def look(self) -> None:
        self._told("code-local", self._tag("local"))
        self._told("number-without-loinc", ~self._tag("loinc"), self.numeric)
        self._units()
        self._ranges()
        self._twice()
        self._lifetime()
        self._body_mass()

    @cached_property
    def sources(self) -> Sources:
        return Sources(self.rows["source"])

    @cached_property
    def _coded(self) -> pa.DictionaryArray:
        return self.rows["code"].combine_chunks().dictionary_encode()

    @cached_property
    def code(self) -> NDArray[np.int32]:
        return np.asarray(self._coded.indices.to_numpy())

    @cached_property
    def place(self) -> dict[str, int]:
        """Of each code among the codes of the shard."""
        return {name: at for at, name in enumerate(self._coded.dictionary.to_pylist())}

    @cached_property
    def _tags(self) -> list[tuple[bool | float, ...]]:
        return list(zip(*map(tags, self.place), strict=True))

    @cached_property
    def numeric(self) -> Mask:
        return self._valid("numeric_value")

    @cached_property
    def timed(self) -> Mask:
        return self._valid("time")

    @cached_property
    def time(self) -> Ints:
        return np.asarray(pc.fill_null(self.rows["time"].cast(pa.int64()), 0).to_numpy())

    @cached_property
    def person(self) -> Ints:
        """Persons numbered as they stand."""
        subject = self.rows["subject_id"].to_numpy()
        return np.cumsum(np.diff(subject, prepend=subject[:1]) != 0)

    @cached_property
    def moment(self) -> Ints:
        """Moments of persons numbered as they stand."""
        return np.cumsum((np.diff(self.person, prepend=0) != 0) | (np.diff(self.time, prepend=self.time[:1]) != 0))

    @cached_property
    def value(self) -> Reals:
        return np.asarray(self.rows["canonical_value"].to_numpy(), np.float64)

    def _valid(self, name: str) -> Mask:
        return np.asarray(self.rows[name].is_valid().to_numpy())

    def _told(self, check: str, failed: Mask, looked_at: Mask | None = None) -> None:
        self.counts.by_source(self.sources, TABLE, check, failed, looked_at)

    def _tag(self, which: str) -> NDArray[np.bool_]:
        return np.array(self._tags[Tags._fields.index(which)])[self.code]

    def _rows_of(self, name: str) -> Ints:
        return np.flatnonzero(self.code == self.place[name]) if name in self.place else np.zeros(0, np.int64)

    def _units(self) -> None:
        said, known = self._valid("unit"), self._valid("canonical_unit")
        self._told("unit-missing", ~said & ~known, self.numeric)
        contradicts = self._contradicting()
        self._told("unit-contradicts", contradicts, self.numeric & said)
        self._told("unit-unknown", said & ~known & ~contradicts, self.numeric & said)

    def _contradicting(self) -> Mask:
        """Rows that phi/implausible names for their unit."""
        found = np.zeros(len(self.rows), bool)
        names = ["subject_id", "code", "fhir_id"]
        bad = self.implausible.filter(pc.equal(self.implausible["rule"], "contradicts")).select(names)
        if len(bad):
            keys = {tuple(row.values()) for row in bad.to_pylist()}
            wanted = {code for _, code, _ in keys}
            codes = np.array([name in wanted for name in self.place])
            suspects = np.flatnonzero(codes[self.code] & self.numeric)
            ids = self.rows["fhir_id"].take(pa.array(suspects))
            suspects = suspects[pc.is_in(ids, bad["fhir_id"].combine_chunks()).to_numpy()]
            rows = self.rows.select(names).take(pa.array(suspects)).to_pylist()
            found[suspects] = [tuple(row.values()) in keys for row in rows]
        return found

    def _ranges(self) -> None:
        worked_out = ~np.isnan(self.value)
        ranged = self._tag("ranged") & self.numeric & self._valid("canonical_unit")
        self._told("impossible", ~worked_out, ranged)
        low, high = self._tag("low"), self._tag("high")
        outside = (self.value < low * (1 - 1e-6)) | (self.value > high * (1 + 1e-6))
        self._told("unusual", outside, worked_out & ~np.isnan(low))

    def _twice(self) -> None:
        again = np.zeros(len(self.rows), bool)
        number = self.rows["numeric_value"].to_numpy()
        same = (np.diff(self.moment) == 0) & (np.diff(self.code) == 0)
        again[1:] = same & (number[1:] == number[:-1])
        self._told("told-twice", again, self.numeric & self.timed)

    def _lifetime(self) -> None:
        """Days begin and end elsewhere on earth too: half a day is granted on either side."""
        birth = self._limit(BIRTH, -DAY // 2)
        self._told("before-birth", self.time < birth, self.timed & (birth != 0))
        death = self._limit(DEATH, DAY * 3 // 2)
        self._told("after-death", self.time > death, self.timed & (death != 0) & ~self._tag("afterwards"))

    def _limit(self, name: str, slack: int) -> Ints:
        """Of each row's person, its birth or death moved by `slack`; 0: not known to the day."""
        at = self._rows_of(name)
        limits = np.zeros(int(self.person[-1]) + 1, np.int64)
        if len(at):
            precise = pc.invert(pc.is_in(self.rows["precision"].take(pa.array(at)), pa.array(["year", "month"])))
            at = at[np.asarray(precise.to_numpy()) & self.timed[at]]
            limits[self.person[at]] = self.time[at] + slack
        return np.asarray(limits[self.person])

    def _body_mass(self) -> None:
        """Each index beside a weight and a height of the same person and moment."""
        stated = self._rows_of(BMI)
        if not len(stated):
            return
        beside = {name: np.full(int(self.moment[-1]) + 1, np.nan) for name in (WEIGHT, HEIGHT)}
        for name, values in beside.items():
            rows = self._rows_of(name)
            values[self.moment[rows]] = self.value[rows]
        worked = beside[WEIGHT][self.moment] / (beside[HEIGHT][self.moment] / 100) ** 2
        both = np.zeros(len(self.rows), bool)
        both[stated] = ~np.isnan(worked[stated]) & ~np.isnan(self.value[stated])
        self._told("bmi-differs", np.abs(self.value - worked) > NEAR * worked, both)
