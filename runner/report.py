"""The run report: a manifest as one HTML file that needs nothing else, in light and in dark."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from eval.drawing import style as drawing
from runner.account import COLUMNS, Manifest, accounts, remarks, size, verdict
from runner.pages import adverse, coding, drafts, outcomes, quality, sections, signals

HEADLINES = {
    "published": "The night is published",
    "failed": "The night failed",
    "interrupted": "The night was interrupted",
    "unchanged": "A quiet night",
}


def write(manifest: Manifest, out: Path) -> None:
    out.write_text(page(manifest), encoding="utf-8")


def page(manifest: Manifest) -> str:
    pages = resources.files("runner.pages")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"number": "{:,}".format, "size": size, "states": _states}
    template = environment.from_string(pages.joinpath("report.html").read_text(encoding="utf-8"))
    css = Markup(pages.joinpath("report.css").read_text(encoding="utf-8") + drawing.css())
    return template.render(m=_whole(manifest), css=css, **_shown(manifest))


def _shown(manifest: Manifest) -> dict[str, Any]:
    return {
        "headline": HEADLINES[manifest["status"]],
        "verdict": verdict(manifest),
        "when": _when(manifest["started"]),
        "remarks": remarks(manifest),
        "figures": sections.figures(manifest),
        "accounts": accounts(manifest),
        "columns": COLUMNS,
        "coverage": sections.coverage(manifest),
        "quality": quality.section(manifest),
        "coding": coding.section(manifest),
        "adverse": adverse.section(manifest),
        "signals": signals.section(manifest),
        "outcomes": outcomes.section(manifest),
        "drafts": drafts.section(manifest),
        "quarantine": sections.rules(manifest.get("quarantine", ())),
        "warnings": sections.rules(manifest.get("warnings", ())),
        "checks": manifest.get("checks", {}),
        "tables": sections.tables(manifest),
        "empty": sections.empty_tables(manifest),
        "own": sections.memory_of_nights(manifest),
        "parts": sections.parts(manifest),
        "steps": sections.steps(manifest) if manifest["status"] != "unchanged" else [],
        "memory": sections.memory(manifest),
        "print": _fingerprint(manifest),
    }


def _whole(manifest: Manifest) -> Manifest:
    """A night that failed early knows less, one without news repeats what the last one did; both are left out."""
    if manifest["status"] == "unchanged":
        manifest = {name: said for name, said in manifest.items() if name not in ("sources", "steps", "warnings")}
    absent: dict[str, Any] = {
        "balance": [],
        "quarantine": [],
        "warnings": [],
        "sources": {},
        "refused": {},
        "error": None,
    }
    return {**absent, "engine": {"kind": "?", "workers": 1}, **manifest}


def _fingerprint(manifest: Manifest) -> list[tuple[str, str]]:
    engine = manifest.get("engine", {})
    shown = {
        "run": manifest["run_id"],
        "snapshot": manifest.get("snapshot"),
        "snapshot before": manifest.get("previous"),
        "finished": manifest.get("finished"),
        "chartloom": manifest.get("chartloom"),
        "code digest": manifest.get("code_digest"),
        "configuration digest": manifest.get("config_digest"),
        "engine": " ".join(f"{key} {value}" for key, value in engine.items()),
    }
    return [(name, str(value)) for name, value in shown.items() if value]


def _when(started: str) -> str:
    """Friday 20 November 2026, 23:00 UTC."""
    return datetime.fromisoformat(started).strftime("%A %-d %B %Y, %H:%M UTC")


def _states(groups: Sequence[Mapping[str, Any]]) -> str:
    """3 groups of files: 1 new, 2 unchanged (12.3 MB)."""
    counted = ", ".join(f"{number} {state}" for state, number in Counter(g["state"] for g in groups).items())
    return f"groups of files: {counted or 'none'} ({size(sum(g['bytes'] for g in groups))})"
