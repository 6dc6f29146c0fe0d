"""The gaming suite on the reports that drafts are judged by: a metric that a baseline wins says nothing of quality."""

from collections.abc import Mapping, Sequence

from bench.json_line import say
from bench.reports_given import Given, read_back
from eval import captions
from imaging.judging.gaming import suite
from imaging.judging.score import judged
from imaging.labeller.labeller import Labeller


def tell(asked: Given, systems: Mapping[str, Sequence[str]]) -> None:
    """`systems`: the texts of each. Metrics of words, and the score beyond chance, of systems and gaming baselines."""
    baselines = {f"gaming {name}": texts for name, texts in suite(asked.texts).items()}
    for name, metric in captions.SCORES.items():
        values = {each: metric(asked.texts, texts) for each, texts in {**systems, **baselines}.items()}
        lost = [each for each in systems if values[each] <= max(values[gamed] for gamed in baselines)]
        figures = ", ".join(f"{each} {value:.3f}" for each, value in values.items())
        say(f"  {name}: {figures}; of {', '.join(lost) or 'nobody'} no measure of quality: a gaming baseline wins")
    for name, texts in {**systems, **baselines}.items():
        found = judged(asked.truth, [read_back(each) for each in Labeller().label(texts)]).score
        say(f"  beyond chance: {name:24} {found.value:.3f} [{found.low:.3f}, {found.high:.3f}]")
