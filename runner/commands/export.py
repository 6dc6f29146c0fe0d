"""`chartloom export`: what leaves the lake in a standard's own form."""

from pathlib import Path
from typing import Annotated

import typer

from runner.commands.options import LAKE, LakeFolder

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def export() -> None:
    """Write FHIR out as bulk NDJSON; codes for billing; drafts of imaging reports; one event for a regulator.

    \b
    Example: chartloom export fhir --out bulk
             chartloom export codes --out billing --format csv
             chartloom export reports --out drafts
             chartloom export e2b NOTE/1 --out report.xml
    """


@app.command()
def fhir(
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder.")],
    kinds: Annotated[list[str] | None, typer.Option("--type", metavar="TYPE", help="Only this type; repeat.")] = None,
    phi: Annotated[bool, typer.Option("--phi", help="From the PHI root; written to the audit.")] = False,
    lake: LakeFolder = LAKE,
) -> None:
    """Write FHIR R4 bulk NDJSON, one file a type, and manifest.json last of all.

    \b
    Example: chartloom export fhir --out bulk --type Patient --type Observation
    """
    from runner.bars import watching
    from runner.commands.screen import screen
    from runner.export import export_fhir

    with watching(screen()) as progress:
        manifest = export_fhir(lake, out, types=kinds or (), phi=phi, progress=progress)
    for entry in manifest["output"]:
        typer.echo(f"{entry['url']}: {entry['count']:,}")
    if not manifest["output"]:
        typer.echo(f"No resources in {'phi/fhir' if phi else 'fhir: the open root is filled by de-identification'}.")


@app.command()
def codes(
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder.")],
    form: Annotated[str, typer.Option("--format", help="fhir, hl7 (v2.5.1, BAR^P12) or csv.")] = "csv",
    suggested: Annotated[
        bool, typer.Option("--suggested", help="Also what nobody has accepted yet, marked unconfirmed.")
    ] = False,
    tables: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Your folder of code tables, for earlier editions.")
    ] = None,
    country: Annotated[str, typer.Option(help="Whose editions: US, ES ...")] = "US",
    lake: LakeFolder = LAKE,
) -> None:
    """Write the codes that coders accepted, with real ids and dates; written to the audit of PHI.

    Each code is held against the edition in force on the day of discharge (service, for outpatients).

    \b
    Example: chartloom export codes --out billing --format hl7
             chartloom export codes --out suggestions --format fhir --suggested
    """
    from runner.bars import watching
    from runner.codes_export import Wanted, export_codes
    from runner.commands.screen import screen

    with watching(screen()) as progress:
        manifest = export_codes(lake, out, Wanted(form, suggested, tables, country), progress)
    for entry in (*manifest["output"], *manifest["error"]):
        typer.echo(f"{entry['url']}: {entry['count']:,}")
    for rule, times in manifest["faults"].items():
        typer.echo(f"{rule}: {times:,}", err=True)
    typer.echo(", ".join(f"{status} {number:,}" for status, number in manifest["codes"].items()) or "no codes")


@app.command()
def reports(
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder.")],
    lake: LakeFolder = LAKE,
) -> None:
    """Write draft imaging reports as FHIR R4 NDJSON, preliminary and unsigned; written to the audit of PHI.

    Studies of which chartloom says nothing are counted, not written.

    \b
    Example: chartloom export reports --out drafts
    """
    from runner.bars import watching
    from runner.commands.screen import screen
    from runner.reports_export import export_reports

    with watching(screen()) as progress:
        manifest = export_reports(lake, out, progress)
    for entry in manifest["output"]:
        typer.echo(f"{entry['url']}: {entry['count']:,}")
    typer.echo(", ".join(f"{kind} {number:,}" for kind, number in manifest["drafts"].items()) or "no drafts")


@app.command()
def e2b(
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="NOTE_ID/FINDING_ID of a row of phi/findings.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="A new file.")],
    site: Annotated[
        Path | None, typer.Option(metavar="FILE", help="YAML: sender, receiver, organisation, country, MedDRA terms.")
    ] = None,
    number: Annotated[str, typer.Option(help="Of the case, as you number cases; else a random one.")] = "",
    lake: LakeFolder = LAKE,
) -> None:
    """Write one harm by a drug as an ICH E2B(R3) report (XML), for your safety team; written to the audit of PHI.

    What the standard requires and the record does not tell is listed: it is for the safety team to fill in.

    \b
    Example: chartloom export e2b 5f2c/1 --out report.xml --site site.yaml
    """
    from runner.e2b_export import Wanted, export_e2b

    lacking = export_e2b(lake, out, Wanted(finding, site, number))
    typer.echo(f"report: {out}")
    for element in lacking:
        typer.echo(f"missing: {element}", err=True)
