"""What a model card says: plain data, from which `write` makes card.md and its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eval.resampling import Estimate
from eval.risk import Floats
from outcomes.cohort import Loss, Texts
from outcomes.trust.conformal import Conformal, Coverage
from outcomes.trust.figure import Figure
from outcomes.trust.groups import Judged

INTENDED = (
    "A second opinion on the risk of {task} for persons of this cohort, at the stated times, for clinicians who know "
    "them. It says who is likelier than others, not why, and not what to do. It is no medical device: a hospital "
    "that acts on it must first have tried it on its own patients, in silence."
)
OUT_OF_SCOPE = (
    "Persons outside the cohort; other times than those it was trained for; other outcomes; withholding care; deciding "
    "without a person; comparing hospitals, wards or clinicians; cause and effect."
)
MISSING = (
    "Nothing is imputed for trees: a count that is absent is 0, a value that is absent is unknown; linear models see "
    "the mean with a mark of absence. An absent laboratory is itself information, for the ill are measured more: "
    "where habits of measuring change, so does the model. In use a code that was never seen is ignored and counted "
    "(outcomes_account), and a value impossible in its unit counts as absent."
)
LIMITS = (
    "Dates of the open root are shifted for each person by whole weeks: calendar trends over persons are blurred.",
    "Treatments given after the prediction change the outcome; the risk is that under the care of the training years.",
    "Outcomes are those that the records show: what happened elsewhere is missing.",
    "Decisions hold their error level while patients are as those of the calibration were; see outcome_drift.",
    "Judged at the sites of training: judge it again at each new site. Out of fold, recalibration and decisions were "
    "fixed on the very rows that they are judged on, so calibration looks a little better than it is.",
)


@dataclass(frozen=True)
class Contributions:
    """SHAP in logits, on rows that did not teach the model."""

    names: Sequence[str]  # (f,)
    shap: Floats  # (k, f)
    values: Floats  # (k, f) NaN: absent


@dataclass(frozen=True)
class Target:
    """One target on rows that did not teach the model (out of fold, or held out).

    scores: model -> (m,) probabilities; the first is the model of this card, recalibrated as it is in use. columns: see
    membership.columns.
    """

    name: str  # "" where the task has one only
    judged: Judged
    scores: Mapping[str, Floats]
    columns: Mapping[str, Texts] = field(default_factory=dict)
    before: Floats | None = None  # (m,) before recalibration
    conformal: Conformal | None = None
    coverage: Coverage | None = None  # on rows that did not calibrate it


@dataclass(frozen=True)
class Training:
    """How it was made; nothing of it may name a person or a place on disk that does."""

    data: str  # such as "phi/timeline of two sites", with a digest
    dates: str  # of the first and last prediction, as the timeline has them
    model: str  # kind of model, how it was chosen, tuned and judged
    predictors: str  # windows, aggregates, how chosen
    features: int
    persons: int
    rows: int
    events: int
    seed: int
    command: str
    artifact: str


@dataclass(frozen=True)
class Card:
    task: str
    task_yaml: str
    losses: Sequence[Loss]
    training: Training
    targets: Sequence[Target]
    contributions: Contributions | None = None
    leaks: Sequence[str] = ()  # the leakage report, a line a finding; none: nothing was found
    performance: Mapping[str, Estimate] = field(default_factory=dict)  # more measures, by name
    incidence: Figure | None = None  # of a task that asks for a time
    intended: str = ""
    out_of_scope: str = OUT_OF_SCOPE
    missing: str = MISSING
    limits: Sequence[str] = LIMITS


def write(card: Card, folder: Path) -> None:
    """card.md and figures/*.svg into the folder."""
    from outcomes.trust.card_figures import figures
    from outcomes.trust.card_text import text

    drawn = figures(card)
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    for name, figure in drawn.items():
        (folder / "figures" / f"{name}.svg").write_text(figure.file, encoding="utf-8")
    (folder / "card.md").write_text(text(card, list(drawn)), encoding="utf-8")
