"""`chartloom train reports`: finding heads and phrases from studies with reports, judged on persons held out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from contract.errors import InputError
from eval.findings import Floats, Label, counts
from eval.resampling import around, draws
from imaging.finding import DEVICE, Finding, stated
from imaging.given import Given, given
from imaging.labeller.labeller import Labeller
from imaging.reporter import KIND, Reporter
from models import folder
from models.threads import one_blas_thread

LEAST = 200  # studies with reports from which a training makes sense
APART = 0.2  # of the persons, where nobody is held out by the lake's splits
Tell = Callable[[str], None]
Told = Sequence[Sequence[Finding]]


@dataclass(frozen=True)
class Training:
    seed: int = 1
    encoder: str = ""
    source: str = "not said"
    licence: str = "not said"
    limits: str = "Validate it on your own images, with your own radiologists, before anybody relies on it."
    command: str = "imaging.train.train"
    phi: bool = True


@dataclass(frozen=True)
class Trained:
    digest: str
    measured: dict[str, float]


def train(data: Path, out: Path, training: Training, tell: Tell = lambda _: None) -> Trained:
    """Writes the artifact whole or not at all."""
    held = given(data, training.encoder)
    studies = held.studies
    for reason, many in held.left_out.items():
        tell(f"{many:,} studies teach nothing: {reason}")
    if len(studies) < LEAST:
        raise InputError(f"{len(studies)} studies have a report; expected at least {LEAST} to learn from.")
    findings = labelled(held.texts)
    apart = _apart(held, training.seed)
    tell(f"{len(studies):,} studies with reports, {int(apart.sum()):,} held out; encoder {held.expected.encoder}")
    start = time.process_time()
    with one_blas_thread():
        reporter = _taught(held, findings, ~apart, training.seed)
    measured = {**judged(reporter, held, findings, apart), "cpu_s": round(time.process_time() - start, 1)}
    with folder.writing(out) as partial:
        reporter.save(partial)
        card = _card(held, training, measured, int((~apart).sum()))
        digest = folder.finish(partial, KIND, {**reporter.said(), "seed": training.seed}, card, phi=training.phi)
    return Trained(digest, measured)


def labelled(texts: Sequence[str]) -> list[list[Finding]]:
    """What reports say is there. A device counts as its kind and as a device."""
    found = []
    for labels in Labeller().label(texts):
        said = stated(labels)
        devices = any(each.device for each in labels if each.state == "present")
        found.append([*said, *([Finding(DEVICE)] if devices and DEVICE not in {f.name for f in said} else [])])
    return found


def _taught(held: Given, findings: Told, rows: np.ndarray, seed: int) -> Reporter:
    chosen = np.flatnonzero(rows).tolist()
    texts, told = [held.texts[at] for at in chosen], [findings[at] for at in chosen]
    return Reporter.taught(held.studies.take(np.array(chosen)), texts, told, held.expected, seed)


def _apart(held: Given, seed: int) -> np.ndarray:
    """(n,) studies of persons who teach nothing."""
    if held.held_out.any() and not held.held_out.all():
        return held.held_out
    persons = np.unique(held.studies.subject_id)
    drawn = np.random.default_rng(seed).permutation(persons)[: max(1, int(APART * len(persons)))]
    return np.isin(held.studies.subject_id, drawn)


def judged(reporter: Reporter, held: Given, findings: Told, apart: np.ndarray) -> dict[str, float]:
    """On persons held out, against what the labeller reads in their reports: mean F1 of the heads and of the drafts."""
    rows = np.flatnonzero(apart).tolist()
    studies = held.studies.take(np.array(rows))
    readings = reporter.read(studies)
    gold = [_labels(findings[at]) for at in rows]
    names = readings.findings
    heads = counts(gold, [_labels(each) for each in readings.present()], names)
    drafts = [draft.text for draft in reporter.drafts(studies, readings)]
    back = counts(gold, [_labels(each) for each in labelled(drafts)], names)
    weights = draws([str(each) for each in studies.subject_id])
    return {
        "findings": float(len(names)),
        **_figure("heads_f1", heads.mean_f1()[0], heads.mean_f1(weights)),
        **_figure("draft_f1", back.mean_f1()[0], back.mean_f1(weights)),
        "abnormal_missed": _missed(gold, drafts),
    }


def _figure(name: str, value: float, drawn: Floats) -> dict[str, float]:
    interval = around(float(value), drawn)
    return {
        name: round(interval.value, 4),
        f"{name}_low": round(interval.low, 4),
        f"{name}_high": round(interval.high, 4),
    }


def _missed(gold: Sequence[Sequence[Label]], drafts: Sequence[str]) -> float:
    """Share of the abnormal studies whose draft states nothing."""
    told = [bool(each) for each in labelled(drafts)]
    abnormal = [said for labels, said in zip(gold, told, strict=True) if labels]
    return round(1 - sum(abnormal) / max(1, len(abnormal)), 4)


def _labels(findings: Sequence[Finding]) -> list[Label]:
    return [Label(each.name, each.side, each.severity) for each in findings]


def _card(held: Given, training: Training, measured: dict[str, float], taught: int) -> str:
    expected = held.expected
    phi = "identifiable images or reports: do not release" if training.phi else "no identifiable images or reports"
    others = len(held.studies) - taught
    lines = [
        "# Drafts of imaging reports",
        "",
        f"- Reads: embeddings of {expected.encoder}, {expected.width} numbers; modalities "
        f"{', '.join(expected.modalities) or 'not named'}; body parts {', '.join(expected.body_parts) or 'not named'}",
        f"- Data: {training.source}; {taught:,} studies taught it, {others:,} of other persons judged it",
        f"- Licence of the data: {training.licence}",
        f"- Trained on {phi}",
        "- Truth: what the labeller reads in the reports; a mean over findings",
        f"- Limits: {training.limits} A draft is never signed by chartloom.",
        f"- Seed: {training.seed}; command: `{training.command}`",
        f"- Trained: {datetime.now(UTC):%Y-%m-%d}",
        "",
        ", ".join(f"{name} {value:g}" for name, value in measured.items()) + ".",
        "",
        "`python -m bench.reports` measures it beside the systems of the literature.",
    ]
    return "\n".join(lines) + "\n"
