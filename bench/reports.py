"""Do drafts say what images show, beside systems of the literature, the classifier that feeds them, and the ceiling?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench import reports_gaming, reports_table
from bench.json_line import command, finish, say
from bench.reports_given import Given, read
from bench.reports_judged import Judged, of_findings, of_texts
from bench.reports_reader import read as best_reader
from bench.reports_systems import OURS, Written, ours, written
from contract.errors import InputError
from imaging.drafting.provenance import Faults, of_drafts
from imaging.literature import named
from models.threads import one_blas_thread

KEYS = (
    "final", "systems", "classifier_f1", "ceiling_f1", "control_f1", "constant_f1", "unsupported_sentences",
    "false_priors",
)  # fmt: skip
LEVELS = (2.0, 3.0, 4.0)  # noise: easy, the simulator's default, hard
SHOWN = 3.0  # of the levels, the one whose figures are the result
CONSTANT = "constant"


@dataclass(frozen=True)
class Level:
    """One noise: every system's drafts of the same studies."""

    written: Mapping[str, Written]
    judged: Mapping[str, Judged]
    classifier: Judged
    ceiling: Judged
    control: Judged
    faults: Faults  # of ours: no study here has a prior


def level(train: Given, test: Given, noise: float, names: Sequence[str], seed: int) -> Level:
    """Vectors of training and test are drawn apart; the control is taught, and judged, on vectors of other studies."""
    teaching, asked = train.studies(noise, seed), test.studies(noise, seed + 1)
    made, readings = ours(train, teaching, asked, seed)
    found = {name: written(name, train, teaching, asked) for name in names}
    found[OURS] = made
    shuffled, _ = ours(train, train.shuffled(teaching, seed), test.shuffled(asked, seed), seed)
    return Level(
        found,
        {name: of_texts(test, each.texts) for name, each in found.items()},
        of_findings(test, readings.present()),
        of_findings(test, best_reader(train.truth, asked, noise, seed)),
        of_texts(test, shuffled.texts),
        of_drafts(made.drafts, [()] * len(test)),
    )


def main(
    train: Annotated[Path, typer.Option(help="CSV with the columns uid, MeSH, findings, impression (Open-i).")],
    test: Annotated[Path, typer.Option(help="Of the same layout: reports that nobody learned from.")],
    noise: Annotated[float, typer.Option(help="SD of the noise on vectors of SD 1; 0: three levels.")] = 0.0,
    systems: Annotated[str, typer.Option(help="Which of the literature, with commas; without, all.")] = "",
    seed: Annotated[int, typer.Option(help="Of noise and training.")] = 1,
) -> None:
    """Drafts of reports against the truth behind the images, with side and severity; vectors are simulated.

    Example: python -m bench.reports --train train.csv --test test.csv --noise 3

    The vectors are the manual labels through a fixed random network with noise: no figure speaks of real images.
    The metrics of text stand beside the constant report's, which knows nothing.
    """
    names = [name.strip() for name in systems.split(",") if name.strip()] or list(named.SYSTEMS)
    if unknown := sorted(set(names) - set(named.SYSTEMS)):
        raise InputError(f"--systems: {', '.join(unknown)} not known; expected of {', '.join(named.SYSTEMS)}.")
    names = list(dict.fromkeys([CONSTANT, *names]))
    teaching, asked = read(train), read(test)
    if shared := set(teaching.texts) & set(asked.texts):
        say(f"{len(shared)} texts stand in both files, word for word: short normal reports do")
    abnormal = sum(map(bool, asked.truth))
    say(f"{len(teaching)} reports to learn from, {len(asked)} to judge on, {abnormal} of them abnormal")
    with one_blas_thread():
        levels = {each: level(teaching, asked, each, names, seed) for each in ([noise] if noise else LEVELS)}
    for each, one in levels.items():
        reports_table.tell(f"noise {each:g}", asked, one)
    shown = levels[noise or SHOWN]
    say("the gaming suite on the reports judged by")
    reports_gaming.tell(asked, {name: each.texts for name, each in shown.written.items()})
    finish(KEYS, result(asked, shown))


def result(asked: Given, shown: Level) -> dict[str, object]:
    return {
        "final": OURS,
        "systems": {name: reports_table.row(asked, shown, name) for name in shown.written},
        "classifier_f1": round(shown.classifier.f1("finding"), 4),
        "ceiling_f1": round(shown.ceiling.f1("finding"), 4),
        "control_f1": round(shown.control.f1("finding"), 4),
        "constant_f1": round(shown.judged[CONSTANT].f1("finding"), 4),
        "unsupported_sentences": shown.faults.unsupported,
        "false_priors": shown.faults.false_priors,
    }


if __name__ == "__main__":
    command(main)
