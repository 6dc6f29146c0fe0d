"""Fields of breast reports: how many are exactly right in styles that training has not seen, beside plain systems."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.json_line import command, finish, say
from bench.pathology_reports.reports import frozen
from nlp.pathology.breast.artifact import load
from nlp.pathology.breast.knowledge import specs
from nlp.pathology.breast.literature import SYSTEMS, Fields
from nlp.pathology.breast.parser import Parser, truth
from nlp.pathology.breast.train import Known, Training, known, taught, train
from simulate.config import STYLES
from simulate.notes.corpus import breast_reports

KEYS = ("field_accuracy", "all_fields", "fields", "sets", "cpu_s_report")
LEFT_OUT = "table"  # the style of simulate/ that training does not see
SEEN = tuple(style for style in STYLES if style != LEFT_OUT)
REPORTS, JUDGED = 1500, 400
CURVE = (25, 50, 100, 200, 400, 800, 1500)
Read = Callable[[str], list[Fields]]
"""The fields of each specimen of a report; none where it is of no breast."""


@dataclass
class Judged:
    """Counts of one system on one set. A report of no breast counts in `false` if anything was read from it."""

    right: Counter[str] = field(default_factory=Counter)
    asked: int = 0  # specimens
    reports: int = 0
    whole: int = 0
    others: int = 0
    false: int = 0
    cpu_s: float = 0.0

    @property
    def field_accuracy(self) -> float:
        return sum(self.right.values()) / max(1, self.asked * len(specs()))

    @property
    def all_fields(self) -> float:
        return self.whole / max(1, self.reports)

    def said(self) -> dict[str, float]:
        per = {"cpu_s_report": round(self.cpu_s / max(1, self.reports + self.others), 4)}
        share = {"false_breast": round(self.false / max(1, self.others), 4)}
        return {
            "field_accuracy": round(self.field_accuracy, 4),
            "all_fields": round(self.all_fields, 4),
            **share,
            **per,
        }


def judge(read: Read, reports: Sequence[Known]) -> Judged:
    """20 fields a specimen, in the report's order; a specimen that was not found has all that it states wrong."""
    made = Judged()
    began = time.process_time()
    for each in reports:
        found = read(each.text)
        if not each.specimens:
            made.others += 1
            made.false += bool(found)
            continue
        made.reports += 1
        whole = len(found) == len(each.specimens)
        for at, (_, fields) in enumerate(each.specimens):
            said = found[at] if at < len(found) else {}
            right = [name for name in specs() if said.get(name, "") == truth(fields, name)]
            made.right.update(right)
            made.asked += 1
            whole = whole and len(right) == len(specs())
        made.whole += whole
    made.cpu_s = time.process_time() - began
    return made


def parsed(parser: Parser) -> Read:
    def read(text: str) -> list[Fields]:
        (specimens,) = parser.parse([text])
        return [{name: found.value for name, found in each.fields.items()} for each in specimens]

    return read


def sets(seed: int, judged: int = JUDGED) -> dict[str, list[Known]]:
    """The style left out of simulate/, with persons of its own; both halves of the frozen reports."""
    made = {"simulated": [known(said) for said in breast_reports(judged, seed + 1000, styles=(LEFT_OUT,))]}
    for half in ("open", "held"):
        made[half] = [
            Known(each.text, tuple((label or "", fields) for label, fields in each.specimens)) for each in frozen(half)
        ]
    return made


def learned_from(seed: int, reports: int, styles: tuple[str, ...] = SEEN) -> list[Known]:
    return [known(said) for said in breast_reports(reports, seed, styles=styles)]


def breast(
    seed: int = 1, reports: int = REPORTS, artifact: Path | None = None, *, baselines: bool = True
) -> dict[str, Any]:
    """`field_accuracy` and `all_fields` are of the frozen reports that are only counted; the rest stands beside.

    Their layouts are none of simulate/, so they are judged with what all styles of it taught, or with `artifact`.
    """
    every = sets(seed)
    some = learned_from(seed, reports)
    say(f"breast: learning from {reports} simulated reports of {len(SEEN)} styles")
    without = taught(some, Training(seed))
    say(f"breast: learning from {reports} of all styles" if artifact is None else f"breast: {artifact.name}")
    whole = load(artifact) if artifact else taught(learned_from(seed, reports, STYLES), Training(seed))
    mine = {name: judge(parsed(without if name == "simulated" else whole), of) for name, of in every.items()}
    for name, one in mine.items():
        say(f"breast, {name}: {one.said()}")
    if baselines:
        for name, said in _baselines(some, every):
            say(f"breast, {name}: {said}")
    held = mine["held"]
    by_field = {name: round(held.right[name] / held.asked, 4) for name in specs()}
    return {"field_accuracy": held.said()["field_accuracy"], "all_fields": held.said()["all_fields"],
            "fields": by_field, "sets": {name: one.said() for name, one in mine.items()},
            "cpu_s_report": held.said()["cpu_s_report"]}  # fmt: skip


def _baselines(told: Sequence[Known], every: Mapping[str, list[Known]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, make in SYSTEMS.items():
        system = make()
        system.fit(told)
        yield name, {which: judge(lambda text: system.read([text]), some).said() for which, some in every.items()}  # noqa: B023


def curve(seed: int, most: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Accuracy by the number of reports learned from."""
    told, every = learned_from(seed, most), sets(seed, 150)
    for count in (each for each in CURVE if each <= most):
        parser = taught(told[:count], Training(seed))
        yield count, {name: judge(parsed(parser), every[name]).said() for name in ("simulated", "open")}


def main(
    seed: Annotated[int, typer.Option(help="Of the simulated reports and the training.")] = 1,
    reports: Annotated[int, typer.Option(help="Simulated reports to learn from.")] = REPORTS,
    artifact: Annotated[Path | None, typer.Option(help="Judge this one; without it one is trained.")] = None,
    baselines: Annotated[bool, typer.Option(help="Plain systems beside it.")] = True,
    out: Annotated[Path | None, typer.Option(help="Keep what all styles taught here, as an artifact.")] = None,
    learning: Annotated[bool, typer.Option(help="Accuracy by the number of reports, on stderr.")] = False,
) -> None:
    """Fields of breast reports in styles that training has not seen.

    Example: python -m bench.pathology_breast --learning
    """
    if learning:
        for count, said in curve(seed, reports):
            say(f"{count} reports: {said}")
    if out:
        told = "simulated by chartloom (simulate.notes.corpus.breast_reports)"
        how = f"python -m bench.pathology_breast --seed {seed} --reports {reports} --out {out.name}"
        training = Training(seed, source=told, licence="none needed", command=how, phi=False)
        train(learned_from(seed, reports, STYLES), out, training, say)
    finish(KEYS, breast(seed, reports, artifact or out, baselines=baselines))


if __name__ == "__main__":
    command(main)
