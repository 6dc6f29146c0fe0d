"""Simulated hospitals whose records are screened for signals, judged by the truth: controls flagged, pairs found."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.night import Hospital
from nlp.adverse.signals.cells import Cells
from nlp.adverse.signals.ratios import ror
from nlp.adverse.signals.records.population import Population, population
from nlp.adverse.signals.summary import FindSignals
from simulate.config import HospitalConfig
from simulate.hospital import simulate
from store.snapshot import Snapshot

TIMELINE = "phi/timeline"


@dataclass(frozen=True)
class Judged:
    """Pairs by truth: `planted` with harm and `controls`; `others` are drugs and effects that have nothing to do.

    Tested are those with enough cases to be estimated; `raw` is flagged without calibration and false discovery,
    `naive` by a reporting odds ratio whose interval lies above 1.
    """

    planted: int
    tested: int
    found: int
    controls: int
    controls_tested: int
    flagged: int
    raw: int
    naive: int
    naive_found: int
    others: int
    others_flagged: int


def run(patients: int, seed: int, place: Path) -> Judged:
    """One hospital with confounding on, one night through sources, FHIR and timeline, one screen of all its records."""
    simulate(HospitalConfig(patients=patients, seed=seed, notes=False, embeddings=False, confounding=1.0), place)
    hospital = Hospital(place / "night")
    hospital.configure()
    hospital.deliver("all", place / "csv")
    hospital.run()
    truth = pq.read_table(place / "truth" / "pairs.parquet").to_pylist()
    controls = place / "controls.csv"
    _write(controls, [row for row in truth if row["control"]])
    summary = FindSignals(controls=str(controls))
    part = summary.partial({"timeline": _timeline(hospital.snapshot())})
    rows = summary.merge([part])["signals"].to_pylist()
    named = summary.naming({f"RXNORM//{row['rxnorm']}" for row in truth})
    pairs = {(named[f"RXNORM//{r['rxnorm']}"], f"SNOMED//{r['effect_snomed']}"): bool(r["control"]) for r in truth}
    return judged(rows, pairs, naive(population([part]), set(pairs)))


def _timeline(snapshot: Snapshot) -> pa.Table:
    return snapshot.read_many(TIMELINE, snapshot.shards(TIMELINE)).select(["subject_id", "time", "code", "fhir_id"])


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["drug", "event"])
        lines.writerows([f"RXNORM//{row['rxnorm']}", f"SNOMED//{row['effect_snomed']}"] for row in rows)


def judged(
    rows: list[dict[str, object]], pairs: dict[tuple[str, str], bool], naive_flags: set[tuple[str, str]]
) -> Judged:
    said = {(str(row["drug"]), str(row["event"])): row for row in rows}
    planted, controls = ({pair for pair, none in pairs.items() if none is kind} for kind in (False, True))
    effects = {event for _, event in pairs}
    others = {pair for pair in said if pair[1] in effects and pair not in pairs}

    def flagged(some: set[tuple[str, str]]) -> int:
        return sum(bool(said[pair]["signal"]) for pair in some if pair in said)

    return Judged(
        len(planted), len(planted & set(said)), flagged(planted), len(controls), len(controls & set(said)),
        flagged(controls), sum(float(str(said[pair]["raw_lower"])) > 1 for pair in controls & set(said)),
        len(controls & naive_flags), len(planted & naive_flags), len(others), flagged(others),
    )  # fmt: skip


def naive(people: Population, pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The records taken for reports: each event with every drug that was being taken; ROR's lower bound above 1."""
    width = len(people.drugs)
    table = np.zeros((len(people.events), width))
    by_person = [np.flatnonzero(people.event_who == who) for who in range(people.persons)]
    for who, drug, start, stop in zip(
        people.course_who, people.course_drug, people.course_start, people.course_stop, strict=True
    ):
        mine = by_person[who]
        hit = mine[(people.event_day[mine] >= start) & (people.event_day[mine] <= stop)]
        np.add.at(table, (people.event_kind[hit], np.full(len(hit), drug)), 1)
    event, drug = np.nonzero(table >= 3)
    a, total = table[event, drug], float(table.sum())
    of_drug, of_event = table.sum(0)[drug], table.sum(1)[event]
    cells = Cells(drug, event, a, of_drug, of_event, total, of_drug * of_event / total, people.drugs, people.events)
    above = ror(cells).lower > 1
    flagged = {(people.drugs[d], people.events[e]) for d, e in zip(drug[above], event[above], strict=True)}
    return flagged & pairs
