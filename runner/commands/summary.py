"""A night's end in the terminal: rows per table, quarantine, balance, the verdict, where the report is."""

from pathlib import Path

from rich.console import Console

from runner.account import COLUMNS, Manifest, accounts, change, remarks, seconds, size, told, verdict
from runner.commands.screen import near, table

REMARKS = 10  # shown at most


def show(console: Console, manifest: Manifest, lake: Path) -> None:
    if manifest["status"] != "unchanged":
        for part in (_tables, _quarantine, _balance, _checks):
            part(console, manifest)
    _remarks(console, manifest)
    colour = {"published": "green", "failed": "red"}.get(manifest["status"], "default")
    console.print(f"\n[{colour}]{verdict(manifest)}[/]")
    spent = f"{seconds(manifest['seconds'])} wall, {seconds(manifest['cpu_seconds'])} CPU"
    console.print(f"{spent}, {size(manifest.get('peak_mb', 0) * 1e6)} peak", style="dim")
    console.print(f"report: {near(lake / 'runs' / manifest['run_id'] / 'report.html')}", soft_wrap=True)


def _remarks(console: Console, manifest: Manifest) -> None:
    lines = remarks(manifest)
    more = [f"and {len(lines) - REMARKS} remarks more in the report"] if len(lines) > REMARKS else []
    for line in (*lines[:REMARKS], *more):
        console.print(line, markup=False, soft_wrap=True)


def _tables(console: Console, manifest: Manifest) -> None:
    shown = table("table", ">rows", ">change", ">files written")
    for name, said in told(manifest).items():
        files = f"{said['files_written']:,} of {said['files']:,}"
        shown.add_row(name, f"{said['rows']:,}", change(said["rows"], said.get("rows_before")), files)
    if shown.row_count:
        console.print()
        console.print(shown)


def _quarantine(console: Console, manifest: Manifest) -> None:
    shown = table("in quarantine", "source", "rule", ">rows")
    for entry in manifest.get("quarantine", ()):
        shown.add_row(str(entry.get("target") or ""), entry["source"], entry["rule"], f"{entry['rows']:,}")
    if shown.row_count:
        console.print()
        console.print(shown)


def _balance(console: Console, manifest: Manifest) -> None:
    shown = table("account", *(f">{name}" for name in COLUMNS), "")
    for line in accounts(manifest):
        numbers = (f"{line[name]:,}" for name in COLUMNS)
        shown.add_row(line["what"], *numbers, "[green]ok[/]" if line["holds"] else "[red]does not balance[/]")
    if shown.row_count:
        console.print()
        console.print(shown)


def _checks(console: Console, manifest: Manifest) -> None:
    failed = {name: check for name, check in manifest.get("checks", {}).items() if not check["passed"]}
    for name, check in failed.items():
        console.print(f"\n[red]check {name} failed[/]")
        for line in check["lines"]:
            console.print(f"  {line}", markup=False)
