"""Which tumour is a case about: the classifiers of Qiu 2018 in one table, and the commonest label beside them.

The label of a case is the histology that most of its mentions have, "tumour" and "metastasis" (8000, 8001) left aside;
of equals the first. Labels of fewer than ten cases to learn from are left out with their cases.
"""

import time
from collections import Counter
from collections.abc import Sequence

from bench.json_line import say
from eval.corpora.cantemist import Case
from nlp.pathology.oncology.icdo import Morphology
from nlp.pathology.oncology.literature import classifiers

UNSPECIFIC = ("8000", "8001")
FEWEST = 10  # cases to learn a label from
Labelled = list[tuple[str, str]]
"""Text and label."""


def label(case: Case) -> str | None:
    counts = Counter(
        histology for each in case.mentions if (histology := Morphology.of(each.code).histology) not in UNSPECIFIC
    )
    return counts.most_common(1)[0][0] if counts else None


def labelled(cases: Sequence[Case]) -> Labelled:
    return [(case.text, told) for case in cases if (told := label(case)) is not None]


def show(splits: Sequence[tuple[list[Case], list[Case]]]) -> None:
    """One table on stderr: micro and macro F1, CPU-seconds."""
    parts = [_enough(labelled(learn), labelled(judge)) for learn, judge in splits]
    count = sum(len(judge) for _, judge in parts)
    say(f"literature: {count} cases judged, {len({told for learn, _ in parts for _, told in learn})} histologies")
    for name, make in {"commonest": None, **classifiers()}.items():
        began, truth, said = time.process_time(), list[str](), list[str]()
        for learn, judge in parts:
            truth += [told for _, told in judge]
            if make is None:
                said += [Counter(told for _, told in learn).most_common(1)[0][0]] * len(judge)
                continue
            system = make()
            system.fit([text for text, _ in learn], [told for _, told in learn])
            said += system.predict([text for text, _ in judge])
        micro, macro = f1(truth, said)
        say(f"literature: {name}: micro F1 {micro:.4f}, macro F1 {macro:.4f}, {time.process_time() - began:.0f} CPU-s")


def f1(truth: Sequence[str], said: Sequence[str]) -> tuple[float, float]:
    """Micro (which is accuracy, one label a case) and macro over the labels of `truth`."""
    right = sum(one == two for one, two in zip(truth, said, strict=True))
    each = []
    for told in sorted(set(truth)):
        both = sum(one == two == told for one, two in zip(truth, said, strict=True))
        each.append(2 * both / (truth.count(told) + said.count(told)))
    return right / max(len(truth), 1), sum(each) / max(len(each), 1)


def _enough(learn: Labelled, judge: Labelled) -> tuple[Labelled, Labelled]:
    counts = Counter(told for _, told in learn)
    kept = {told for told, count in counts.items() if count >= FEWEST}
    return [one for one in learn if one[1] in kept], [one for one in judge if one[1] in kept]
