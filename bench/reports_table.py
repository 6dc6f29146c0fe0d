"""The table of bench.reports: findings with intervals, and the metrics of text beside the constant report."""

from typing import TYPE_CHECKING

from bench.json_line import say
from bench.reports_given import Given
from bench.reports_judged import drawn, less
from bench.reports_systems import OURS
from eval import captions
from eval.resampling import Estimate

if TYPE_CHECKING:
    from bench.reports import Level

ASPECTS = ("finding", "side", "severity", "all")


def row(asked: Given, level: "Level", name: str) -> dict[str, float]:
    one, texts = level.judged[name], level.written[name].texts
    words = {metric: score(asked.texts, texts) for metric, score in captions.SCORES.items()}
    found = {"finding_f1": one.f1("finding"), "side_f1": one.f1("side"), "abnormal_missed": one.abnormal_missed}
    return {key: round(value, 4) for key, value in (found | words).items()}


def tell(title: str, asked: Given, level: "Level") -> None:
    weights = drawn(asked)
    say(title)
    every = {**level.judged, "classifier": level.classifier, "ceiling": level.ceiling, "control": level.control}
    for name, one in every.items():
        figures = ", ".join(f"{aspect} {_shown(one.estimate(aspect, weights))}" for aspect in ASPECTS)
        spent = f", {level.written[name].cpu_s:.0f} CPU-s" if name in level.written else ""
        say(f"  {name:12} {figures}; abnormal missed {one.abnormal_missed:.3f}{spent}")
    ours = level.judged[OURS]
    for name, one in every.items():
        if name != OURS:
            say(f"  ours less {name}: finding {_shown(less(ours, one, 'finding', weights))}")
    for name in level.written:
        words = row(asked, level, name)
        say(f"  {name:12} of words alone: " + ", ".join(f"{key} {words[key]:.3f}" for key in captions.SCORES))
    faults = level.faults
    say(
        f"  of {faults.sentences} sentences of ours {faults.unsupported} have no support, "
        f"{faults.false_priors} mention a prior that is not there"
    )


def _shown(each: Estimate) -> str:
    return f"{each.value:.3f} [{each.low:.3f}, {each.high:.3f}]"
