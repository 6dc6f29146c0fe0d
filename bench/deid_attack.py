"""Attacks on what was released: surrogates told from leaked names, and week offsets recovered from the calendar.

python -m bench.deid_attack

surrogate_accuracy: balanced accuracy, 0.5 is perfect hiding. offset_recovered: share of persons; guessing blindly gives
1 in twice the weeks. How leaks are mixed in, and what each attacker knows, stands at the head of bench/attack_*.py.
"""

from collections import Counter
from typing import Annotated

import typer

from bench.attack_dates import recovered
from bench.attack_names import accuracy, mentions
from bench.json_line import command, finish, say

KEYS = ("surrogate_accuracy", "offset_recovered")


def main(
    notes: Annotated[int, typer.Option(help="Notes whose names are told apart")] = 600,
    people: Annotated[int, typer.Option(help="Persons whose offset is sought")] = 1000,
    weeks: Annotated[int, typer.Option(help="How far dates move: offset_weeks of the registry")] = 52,
    seed: Annotated[int, typer.Option(help="Another seed, other people")] = 7,
) -> None:
    """Tells surrogates from leaked names, and recovers offsets."""
    found = mentions(notes, seed)
    say(f"{len(found)} names, {Counter(m.leaked for m in found)[True]} of them leaked")
    told = accuracy(found)
    say(f"with names of the US lists only: {accuracy(mentions(notes, seed, False)):.4f}")
    share, fitting = recovered(people, weeks, seed)
    say(f"offsets that fit, on average: {fitting:.1f} of {2 * weeks}; blind guess {1 / (2 * weeks):.4f}")
    finish(KEYS, {"surrogate_accuracy": round(told, 4), "offset_recovered": round(share, 4)})


if __name__ == "__main__":
    command(main)
