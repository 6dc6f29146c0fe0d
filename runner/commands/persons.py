"""`chartloom forget` and `opt-out`: what a person may ask of the lake about themselves."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contract.errors import ConfigError
from runner.commands.options import CONFIG, ConfigFile

if TYPE_CHECKING:
    from runner.forgetting.forget import Forgotten
    from runner.forgetting.person import Asked

Patient = Annotated[
    str | None, typer.Argument(metavar="PATIENT", help="A key or identifier; a shell keeps it in its history.")
]
SourceName = Annotated[str, typer.Option("--source", metavar="NAME", help="The source that names them so.")]
Subject = Annotated[int | None, typer.Option("--subject", metavar="ID", help="By subject_id of phi.identities.")]
Listed = Annotated[Path | None, typer.Option("--file", metavar="FILE", help="One identifier a line.")]
PipelineName = Annotated[str, typer.Option("--pipeline", metavar="NAME", help="The pipeline whose inboxes are purged.")]


def forget(
    patient: Patient = None,
    source: SourceName = "",
    subject: Subject = None,
    file: Listed = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would go; change nothing.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="End what was stopped in the middle.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="When persons were forgotten; no names.")] = False,
    config: ConfigFile = CONFIG,
    pipeline: PipelineName = "nightly",
) -> None:
    """Forget a person. Inboxes, all snapshots, quarantine; they are barred from coming back. Cannot be undone.

    Releases and networks that may hold the person are listed: somebody has to see to them.

    \b
    Example: chartloom forget --file patients.txt --dry-run
             chartloom forget --subject 4611686018427387904 --yes
    """
    from runner.config import load
    from runner.forgetting import forget as forgetting

    loaded = load(config)
    if listed:
        _list(forgetting.barred(loaded.lake))
    elif resume:
        _show(forgetting.resume(loaded, pipeline), "Gone")
    elif dry_run:
        asked = _asked(patient, source, subject, file)
        _show([forgetting.look(loaded, pipeline, each) for each in asked], "Would go")
    else:
        asked = _asked(patient, source, subject, file)
        _show(forgetting.forget(loaded, pipeline, asked, lambda many: None if yes else _sure(many)), "Gone")


def opt_out(
    patient: Patient = None,
    source: SourceName = "",
    subject: Subject = None,
    file: Listed = None,
    undo: Annotated[bool, typer.Option("--undo", help="Their data may pass the gate again.")] = False,
    config: ConfigFile = CONFIG,
) -> None:
    """Keep a person's data out of the open root. From the next night on nothing of them passes the gate.

    \b
    Example: chartloom opt-out --file patients.txt
             chartloom opt-out --subject 4611686018427387904 --undo
    """
    from runner.config import load
    from runner.forgetting.opting import opt

    many = opt(load(config).lake, _asked(patient, source, subject, file), undo=undo)
    done = "may pass the gate again" if undo else "pass the gate no more"
    typer.echo(f"{many} {'person' if many == 1 else 'persons'}: data {done}, from the next night on.")


def _asked(patient: str | None, source: str, subject: int | None, file: Path | None) -> list["Asked"]:
    from runner.forgetting.person import Asked, asked_in

    if sum(said is not None for said in (patient, subject, file)) != 1:
        raise ConfigError("say who: PATIENT, --subject ID, or --file FILE; one of them.")
    if subject is not None:
        return [Asked(source=source, subject=subject)]
    return [Asked(name, source) for name in (asked_in(file) if file else [patient or ""])]


def _sure(many: int) -> None:
    typer.confirm(f"Forget {many} {'person' if many == 1 else 'persons'}? It cannot be undone.", abort=True)


def _list(acts: list[tuple[str, list[str]]]) -> None:
    typer.echo(f"{len(acts)} {'person is' if len(acts) == 1 else 'persons are'} barred.")
    for time, releases in acts:
        typer.echo(f"{time}{' in releases ' if releases else ''}{', '.join(releases)}")


def _show(all_: list["Forgotten"], gone: str) -> None:
    for found in all_:
        for table, rows in sorted(found.tables.items()):
            typer.echo(f"{gone}: {rows:,} rows of {table}")
        for source, rows in sorted(found.raw.items()):
            typer.echo(f"{gone}: {rows:,} raw rows of the inbox of {source}")
        typer.echo(f"{gone}: {found.snapshots} older snapshots, {found.sheets} reviewers' sheets")
        if found.charts:
            typer.echo(f"{gone}: {found.charts} charts of the coders' page, with all that was decided on them")
        for release in found.releases:
            typer.echo(f"Holds the person: release {release}. Tell its recipient, or revoke it.")
        for artifact in found.artifacts:
            typer.echo(f"Was trained on identifiable notes, perhaps theirs: {artifact}. Train it again.")
        for source in found.unpurged:
            typer.echo(f"Not purged: the files of {source}; its reader cannot do it. Take the rows out by hand.")
        for source, files in sorted(found.aside.items()):
            typer.echo(f"Not looked into: {files} files in the inbox of {source} that it does not read.")
    typer.echo("Not covered: exports, backups, and what disks keep of deleted files (docs/forget.md).")
