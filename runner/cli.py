"""`chartloom`: the command line. Nothing heavy is imported before a command needs it: --help answers at once."""

import os
import sys
import traceback
from types import TracebackType
from typing import Annotated

import typer
from typer.main import get_command

from contract.errors import ChartloomError, Interrupted
from runner.commands import (
    audit,
    export,
    heatmap,
    labelling,
    look,
    night,
    outcomes,
    persons,
    quarantine,
    release,
    reports,
    review,
    room,
    signals,
    similar,
    simulated,
    sniff,
    train,
)
from runner.mishaps import foreseen

EPILOG = """Exit codes: 0 done; 1 an unexpected error; 2 a wrong option, pipelines.yaml or plan;
3 input that cannot be used; 4 the lake (disk full, damaged); 5 another run holds the lake;
6 a check said no, nothing was published; 7 a step failed; 8 published without a source that cannot be read;
130 interrupted (Ctrl-C).
docs/command-line.md says what to do about each."""

LIBRARIES = {  # read by numeric libraries when they load, here and in worker processes
    "OPENBLAS_NUM_THREADS": "1",  # a worker has one core; idle BLAS threads would spin on it
    "OMP_NUM_THREADS": "1",
}

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for command in (
    simulated.demo,
    simulated.simulate,
    sniff.sniff,
    night.run,
    night.plan,
    look.status,
    night.apply,
    look.query,
    look.tables,
    room.prune,
    release.release,
    persons.forget,
    similar.similar,
    signals.signals,
    outcomes.score,
    outcomes.explain,
    heatmap.heatmap,
    reports.drafts,
):
    app.command()(command)
app.command("opt-out")(persons.opt_out)
app.command("next")(labelling.next_notes)
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(export.app, name="export")
app.add_typer(audit.app, name="audit")
app.add_typer(review.app, name="review")
train.app.command("outcomes")(outcomes.train_outcomes)
train.app.command("reports")(reports.train_reports)
app.add_typer(train.app, name="train")


@app.callback()
def chartloom(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the code an error arose; the trace may hold PHI.")
    ] = False,
) -> None:
    """Weaves hospital exports into FHIR R4 and patient timelines, every night.

    \b
    Example: chartloom demo              a small simulated hospital, one night, its report
             chartloom run nightly       the night that pipelines.yaml describes
    """
    if debug:
        sys.excepthook = sys.__excepthook__


def main() -> None:
    for name, value in LIBRARIES.items():
        os.environ.setdefault(name, value)
    sys.excepthook = last_words
    command = get_command(app)  # called itself, not through typer, whose own excepthook would show the trace
    try:
        with foreseen():
            command(prog_name="chartloom")
    except ChartloomError as error:
        if sys.excepthook is sys.__excepthook__:
            traceback.print_exc()
        typer.echo("\n".join([f"chartloom: {error}", *getattr(error, "__notes__", ())]), err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("chartloom: interrupted", err=True)
        sys.exit(Interrupted.exit_code)


def last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An error nobody foresaw: its own message may quote a row, so only its kind and place are said."""
    frames = traceback.extract_tb(trace)
    place = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    reason = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    typer.echo(
        f"chartloom: unexpected {kind.__name__}{reason}{place}. `chartloom --debug ...` shows the whole trace; "
        "it may hold PHI, so look before you pass it on.",
        err=True,
    )


if __name__ == "__main__":
    main()
