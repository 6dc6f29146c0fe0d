"""Can the score of draft reports be gamed, and are errors between two reports found, without false alarms?"""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from bench import gaming_cases
from bench.gaming_cases import KINDS, Case
from bench.gaming_simulated import reports as simulated
from bench.gaming_texts import spoiler
from bench.json_line import command, finish, say
from contract.errors import InputError
from imaging.judging.errors import Judge
from imaging.judging.gaming import suite
from imaging.judging.score import score

KEYS = ("constant", "random", "negations_deleted", "side_swap_found", "planted_found", "false_alarms")
TEXTS = ("findings", "impression")


@dataclass
class Tally:
    """Planted errors by kind, and those found; pairs that say the same, and those with an alarm."""

    planted: Counter[str]
    found: Counter[str]
    same: int = 0
    alarmed: int = 0

    def add(self, other: "Tally") -> None:
        self.planted += other.planted
        self.found += other.found
        self.same += other.same
        self.alarmed += other.alarmed

    @property
    def found_share(self) -> float:
        """The mean over kinds, each as much as another."""
        shares = [self.found[kind] / self.planted[kind] for kind in KINDS if self.planted[kind]]
        return sum(shares) / max(len(shares), 1)


def judged(cases: Iterable[Case]) -> Tally:
    judge = Judge()
    tally = Tally(Counter(), Counter())
    for case in cases:
        errors = judge.errors(case.reference, case.draft)
        if not case.kind:
            tally.same += 1
            tally.alarmed += bool(errors)
            continue
        tally.planted[case.kind] += 1
        named = [each for each in errors if not case.findings or each.finding in case.findings]
        tally.found[case.kind] += any(each.kind in case.kinds for each in named)
    return tally


def told(name: str, tally: Tally) -> None:
    kinds = "; ".join(f"{kind} {tally.found[kind]:,} of {tally.planted[kind]:,}" for kind in KINDS)
    say(f"{name}: planted errors found {tally.found_share:.4f} ({kinds})")
    say(f"{name}: false alarms {tally.alarmed:,} of {tally.same:,} pairs that say the same")


def specified(many: int, seed: int) -> Tally:
    return judged(chain(gaming_cases.planted(many, seed), gaming_cases.same(many, seed)))


def written(texts: Sequence[str], many: int, seed: int) -> tuple[Tally, Tally]:
    """Errors and rewordings; and every report with its sides swapped."""
    source = spoiler(texts)
    cases = chain(*(source.planted(many, seed + turn) for turn in range(3)), source.same(many, seed))
    return judged(cases), judged(source.sides_swapped(Random(seed)))


def gamed(name: str, references: Sequence[str], seed: int) -> dict[str, float]:
    """The score of each gaming baseline."""
    scores = {each: score(references, drafts) for each, drafts in suite(references, seed).items()}
    for each, found in scores.items():
        figure = found.score
        say(
            f"{name}: {each} scores {figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f}); "
            f"plain F1 of findings {found.finding_f1.value:.3f}"
        )
    return {each: found.score.value for each, found in scores.items()}


def read(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := [name for name in TEXTS if name not in (rows.fieldnames or ())]:
            raise InputError(
                f"{path.name}: no column {', '.join(missing)}; found {', '.join(rows.fieldnames or ())}. "
                f"Expected the columns {', '.join(TEXTS)}."
            )
        texts = ["\n".join(row[name] for name in TEXTS if row[name]) for row in rows]
    return [text for text in texts if text.strip()]


def main(
    reports: Annotated[Path | None, typer.Option(help="CSV with the columns findings and impression too.")] = None,
    pairs: Annotated[int, typer.Option(min=60, help="Planted and unchanged reports of each source.")] = 3_000,
    seed: Annotated[int, typer.Option(help="Other reports, other errors.")] = 1,
) -> None:
    """Gaming baselines by the score of drafts; planted errors of six kinds found; false alarms.

    Example: python -m bench.gaming --reports indiana_reports.csv

    Reports are those of the specification, simulated ones, and those of --reports; figures are over all of them.
    Baselines: the worst of simulated reports and --reports counts.
    """
    every = specified(pairs, seed)
    told("specification", every)
    sources = {"simulated": simulated(pairs, seed)}
    if reports is not None:
        sources["reports"] = read(reports)
    sides = Tally(Counter(every.planted), Counter(every.found))
    scores = []
    for name, texts in sources.items():
        found, swapped = written(texts, pairs, seed)
        told(name, found)
        say(f"{name}: sides swapped found {swapped.found['side']:,} of {swapped.planted['side']:,}")
        every.add(found)
        sides.add(swapped)
        scores.append(gamed(name, texts, seed))
    worst = {key: round(max(each[key] for each in scores), 4) for key in KEYS[:3]}
    finish(
        KEYS,
        {
            **worst,
            "side_swap_found": round(sides.found["side"] / sides.planted["side"], 4),
            "planted_found": round(every.found_share, 4),
            "false_alarms": round(every.alarmed / every.same, 4),
        },
    )


if __name__ == "__main__":
    command(main)
