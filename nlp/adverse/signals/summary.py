"""The summary of signals: which drugs and events stand out in the hospital's own records, over all persons."""

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from contract.errors import ConfigError, InputError
from contract.work import Shard
from nlp.adverse.artifact import name_of
from nlp.adverse.signals.records.histories import Sources, histories
from nlp.adverse.signals.records.population import Population, population
from nlp.adverse.signals.records.screen import Found, Ratio, Rules, screen
from nlp.adverse.signals.records.trends import SMALL, by_period, case_days
from nlp.adverse.signals.records.windows import Windows
from schemas.signals import SIGNAL_TRENDS, SIGNALS

CODE_VERSION = "1"  # raise it when the same rows give other signals
TRENDS = 50  # pairs whose months are told


@dataclass
class FindSignals:
    """A Summary: reads timeline and findings, writes signals and signal_trends; no count below 5 persons.

    events: what counts as an event: `codes` of conditions, `findings` of text, or `both`. controls: a CSV of pairs
    known to be none (columns drug, event), by which estimates are calibrated. least, most, share: see Rules. The other
    fields are days, see Windows. terms: a site's folder of tables of drugs.
    """

    events: str = "both"
    controls: str = ""
    least: int = 5
    most: int = 1000
    share: float = 0.05
    risk: int = 90
    carry: int = 30
    pre: int = 30
    run_in: int = 30
    washout: int = 180
    age_years: int = 0
    season: bool = False
    terms: str = ""
    _windows: Windows = field(init=False, repr=False)

    reads: ClassVar[tuple[str, ...]] = ("timeline", "findings")
    writes: ClassVar[tuple[str, ...]] = (SIGNALS.name, SIGNAL_TRENDS.name)

    def __post_init__(self) -> None:
        if self.events not in ("codes", "findings", "both"):
            raise ConfigError(f"events is {self.events!r}; expected codes, findings or both.")
        if self.least < SMALL:
            raise ConfigError(f"least is {self.least}; expected {SMALL} or more, for small counts may name a person.")
        self._windows = Windows(
            risk=self.risk, carry=self.carry, pre=self.pre, run_in=self.run_in, washout=self.washout,
            age_years=self.age_years, season=self.season,
        )  # fmt: skip

    @property
    def version(self) -> str:
        """Other names of drugs make other parts, other controls another calibration."""
        controls = Path(self.controls).read_bytes() if self.controls and Path(self.controls).is_file() else b""
        return "-".join([CODE_VERSION, name_of(None, self.terms), sha256(controls).hexdigest()[:8]])

    def partial(self, shard: Shard) -> Shard:
        return histories(shard, "timeline", "findings", Sources(self.events), self.naming)

    def merge(self, partials: Iterable[Shard]) -> Shard:
        people = population(partials)
        found = screen(people, self._windows, Rules(self.least, self.most, self.share), self.pairs())
        trends = [row for one in found[:TRENDS] for row in self._trend(people, one)]
        return {
            SIGNALS.name: pa.Table.from_pylist([row(one) for one in found], schema=SIGNALS.schema),
            SIGNAL_TRENDS.name: pa.Table.from_pylist(trends, schema=SIGNAL_TRENDS.schema),
        }

    def naming(self, codes: Iterable[str]) -> dict[str, str]:
        """Ingredients where the code is known."""
        from nlp.adverse.terms.terms import Terms

        terms = Terms.of(Path(self.terms) if self.terms else None)
        known = {code: terms.drug_of_code("", code) for code in codes}
        return {code: drug.concept if drug else code for code, drug in known.items()}

    def pairs(self) -> frozenset[tuple[str, str]]:
        """The negative controls; drugs by code or by name."""
        if not self.controls:
            return frozenset()
        rows = list(_controls(Path(self.controls)))
        named = self.naming({drug for drug, _ in rows})
        return frozenset((named[drug], event) for drug, event in rows)

    def _trend(self, people: Population, one: Found) -> Iterator[dict[str, Any]]:
        days = case_days(people, one.series.drug, people.events.index(one.event), self._windows)
        for period, cases in by_period(days):
            yield {"drug": one.drug, "event": one.event, "period": period, "cases": cases}


def _controls(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if not (row.get("drug") and row.get("event")):
                    raise InputError(
                        f"negative controls: expected columns drug and event, both filled, in every row of {path.name}."
                    )
                yield row["drug"].strip(), row["event"].strip()
    except OSError as error:
        raise InputError(f"negative controls cannot be read ({error.strerror}): {path}. Name a CSV file.") from error


def row(one: Found) -> dict[str, Any]:
    said = {"drug": one.drug, "event": one.event, "control": one.control, "signal": one.signal, "flags": one.flags}
    said |= {"cases": enough(one.series.cases), "cases_exposed": enough(one.series.cases_exposed), "q": one.q}
    raw = Ratio(one.series.log, one.series.log - 1.96 * one.series.se, one.series.log + 1.96 * one.series.se, 0.0)
    said |= _told("raw_", raw) | _told("", one.ratio) | _told("cohort_", one.cohort_ratio)
    said["p"] = one.ratio.p if one.ratio else None
    if one.cohort:
        said |= {"cohort_users": enough(one.cohort.users), "cohort_cases": enough(one.cohort.events)}
    return said


def _told(name: str, ratio: Ratio | None) -> dict[str, float | None]:
    parts = {"ratio": ratio.log, "lower": ratio.lower, "upper": ratio.upper} if ratio else {}
    return {name + part: math.exp(min(max(value, -30.0), 30.0)) for part, value in parts.items()}


def enough(count: int) -> int | None:
    """A number of persons that may leave; a small one is null."""
    return None if 0 < count < SMALL else count
