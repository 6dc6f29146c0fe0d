"""`chartloom demo` and `simulate`: hospitals that never were."""

from pathlib import Path
from typing import Annotated

import typer

from runner.commands.options import pairs

NAME = "anna"  # of whoever tries the coders' page


def demo(
    patients: Annotated[int, typer.Option(help="Persons of the hospital.")] = 200,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Everything is made in here.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Another seed, another hospital.")] = 7,
) -> None:
    """Make a small hospital, run a night on it, learn outcomes from what it published, and run the next night.

    The first night has no models of outcomes yet, says so and goes on; the second has. Then ask it some questions and
    open the report. Run it again and nothing is new. Remove the folder to begin afresh.

    \b
    Example: chartloom demo --patients 500 --out /tmp/demo
    """
    from runner import browser
    from runner.bars import watching
    from runner.commands.night import night
    from runner.commands.screen import screen
    from runner.config import load
    from runner.demo import ARTIFACTS, prepare, teach

    with watching(screen()) as progress:
        config = load(prepare(out, patients, seed, progress))
    manifest = night(config, "nightly")
    if teach(config.lake, out / ARTIFACTS, lambda line: typer.echo(line, err=True)):
        manifest = night(config, "nightly")
    _ask(config.lake)
    _invite(out / "pipelines.yaml")
    browser.opened((config.lake / "runs" / str(manifest["run_id"]) / "report.html").resolve().as_uri())


def _ask(lake: Path) -> None:
    from runner.commands import answer
    from runner.commands.screen import near
    from runner.demo import QUESTIONS
    from runner.query import query

    for question, sql in QUESTIONS:
        phi = "phi." in sql
        typer.echo(f'\n{question}\nchartloom query {"--phi " if phi else ""}--lake {near(lake)} "{sql}"')
        answer.on_screen(*query(lake, sql, phi=phi))


def _invite(registry: Path) -> None:
    import shlex

    said = shlex.quote(str(registry))
    typer.echo(
        "\nWould you look at its charts as a coder does? Give yourself an account, then open the coders' page:\n"
        f"chartloom review user add {NAME} --role coder --config {said}\n"
        f"chartloom review --open --config {said}"
    )


def simulate(
    patients: Annotated[int, typer.Option(help="Persons of the hospital.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder: csv/, truth/, embeddings/.")],
    seed: Annotated[int, typer.Option(help="Another seed, another hospital.")] = 7,
    errors: Annotated[float, typer.Option(help="Share of rows into which an error is planted.")] = 0.0,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Any other switch of simulate; repeat.")
    ] = None,
) -> None:
    """Make a hospital whose truth is known. Raw CSV exports, notes, image embeddings; docs/simulate.md explains.

    \b
    Example: chartloom simulate --patients 1000 --out hospital --errors 0.01
             chartloom simulate --patients 1000 --out hospital --set missingness=1 --set drift.coding=0.5
    """
    from runner.bars import watching
    from runner.commands.screen import screen
    from runner.demo import hospital, simulated

    said = {"patients": str(patients), "seed": str(seed), "errors": str(errors), **pairs("--set", setting or [])}
    with watching(screen()) as progress:
        made = simulated(hospital(said), out, progress)
    for name, rows in sorted(made.rows.items()):
        typer.echo(f"{name}: {rows:,} rows")
    typer.echo(
        f"{made.patients:,} persons, {made.stays:,} stays, {made.deaths_in_hospital:,} deaths in hospital, "
        f"{made.readmissions:,} unplanned readmissions, {made.effects:,} adverse effects, {made.errors:,} errors"
    )
