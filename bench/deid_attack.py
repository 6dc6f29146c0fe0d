"""Attacks on what was released: surrogates told from leaked names, and week offsets recovered from the calendar.

python -m bench.deid_attack

surrogate_accuracy: balanced accuracy, 0.5 is perfect hiding. offset_recovered: share of persons; guessing blindly gives
1 in twice the weeks. How leaks are mixed in, and what each attacker knows, stands at the head of bench/attack_*.py.
"""

from collections import Counter
from pathlib import Path
from typing import Annotated

import pyarrow.parquet as pq
import typer

from bench.attack_dates import recovered
from bench.attack_names import accuracy, mentions
from bench.attack_release import linked
from bench.json_line import command, finish, say
from contract.errors import CheckFailed

KEYS = ("surrogate_accuracy", "offset_recovered")


def main(
    notes: Annotated[int, typer.Option(help="Notes whose names are told apart")] = 600,
    people: Annotated[int, typer.Option(help="Persons whose offset is sought")] = 1000,
    weeks: Annotated[int, typer.Option(help="How far dates move: offset_weeks of the registry")] = 52,
    seed: Annotated[int, typer.Option(help="Another seed, other people")] = 7,
    release: Annotated[Path | None, typer.Option(help="lake/releases/PROJECT, to be linked with --population")] = None,
    population: Annotated[Path | None, typer.Option(help="Parquet: birth_year, zip3, sex, a row a person")] = None,
) -> None:
    """Tells surrogates from leaked names, recovers offsets, links a release with a population file."""
    if release and population:
        link(release, population)
    found = mentions(notes, seed)
    say(f"{len(found)} names, {Counter(m.leaked for m in found)[True]} of them leaked")
    told = accuracy(found)
    say(f"with names of the US lists only: {accuracy(mentions(notes, seed, False)):.4f}")
    share, fitting = recovered(people, weeks, seed)
    say(f"offsets that fit, on average: {fitting:.1f} of {2 * weeks}; blind guess {1 / (2 * weeks):.4f}")
    finish(KEYS, {"surrogate_accuracy": round(told, 4), "offset_recovered": round(share, 4)})


def link(release: Path, population: Path) -> None:
    """k must hold; how many have one candidate only is reported."""
    done = linked(release, pq.read_table(population))
    say(f"smallest group {done.smallest}; {done.lone:.4f} with one candidate of {done.matched:.4f} with any")
    if not done.holds:
        raise CheckFailed("the release does not hold its k; revoke it with `chartloom release PROJECT --revoke`.")


if __name__ == "__main__":
    command(main)
