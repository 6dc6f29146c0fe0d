"""Signals: a million reports in seconds, equality with vigipy, and negative controls flagged in hospitals' records."""

import time
from pathlib import Path
from typing import Annotated

import typer

from bench.json_line import command, finish, say
from bench.place import workplace
from bench.signals_records import Judged, run
from bench.signals_reports import difference, write
from nlp.adverse.signals.disproportion import Measuring, measure
from nlp.adverse.signals.reports import Reading

KEYS = ("seconds", "max_difference", "false_signals")
SAMPLE = 8_000  # reports of the sample that vigipy measures too: its table of all drugs and events must fit


def main(
    reports: Annotated[int, typer.Option(help="Spontaneous reports of the generated file.")] = 1_000_000,
    patients: Annotated[int, typer.Option(help="Persons of each simulated hospital.")] = 3_000,
    seeds: Annotated[str, typer.Option(help="Of the hospitals, with commas.")] = "101,102,103,104",
    work: Annotated[Path | None, typer.Option(help="Folder for what is generated; kept.")] = None,
) -> None:
    """Seconds from file to all four measures; the largest difference from vigipy; the share of controls flagged.

    Example: python -m bench.signals --reports 100000 --patients 1000 --seeds 101

    A control is judged by the other controls of its hospital (leave one out). The truth is read for judging and, of
    the controls, for the list that a site would hand in. On stderr: power, and what reporting odds ratios make of the
    same records.
    """
    with workplace("signals", work) as place:
        seconds = timed(place / "reports.csv", reports)
        write(place / "sample.csv", min(SAMPLE, reports), seed=8)
        gaps = difference(place / "sample.csv")
        say("differences from vigipy: " + ", ".join(f"{name} {gap:.1e}" for name, gap in gaps.items()))
        judged = [_hospital(patients, int(seed), place / f"hospital{seed}") for seed in seeds.split(",")]
        _tell("all", judged)
    tested = sum(one.controls_tested for one in judged)
    finish(
        KEYS,
        {
            "seconds": round(seconds, 2),
            "max_difference": max(gaps.values()),
            "false_signals": round(sum(one.flagged for one in judged) / tested, 4) if tested else None,
        },
    )


def timed(path: Path, reports: int) -> float:
    rows = write(path, reports)
    begun, cpu = time.monotonic(), time.process_time()
    measured = measure(path, Reading({}), Measuring())
    seconds = time.monotonic() - begun
    spent = f"{seconds:.1f} s, {time.process_time() - cpu:.1f} CPU-s"
    say(f"{reports:,} reports in {rows:,} rows: {spent}, {len(measured.signals):,} pairs measured")
    return seconds


def _hospital(patients: int, seed: int, place: Path) -> Judged:
    judged = run(patients, seed, place)
    _tell(f"seed {seed}", [judged])
    return judged


def _tell(name: str, every: list[Judged]) -> None:
    def total(field: str) -> int:
        return sum(getattr(one, field) for one in every)

    say(
        f"{name}: {total('flagged')} of {total('controls_tested')} controls flagged (of {total('controls')}; "
        f"uncalibrated {total('raw')}, reporting odds ratio {total('naive')}); {total('found')} of {total('tested')} "
        f"planted pairs with enough cases found (of {total('planted')}; reporting odds ratio {total('naive_found')}); "
        f"{total('others_flagged')} of {total('others')} other pairs flagged"
    )


if __name__ == "__main__":
    command(main)
