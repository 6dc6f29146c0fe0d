"""The report on predicted outcomes: how many, what was decided, and what has drifted since training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from outcomes.trust import figure
from runner.account import Manifest, count
from runner.pages.sections import Bar

WHY = {
    "no-artifact": "no artifact is there: `chartloom train outcomes` makes one",
    "no-prediction": "persons whom no task asks about",
    "other-codes": "persons most of whose codes the artifact has never seen: nothing is decided",
}
MEASURES = {
    "psi": "values have moved",
    "missing": "measured more or less often",
    "unseen_codes": "codes never seen in training",
    "calibration": "risks no longer hold",
}
DRAWN = 6  # models


@dataclass(frozen=True)
class Line:
    name: str
    said: str
    plot: Markup


@dataclass(frozen=True)
class Section:
    said: str
    artifact: str
    tasks: tuple[Mapping[str, str], ...]
    why: tuple[Bar, ...]
    drift: str
    alarms: tuple[Mapping[str, str], ...]
    lines: tuple[Line, ...]


def section(manifest: Manifest) -> Section | None:
    """Nothing where no step predicts outcomes."""
    said = manifest.get("outcomes")
    if not said:
        return None
    drift = said["drift"]
    tasks = tuple(_task(one) for one in said["tasks"])
    return Section(
        _said(said), ", ".join(said["artifacts"]), tasks, _why(said["flags"]), _drift(drift),
        tuple(_alarm(row) for row in drift["listed"]) if drift else (), tuple(_lines(drift["lines"])) if drift else (),
    )  # fmt: skip


def _said(said: Mapping[str, Any]) -> str:
    persons = f"{count(said['persons'], 'person')} with a timeline"
    if not said["tasks"]:
        return f"No prediction was made for {persons}."
    made = count(sum(one["predictions"] or 0 for one in said["tasks"]), "prediction")
    unseen = 100 * said["unseen"] / max(said["events"], 1)
    tasks = count(len(said["tasks"]), "task")
    return f"{made} for {tasks}, among {persons}; {unseen:.1f} % of their events have codes that no artifact has seen."


def _task(one: Mapping[str, Any]) -> dict[str, str]:
    told = {name: _n(one[name]) for name in ("predictions", "persons", "known", "taught")}
    return {"task": one["task"], **told, **{name: _n(held, "few") for name, held in one["decisions"].items()}}


def _why(flags: Mapping[str, int | None]) -> tuple[Bar, ...]:
    most = max((n or 0 for n in flags.values()), default=0) or 1
    return tuple(Bar(name, 100 * (n or 0) / most, _n(n), WHY.get(name, "")) for name, n in flags.items())


def _drift(drift: Mapping[str, Any] | None) -> str:
    if drift is None:
        return ""
    if not drift["measured"]:
        return "Nothing can be told yet: too few stays of persons who taught no model."
    found = count(drift["alarms"], "alarm") if drift["alarms"] else "No alarm"
    return f"{found} among {count(drift['measured'], 'measure')} of what has moved since training."


def _alarm(row: Mapping[str, Any]) -> dict[str, str]:
    name = f"{row['task']} {row['target']}".strip()
    return {
        "task": name, "said": MEASURES.get(row["measure"], row["measure"]), "measure": row["measure"],
        "input": row["input"], "period": row["period"] or "since training",
        **{key: "" if row[key] is None else f"{row[key]:.3g}" for key in ("value", "reference", "limit")},
    }  # fmt: skip


def _lines(lines: Sequence[Mapping[str, Any]]) -> list[Line]:
    out = []
    for one in lines[:DRAWN]:
        drawn = figure.drift(one["rows"])
        whole = next((row for row in one["rows"] if not row["period"]), None)
        if drawn is not None and whole is not None:
            said = (
                f"{whole['value']:.2f} ({whole['lower']:.2f} to {whole['upper']:.2f}) of {whole['predictions']:,} stays"
            )
            out.append(Line(f"{one['task']} {one['target']}".strip(), said, drawn.svg))
    return out


def _n(number: int | None, few: str = "under 5") -> str:
    return few if number is None else f"{number:,}"
