"""Are the findings of chest X-ray reports labelled as people labelled them, and how many reports a CPU-second?"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench.json_line import command, finish, say
from bench.labeller_gold import Finding, Report, half, known, read, words
from eval.findings import Counts, Floats, Label, agreement, counts
from eval.resampling import around, draws
from imaging.labeller.attributes import side
from imaging.labeller.labelled import Labelled
from imaging.labeller.labeller import Labeller

KEYS = ("mean_f1", "by_finding", "reports_per_cpu_s")
LEAST_S = 2.0  # CPU-seconds that speed is measured over
HALVES = ("open", "shut")


@dataclass(frozen=True)
class Judged:
    reports: Sequence[Report]
    ours: Counts
    sides: tuple[int, int]  # the same, of those that the indexers named
    severities: tuple[int, int]
    baseline: Counts


def given(found: Sequence[Labelled], findings: Mapping[str, Finding], *, doubtful: bool = False) -> list[Label]:
    """What the labeller says is there, in the names of the bench. `doubtful`: what is uncertain counts too."""
    states = {"present", "uncertain"} if doubtful else {"present"}
    labels = []
    for name, finding in findings.items():
        here = [each for each in found if each.finding in finding.findings and each.state in states]
        if here:
            grades = {each.severity for each in here}
            severity = next((grade for grade in ("severe", "moderate", "mild") if grade in grades), "")
            labels.append(Label(name, side([each.side for each in here]), severity))
    return labels


def judge(reports: Sequence[Report], *, doubtful: bool = False) -> Judged:
    findings = known()
    gold = [[f.label(name, each.mesh) for name, f in findings.items() if f.marked(each.mesh)] for each in reports]
    labelled = Labeller().label([each.text for each in reports])
    ours = [given(each, findings, doubtful=doubtful) for each in labelled]
    plain = words(findings)
    simple = [[Label(name) for name, pattern in plain.items() if pattern.search(each.text)] for each in reports]
    names = list(findings)
    both = agreement(gold, ours, "side"), agreement(gold, ours, "severity")
    return Judged(reports, counts(gold, ours, names), *both, counts(gold, simple, names))


def told(judged: Judged, part: str) -> None:
    """On stderr, with intervals of 95 % by bootstrap over reports."""
    weights = draws([each.uid for each in judged.reports])
    ours, plain = judged.ours, judged.baseline
    value, other = ours.mean_f1(), plain.mean_f1()
    drawn, drawn_plain = ours.mean_f1(weights), plain.mean_f1(weights)
    say(f"{part}: {len(judged.reports)} reports, mean F1 {shown(value[0], drawn)}, micro {ours.micro_f1()[0]:.3f}")
    say(f"  words alone {shown(other[0], drawn_plain)}, difference {shown((value - other)[0], drawn - drawn_plain)}")
    for aspect, (same, asked) in (("side", judged.sides), ("severity", judged.severities)):
        say(f"  {aspect}: the same in {same} of {asked} found findings where the indexers named one")
    each, drawn = ours.f1()[0], ours.f1(weights)
    for at, name in enumerate(ours.findings):
        say(
            f"  {name:15} {shown(each[at], drawn[:, at])}, words alone {plain.f1()[0, at]:.3f}, "
            f"marked {ours.wanted[:, at].sum():.0f}"
        )


def shown(value: float, drawn: Floats) -> str:
    interval = around(value, drawn)
    return f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def speed(texts: Sequence[str], remembered: int | None = None) -> float:
    """Reports a CPU-second, each pass with a labeller that has seen nothing yet."""
    Labeller().label(texts[:1])  # its data are read
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < LEAST_S:
        (Labeller() if remembered is None else Labeller(remembered)).label(texts)
        done += len(texts)
    return done / spent


def main(
    reports: Annotated[Path, typer.Option(help="CSV with the columns uid, MeSH, findings, impression (Open-i).")],
    part: Annotated[str, typer.Option(help="Only this half of the reports: open or shut.")] = "",
    doubtful: Annotated[bool, typer.Option("--doubtful", help="What is uncertain counts as there.")] = False,
) -> None:
    """Mean F1 over thirteen findings against manual MeSH labels, and reports a CPU-second.

    Example: python -m bench.labeller --reports indiana_reports.csv

    Which heading means which finding stands in bench/labeller_findings.yaml.
    """
    every = read(reports)
    if part not in {"", *HALVES}:
        raise typer.BadParameter(f"--part must be one of {', '.join(HALVES)}; found {part!r}.")
    for name in [part] if part else HALVES:
        chosen = [each for each in every if half(each.uid) == name]
        if chosen:
            told(judge(chosen, doubtful=doubtful), name)
    if part:
        every = [each for each in every if half(each.uid) == part]
    judged = judge(every, doubtful=doubtful)
    told(judged, part or "all")
    texts = [each.text for each in every]
    quick = speed(texts)
    length = sum(len(text.split()) for text in texts) / len(texts)
    say(f"{quick:.0f} reports a CPU-second of {length:.0f} words; no sentence remembered: {speed(texts, 0):.0f}")
    by_finding = {
        name: round(float(value), 4) for name, value in zip(judged.ours.findings, judged.ours.f1()[0], strict=True)
    }
    finish(
        KEYS,
        {
            "mean_f1": round(float(judged.ours.mean_f1()[0]), 4),
            "by_finding": {name: None if value != value else value for name, value in by_finding.items()},
            "reports_per_cpu_s": round(quick),
        },
    )


if __name__ == "__main__":
    command(main)
