"""The candidates of one specimen, each seen beside the others that compete with it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.pathology.breast.candidates import FAR, Candidate, Features
from nlp.pathology.breast.knowledge import Spec
from nlp.pathology.breast.quadrants import quadrant
from nlp.pathology.breast.reading import Reading

ASIDE = ("clinical", "gross")
NEAR = 45.0  # a value said within so many characters of its field's name


@dataclass(frozen=True)
class Seen:
    """One candidate for one specimen; `value` has the hours of the clock resolved."""

    value: str
    candidate: Candidate
    features: Features


def seen(reading: Reading, spec: Spec, every: Sequence[Candidate], label: str, side: str) -> list[Seen]:
    """Of the specimen `label` (nothing: the only one), whose side is known or nothing."""
    mine = [each for each in every if _may_be(reading, each, label)]
    values = [quadrant(each.value, side) for each in mine]
    strong = [_strong(each) for each in mine]
    aside = [reading.taken.at(each.span[0]).kind in ASIDE for each in mine]
    last = max((at for at, kind in enumerate(_kinds(reading, mine)) if kind == "addendum" and strong[at]), default=None)
    votes = Counter(value for value, sure, out in zip(values, strong, aside, strict=True) if sure and not out)
    places = sorted({each.span for each, out in zip(mine, aside, strict=True) if not out})
    made = []
    for at, each in enumerate(mine):
        more = _beside(votes, values[at], spec)
        more["strong"] = float(strong[at])
        more["own"] = float(bool(label) and each.label == label)
        more["one"] = float(not label)
        more["overruled"] = float(last is not None and each.span[1] < mine[last].span[0])
        more["first"] = float(bool(places) and each.span == places[0])
        more["late"] = float(bool(places) and each.span == places[-1])
        more |= _sides(reading, each, side)
        made.append(Seen(values[at], each, each.features | more))
    return made


def _beside(votes: Counter[str], value: str, spec: Spec) -> Features:
    said = {"votes": float(votes[value]), "against": float(sum(votes.values()) - votes[value])}
    if spec.kind != "number":
        said |= {f"vote_{name}": float(min(2, votes[name])) for name in spec.values or votes}
    return said


def _may_be(reading: Reading, each: Candidate, label: str) -> bool:
    """What stands under another specimen's label is not this one's."""
    if each.label in reading.taken.foreign:
        return False
    return not label or each.label in ("", label)


def _kinds(reading: Reading, mine: Sequence[Candidate]) -> list[str]:
    return [reading.taken.at(each.span[0]).kind for each in mine]


def _strong(each: Candidate) -> bool:
    """Plainly said, by a rule of thumb: what the trees weigh against the rest."""
    said = each.features
    if "in_same" in said:
        near = min(said["in_same"], said["r_same"], said["l_same"] + 20)
        return near < NEAR and near <= min(said["in_other"], said["r_other"], said["l_other"] + 20)
    return not said["negated"] and not said["historical"]


def _sides(reading: Reading, each: Candidate, side: str) -> Features:
    """Whether its sentence speaks of the specimen's side, or of the other."""
    begin, finish = reading.sentence(each.span[0])
    words = reading.text[begin:finish].lower()
    told = {name: name in words for name in ("left", "right")}
    other = {"left": "right", "right": "left"}.get(side, "")
    return {"side_same": float(told.get(side, False)), "side_other": float(told.get(other, False)), "far": FAR}
