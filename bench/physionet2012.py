"""PhysioNet/CinC Challenge 2012, from the raw files to who dies in hospital, at 12, 24 and 48 hours, by each model."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from bench.json_line import command, finish, say
from bench.physionet2012_judged import HEADLINE, HOURS, Scored, crossed, held_out, table
from bench.physionet2012_stays import Stays, night, outcomes, stays
from bench.place import workplace
from bench.saps import Saps
from contract.errors import InputError
from outcomes.learning.learner import Learner
from outcomes.learning.named import DEFAULT, NAMED

KEYS = ("auroc", "auprc", "min_se_ppv", "ece", "by_hours", "models", "cpu_s")
PEERS: Mapping[str, Callable[[], Learner]] = {"saps-i": Saps}
EVERY = ("logistic", "trees", *PEERS)


def main(
    train: Annotated[Path, typer.Option(help="Folder with set-a/*.txt and Outcomes-a.txt.")],
    test: Annotated[Path | None, typer.Option(help="Such a folder; left out: five folds of the training set.")] = None,
    models: Annotated[str, typer.Option(help="Beside the default, with commas.")] = ",".join(EVERY),
    work: Annotated[Path | None, typer.Option(help="Folder for lakes and logs; kept.")] = None,
) -> None:
    """AUROC, AUPRC, min(Se, PPV), ECE at 12, 24, 48 h; models with intervals and differences to the default.

    Example: python -m bench.physionet2012 --train physionet2012_set_a --test physionet2012_set_b

    The threshold of min(Se, PPV), recalibration and the mixture are learned on training persons, out of fold. ECE: ten
    bins of equally many stays. SAPS-I and SOFA of the outcomes' file are read by no model.
    """
    named = chosen(models)
    began = time.process_time()
    with workplace("physionet2012", work) as place:
        learned, spent = _stays(train, place / "train")
        judged, more = _stays(test, place / "test") if test else (None, 0.0)
    scored = {name: _scored(make(), learned, judged) for name, make in named.items()}
    tables = {name: table(one, scored[DEFAULT]) for name, one in scored.items()}
    cpu = time.process_time() - began + spent + more
    for name, found in tables.items():
        say(f"{name}: {found}")
    best = tables[DEFAULT]
    headline = {name: best[name] for name in ("auroc", "auprc", "min_se_ppv", "ece", "by_hours")}
    finish(KEYS, {**headline, "models": tables, "cpu_s": round(cpu, 1)})


def chosen(models: str) -> dict[str, Callable[[], Learner]]:
    known = {**NAMED, **PEERS}
    wanted = list(dict.fromkeys([DEFAULT, *filter(None, models.split(","))]))
    if unknown := [name for name in wanted if name not in known]:
        raise InputError(f"no model {', '.join(unknown)}; there are {', '.join(known)}.")
    return {name: known[name] for name in wanted}


def _stays(folder: Path, place: Path) -> tuple[Stays, float]:
    rows, spent = night(folder, place)
    found = stays(rows, outcomes(folder)).at(HOURS)
    died = int(found.at([HEADLINE]).cohort.label.sum())
    say(f"{folder.name}: {len(found.at([HEADLINE]).cohort)} stays, {died} died; {spent:.1f} CPU-s for the night")
    return found, spent


def _scored(learner: Learner, train: Stays, test: Stays | None) -> Scored:
    began, cpu = time.monotonic(), time.process_time()
    found = held_out(learner, train, test) if test else crossed(learner, train)
    say(f"{learner.name}: {time.monotonic() - began:.1f} s, {time.process_time() - cpu:.1f} CPU-s")
    return found


if __name__ == "__main__":
    command(main)
