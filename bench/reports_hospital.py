"""Are drafts of a simulated hospital's films true, what they compare with earlier films too?"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from bench import reports_simulated
from bench.json_line import command, finish, say
from eval.findings import Label, counts
from eval.resampling import around, draws
from imaging import reporter
from imaging.draft import Draft
from imaging.drafting.provenance import of_drafts
from imaging.finding import DEVICE, Finding, stated
from imaging.labeller.labeller import Labeller
from imaging.stage import SHIPPED
from imaging.studies import NONE, Studies
from models.threads import one_blas_thread

KEYS = (
    "studies", "classifier_f1", "draft_f1", "side_f1", "position_f1", "abnormal_missed", "abstained",
    "unsupported_sentences", "false_priors", "comparisons", "comparisons_true",
)  # fmt: skip
ASPECTS = ("finding", "side", "severity", "position")
Labels = Sequence[Sequence[Label]]


def labels(found: Sequence[Sequence[Finding]]) -> list[list[Label]]:
    """In the names of the truth: a device by its kind; what the simulator does not tell apart counts as what it is."""
    return [
        [Label(name, each.side, each.severity, each.position) for each in one for name in _truly(each.name)]
        for one in found
    ]


def _truly(name: str) -> Sequence[str]:
    """The simulator says an effusion now as such and now as a blunted angle: of its truth only the first is a name."""
    alike = {"blunting": "effusion", "congestion": "edema", "emphysema": "hyperinflation", "consolidation": "opacity"}
    return () if name == DEVICE else (alike.get(name, name),)


def told(name: str, gold: Labels, found: Labels, whose: Sequence[str]) -> dict[str, float]:
    names = sorted({label.finding for labels in gold for label in labels})
    weights, values = draws(whose), {}
    for aspect in ASPECTS:
        counted = counts(gold, found, names, aspect)
        each = around(float(counted.mean_f1()[0]), counted.mean_f1(weights))
        values[aspect] = round(each.value, 4)
        say(f"  {name}: {aspect} {each.value:.3f} [{each.low:.3f}, {each.high:.3f}]")
    return values


def comparisons(drafts: Sequence[Draft], studies: Studies, gold: Labels) -> Iterator[tuple[str, bool]]:
    """Each sentence that compares: what it claims, and whether the truth of both films bears it out."""
    names = [{label.finding for label in each} for each in gold]
    for at, draft in enumerate(drafts):
        for said in draft.sentences:
            if said.prior:
                now, before = (set(_truly(said.finding)) <= names[row] for row in (at, int(studies.prior[at])))
                truth = {"new": now and not before, "resolved": before and not now, "unchanged": now == before}
                yield said.state, truth[said.state]


def priors(studies: Studies) -> list[set[str]]:
    """Of each study the ids of the person's earlier ones."""
    return [{str(studies.study_id[row])} if row != NONE else set() for row in studies.prior]


def judge(hospital: Path, artifact: Path) -> Mapping[str, object]:
    studies, _, truth = reports_simulated.read(hospital)
    known = reporter.load(artifact)
    with one_blas_thread():
        readings = known.read(studies)
        drafts = known.drafts(studies, readings)
    gold, whose = labels(truth), [str(each) for each in studies.subject_id]
    found = [stated(each) for each in Labeller().label(draft.text for draft in drafts)]
    heads = told("classifier", gold, labels(readings.present()), whose)
    said = told("drafts", gold, labels(found), whose)
    faults = of_drafts(drafts, priors(studies))
    claims = list(comparisons(drafts, studies, gold))
    for state, many in Counter(state for state, _ in claims).items():
        right = sum(true for claim, true in claims if claim == state)
        say(f"  {state} since a prior: {many:,} sentences, {right:,} true")
    abnormal = np.array([bool(each) for each in gold])
    silent = np.array([not each for each in found])
    return {
        "studies": len(studies), "classifier_f1": heads["finding"], "draft_f1": said["finding"],
        "side_f1": said["side"], "position_f1": said["position"],
        "abnormal_missed": round(float((abnormal & silent).sum() / max(abnormal.sum(), 1)), 4),
        "abstained": sum(not draft.sentences for draft in drafts),
        "unsupported_sentences": faults.unsupported, "false_priors": faults.false_priors, "comparisons": len(claims),
        "comparisons_true": round(sum(true for _, true in claims) / max(len(claims), 1), 4),
    }  # fmt: skip


def main(
    hospital: Annotated[Path, typer.Option(help="A folder that `chartloom simulate` wrote, with notes.")],
    artifact: Annotated[Path, typer.Option(help="What writes the drafts; without it the shipped artifact.")] = SHIPPED,
) -> None:
    """Drafts of a simulated hospital against its truth, with comparisons; intervals by bootstrap over persons.

    Example: python -m bench.reports_hospital --hospital hospital

    The vectors are simulated: no figure speaks of real images.
    """
    finish(KEYS, judge(hospital, artifact))


if __name__ == "__main__":
    command(main)
