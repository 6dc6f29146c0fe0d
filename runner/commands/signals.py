"""`chartloom signals`: which pairs of drug and event a file of spontaneous reports holds too often."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contract.errors import ConfigError

if TYPE_CHECKING:
    from nlp.adverse.signals.disproportion import Measured


def signals(
    reports: Annotated[Path, typer.Option(metavar="FILE", help="CSV or Parquet, one row a report, drug and event.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder.")],
    column: Annotated[
        list[str] | None, typer.Option(metavar="NAME=COLUMN", help="report, drug, event, date, age, sex; repeat.")
    ] = None,
    by: Annotated[str, typer.Option(help="Strata of expected counts: age, sex, year, with commas.")] = "",
    least: Annotated[int, typer.Option(min=1, help="Reports of a pair that is measured.")] = 3,
    counting: Annotated[str, typer.Option(help="What margins count: pairs (as vigipy) or reports.")] = "pairs",
    like: Annotated[str, typer.Option(help="exact, or vigipy: prior and quantiles as that package stops.")] = "exact",
    cross: Annotated[bool, typer.Option("--cross", help="Pair each drug of a report with each of its events.")] = False,
    delimiter: Annotated[str, typer.Option(help="Of a CSV file; looked for where it is not said.")] = "",
) -> None:
    """Measure spontaneous reports: PRR, ROR, IC and EBGM of every pair, with a page to look at.

    \b
    Example: chartloom signals --reports reports.csv --out signals
             chartloom signals --reports faers.parquet --out signals --by age,sex,year --counting reports
    """
    from nlp.adverse.signals.disproportion import Measuring
    from nlp.adverse.signals.reports import Reading
    from runner.bars import watching
    from runner.commands.screen import screen
    from runner.disproportion import run

    strata = tuple(dict.fromkeys(part.strip() for part in by.split(",") if part.strip()))
    reading = Reading(_named(column or []), strata, cross, delimiter)
    parts = ["reading", "counting", "prior", "measuring", "months", "writing"]
    with watching(screen()) as progress:
        progress.start("signals", len(parts), "parts")
        measured = run(
            reports, out, reading, Measuring(least, counting, like), lambda _: progress.advance("signals", 1)
        )
        progress.finish("signals")
    _tell(measured, out, least)


def _tell(measured: "Measured", out: Path, least: int) -> None:
    from runner.commands.screen import near

    said = measured.account
    typer.echo(
        f"{said.rows:,} rows: {said.reports:,} reports, {said.duplicates:,} duplicate rows counted once, "
        f"{said.rejected:,} rejected; {len(measured.signals):,} pairs measured."
    )
    if not len(measured.signals):
        typer.echo(f"no pair stands in {least} reports or more: --least says how many it takes", err=True)
    if said.rejected:
        typer.echo(f"rejected rows, with line and reason: {near(out / 'rejected.csv')}", err=True)
    typer.echo(f"page: {near(out / 'signals.html')}")


def _named(said: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in said]
    for ours, equals, name in pairs:
        if not (ours and equals and name):
            raise ConfigError("--column expects NAME=COLUMN, such as --column drug=medicine.")
    return {ours: name for ours, _, name in pairs}
