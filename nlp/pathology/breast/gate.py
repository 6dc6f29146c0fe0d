"""Is a report of a breast specimen at all? What the trees of the gate look at."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from nlp.pathology.breast.candidates import Candidate
from nlp.pathology.breast.knowledge import load
from nlp.pathology.breast.reading import Reading
from nlp.pathology.breast.trees import Row

HEAD = 60  # characters of a line that say what a specimen is


@lru_cache(maxsize=1)
def _organs() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(said, re.I) for name, said in load("parts")["organs"].items()}


def gate_row(reading: Reading, every: Mapping[str, Sequence[Candidate]]) -> Row:
    made: dict[str, float] = {}
    for name, pattern in _organs().items():
        places = [match.start() for match in pattern.finditer(reading.text)]
        kinds = [reading.taken.at(place).kind for place in places]
        within = [at for at, kind in enumerate(kinds) if kind != "clinical"]
        heads = [places[at] for at in within if places[at] - reading.sentence(places[at])[0] < HEAD]
        past = [place for place in heads if _past(reading, place)]
        made[f"{name}_told"] = float(min(4, len(within)))
        made[f"{name}_heads"] = float(min(4, len(heads) - len(past)))
        made[f"{name}_past"] = float(min(4, len(places) - len(within) + len(past)))
        made[f"{name}_first"] = min([1.0, *(place / len(reading.text) for place in heads)])
    for name, some in every.items():
        spans = {each.span for each in some if reading.taken.at(each.span[0]).kind != "clinical"}
        made[f"field_{name}"] = float(min(3, len(spans)))
    made["metastatic"] = float("metasta" in reading.text.lower())
    return made, frozenset()


def _past(reading: Reading, place: int) -> bool:
    begin, finish = reading.sentence(place)
    return any(begin <= start < finish for start, _ in reading.others["past"])
