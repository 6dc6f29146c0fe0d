"""`chartloom train outcomes` and `score`: models of what will happen, and how right predictions were."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.commands.train import Licence, OpenData, Out, Seed, Source

if TYPE_CHECKING:
    from outcomes.train import Training

Data = Annotated[
    Path, typer.Option(metavar="PATH", help="lake/open; or any MEDS data set; or one .parquet file of events.")
]


Task = Annotated[
    list[str], typer.Option(metavar="TASK", help="A file of ACES's YAML, or a shipped one: mortality ...; repeat.")
]
Join = Annotated[
    list[str] | None, typer.Option(metavar="TABLE", help="Further features: findings, codes, embeddings; repeat.")
]
Challenger = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="A sequence model, taken only if it is surely better; repeat.")
]
AllowLeak = Annotated[
    list[str] | None, typer.Option(metavar="CODE", help="Not a leak, whatever the check says; repeat.")
]
OnlyCohort = Annotated[bool, typer.Option("--only-cohort", help="Show who would be learned from, and end.")]


def train_outcomes(
    task: Task,
    data: Data,
    out: Out,
    join: Join = None,
    challenger: Challenger = None,
    allow_leak: AllowLeak = None,
    only_cohort: OnlyCohort = False,
    seed: Seed = 1,
    source: Source = "not said",
    licence: Licence = "not said",
    open_data: OpenData = False,
) -> None:
    """Train models of outcomes from timelines. One artifact a task, each with its model card, below --out.

    Persons whom subject_splits.parquet holds out teach nothing and are judged on. A leak of the label into what is
    known before it stops the training.

    \b
    Example: chartloom train outcomes --task mortality --task readmission --data lake/open --out artifacts/outcomes
             chartloom train outcomes --task sepsis.yaml --data meds --out artifacts/outcomes --only-cohort
             chartloom run nightly      with `artifacts: artifacts/outcomes` of the step outcomes in pipelines.yaml
    """
    from outcomes.train import Training, cohorts

    if only_cohort:
        for text in cohorts(task, data):
            typer.echo(text)
        return
    given = Training(seed, tuple(join or ()), tuple(challenger or ()), tuple(allow_leak or ()), source=source,
                     licence=licence, phi=not open_data)  # fmt: skip
    _train(task, data, out, given)


def _train(task: list[str], data: Path, out: Path, given: "Training") -> None:
    from outcomes.train import train

    many = (("task", task), ("join", given.join), ("challenger", given.challengers), ("allow-leak", given.allow))
    named = " ".join(f"--{name} {each}" for name, values in many for each in values)
    training = replace(given, command=f"chartloom train outcomes {named} --seed {given.seed}")
    for trained in train(task, data, out, training, tell=partial(typer.echo, err=True)):
        typer.echo(f"{trained.task}: {trained.said}; digest {trained.digest}")


def score(
    task: Annotated[str, typer.Argument(metavar="TASK", help="outcomes or reports.")],
    pred: Annotated[Path, typer.Option(metavar="FILE", help="What was predicted: outcomes.parquet, reports.parquet.")],
    gold: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What became of it; for outcomes the column observed of --pred serves too."),
    ] = None,
) -> None:
    """Score predictions of outcomes, or draft reports, with intervals.

    Outcomes: AUROC, AUPRC, calibration and decisions, over persons. Gold: Parquet or CSV with subject_id (or
    patient_id), encounter_id, task, prediction_time, label (1, 0); target for tasks with many. Predictions of persons
    who taught the model are left out where the file says so.

    Reports: findings beyond chance, beside the gaming baselines, and errors by kind. Gold: Parquet or CSV with study_id
    (or uid) and text (or findings, impression).

    \b
    Example: chartloom score outcomes --pred out/outcomes.parquet --gold labels.csv
             chartloom score outcomes --pred lake/open/outcomes/00000000.parquet
             chartloom score reports --pred out/reports.parquet --gold signed.csv
    """
    from contract.errors import ConfigError

    if task not in {"outcomes", "reports"}:
        raise ConfigError(f"score knows no task {task!r}; expected outcomes or reports.")
    if task == "reports" and gold is None:
        raise ConfigError("score reports needs --gold FILE: the reports that persons wrote, with study_id and text.")
    for line in _scored(task, pred, gold):
        typer.echo(line)


def _scored(task: str, pred: Path, gold: Path | None) -> Iterator[str]:
    if task == "reports" and gold is not None:
        from runner.report_scoring import scored as reports

        return reports(pred, gold)
    from runner.scoring import scored

    return scored(pred, gold)


def explain(
    pred: Annotated[Path, typer.Option(metavar="FILE", help="outcomes.parquet, or a folder of such files.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="A page, readable by its owner only.")],
    task: Annotated[str, typer.Option(help="Of this task only.")] = "",
    encounter: Annotated[str, typer.Option(metavar="ID", help="Of this encounter only.")] = "",
    most: Annotated[int, typer.Option(min=1, help="Predictions that are drawn, the riskiest first.")] = 20,
) -> None:
    """Draw what moved predictions. One figure each, as the contributions in `outcomes` say.

    \b
    Example: chartloom explain --pred out/outcomes.parquet --out why.html --task mortality
    """
    from runner.explaining import explain as drawn

    typer.echo(f"{drawn(pred, out, task, encounter, most)} predictions drawn: {out}")
