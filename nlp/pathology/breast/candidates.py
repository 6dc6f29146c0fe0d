"""Every place of a report that may state a field's value, with what stands around it as features."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from nlp.pathology.breast import numbers
from nlp.pathology.breast.knowledge import Spec, others
from nlp.pathology.breast.parts import KINDS
from nlp.pathology.breast.reading import Reading

RIGHT, LEFT, AROUND = 110, 70, 60  # characters looked at beside an anchor, and around a candidate
FAR = 150.0
Hit = tuple[int, int, str, str]
Features = dict[str, float]
CLOSE_MM = 2.0  # a margin of this many millimetres and less is close


@dataclass
class Candidate:
    """`anchor` and `hit` are spans; the hit is null where the anchor alone says it."""

    value: str
    anchor: tuple[int, int] | None
    hit: tuple[int, int] | None
    label: str
    features: Features = field(default_factory=dict)
    words: frozenset[str] = frozenset()

    @property
    def span(self) -> tuple[int, int]:
        spans = [each for each in (self.anchor, self.hit) if each]
        return min(start for start, _ in spans), max(end for _, end in spans)


def candidates(reading: Reading, spec: Spec) -> list[Candidate]:
    made = list(_of_status(reading, spec) if spec.kind == "status" else _of_terms(reading, spec))
    for each in made:
        each.label = reading.taken.at(each.span[0]).label
        each.features |= _around(reading, each)
        each.words = _words(reading, each, spec)
    return made


def _of_status(reading: Reading, spec: Spec) -> Iterator[Candidate]:
    hits = reading.hits(spec)
    starts = [hit[0] for hit in hits]
    for start, end, _ in reading.anchors[spec.name]:
        near = hits[bisect_left(starts, start - LEFT) : bisect_left(starts, end + RIGHT)]
        beside = _beside(reading, spec, (start, end), near)
        said = _spoken(reading, spec, start, end)
        for value in spec.values:
            features, hit = _oriented(beside, value)
            features |= {name: float(spoken == value) for name, spoken in said.items()}
            features |= {f"has_{name}": float(bool(spoken)) for name, spoken in said.items()} | {f"is_{value}": 1.0}
            yield Candidate(value, (start, end), hit, "", features)


def _beside(reading: Reading, spec: Spec, anchor: tuple[int, int], near: Sequence[Hit]) -> list[tuple[str, Hit, float]]:
    """(side of the anchor, hit, distance) with a penalty for lines and names of other fields between."""
    found = []
    begin, finish = reading.sentence(anchor[0])
    for hit in near:
        if _component(reading, anchor, hit):
            continue
        if hit[0] < anchor[1] and anchor[0] < hit[1]:
            found.append(("in", hit, 0.0))
        elif hit[0] >= anchor[1]:
            lines = reading.text.count("\n", anchor[1], hit[0])
            crossed = reading.crossed(anchor[1], hit[0], spec.name)
            beyond = hit[0] >= finish
            if lines <= 2 and not (lines and crossed):
                found.append(("r", hit, hit[0] - anchor[1] + 25 * lines + 40 * crossed + 30 * beyond))
        elif hit[0] >= begin:
            crossed = reading.crossed(hit[1], anchor[0], spec.name)
            found.append(("l", hit, anchor[0] - hit[1] + 40.0 * crossed))
    return found


def _component(reading: Reading, anchor: tuple[int, int], hit: Hit) -> bool:
    """A score of tubules, nuclei or mitoses: their name stands before it on its line, behind the anchor."""
    begin = max(reading.text.rfind("\n", 0, hit[0]) + 1, anchor[1])
    return any(begin <= first and last <= hit[0] for first, last in reading.others["component"])


def _oriented(beside: Sequence[tuple[str, Hit, float]], value: str) -> tuple[Features, tuple[int, int] | None]:
    """How near the value is said, how near another, on each side; and where it is said nearest."""
    made: Features = {}
    best, where = FAR, None
    for side in ("in", "r", "l"):
        mine = [(far, hit) for at, hit, far in beside if at == side and hit[2] == value]
        rest = [far for at, hit, far in beside if at == side and hit[2] != value]
        near, other = min((far for far, _ in mine), default=FAR), min(rest, default=FAR)
        made |= {f"{side}_same": near, f"{side}_other": other, f"{side}_first": float(near < other)}
        own = min((far for far, hit in mine if hit[3] == "own"), default=FAR)
        made[f"{side}_own"] = own
        for far, hit in mine:
            if far < best:
                best, where = far, hit[:2]
    nearest = min((far for _, _, far in beside), default=FAR)
    return made | {"best": best, "behind": best - nearest, "hits": float(len(beside))}, where


def _spoken(reading: Reading, spec: Spec, start: int, end: int) -> dict[str, str]:
    """The value that the assertion, a percentage or a distance speaks for; nothing where there is none."""
    said: dict[str, str] = {}
    by_kind = {spoken: value for value, spoken in spec.polarity.items()}
    if by_kind:
        kind = reading.asserted(start, end).kind
        said["asserted"] = by_kind.get("no" if kind == "negated" else "yes" if kind == "present" else "", "")
    stop = min(reading.text.find("\n", end) % (len(reading.text) + 1), end + 60)
    if spec.percent:
        crossed = reading.crossed(end, stop, spec.name)
        said["percent"] = numbers.share(reading.text, end, stop if not crossed else min(stop, end + 12))
    if spec.distance:
        begin, finish = reading.sentence(start)
        found = [float(value) for first, _, value in numbers.sizes(reading.text) if begin <= first < finish + 60]
        said["distance"] = ("close" if min(found) <= CLOSE_MM else "negative") if found else ""
    return said


def _of_terms(reading: Reading, spec: Spec) -> Iterator[Candidate]:
    """The values themselves, terms or numbers, with the nearest anchor on each side."""
    anchors = reading.anchors[spec.name]
    for start, end, value, how in [*reading.hits(spec), *_hours(reading, spec)]:
        made: Features = {f"is_{value}": 1.0} if spec.kind == "term" else {f"how_{how}": 1.0}
        nearest, best = None, FAR
        for first, last, _ in anchors:
            side, far = _far(reading, spec, (start, end), (first, last))
            if far < made.get(side, FAR):
                made[side] = far
            if far < best:
                nearest, best = (first, last), far
        if best >= FAR and spec.name in ("ki67", "nodes"):
            continue  # a number that nothing near claims
        made["best"] = best
        if spec.kind == "number" and spec.name not in ("nodes", "stage"):
            made["number"] = float(value)
        kind = reading.asserted(start, end).kind
        made |= {"negated": float(kind == "negated"), "historical": float(kind == "historical")}
        yield Candidate(value, nearest if best < FAR else None, (start, end), "", made)


def _far(reading: Reading, spec: Spec, hit: tuple[int, int], anchor: tuple[int, int]) -> tuple[str, float]:
    if anchor[0] < hit[1] and hit[0] < anchor[1]:
        return "anchor_in", 0.0
    side, first, last = ("anchor_l", anchor[1], hit[0]) if anchor[0] < hit[0] else ("anchor_r", hit[1], anchor[0])
    if last - first > FAR:
        return side, FAR
    lines = reading.text.count("\n", first, last)
    return side, min(FAR, last - first + 20.0 * lines + 15 * reading.crossed(first, last, spec.name))


def _hours(reading: Reading, spec: Spec) -> list[Hit]:
    """Hours of the clock; which quadrant they are depends on the side: see quadrants.py."""
    if spec.name != "topography":
        return []
    from nlp.pathology.breast.quadrants import HOUR

    return [(*match.span(), f"@{int(match[1])}", "clock") for match in HOUR.finditer(reading.text)]


def _around(reading: Reading, each: Candidate) -> Features:
    start, end = each.span
    kind = reading.taken.at(start).kind
    begin, finish = reading.sentence(start)
    made: Features = {f"part_{name}": float(name == kind) for name in KINDS}
    made["place"] = start / max(1, len(reading.text))
    made |= _before(reading, each) | _polar(reading, each)
    made["line_start"] = float(not reading.text[reading.text.rfind("\n", 0, start) + 1 : start].strip(" -*\t"))
    made["sentence"] = float(min(finish - begin, 400))
    for name in others():
        near = [(first, last) for first, last in reading.others[name] if first < finish and last > begin]
        before = [start - last for first, last in near if last <= start]
        after = [first - end for first, last in near if first >= end]
        inside = any(first >= start and last <= end for first, last in near)
        made[f"{name}_l"] = min([AROUND, *before])
        made[f"{name}_r"] = min([AROUND, *after])
        made[f"{name}_in"] = float(inside)
    return made


def _before(reading: Reading, each: Candidate) -> Features:
    """How near before the value itself stands a word that takes it back, or puts it in force."""
    if not each.hit:
        return {"hit_former": 30.0, "hit_revised": 30.0}
    start = each.hit[0]
    return {
        f"hit_{name}": float(min([30, *(start - last for _, last in reading.others[name] if last <= start)]))
        for name in ("former", "revised")
    }


def _polar(reading: Reading, each: Candidate) -> Features:
    """How near it is said that it is there, or not, on its own line."""
    start, end = each.hit or each.span
    stop = reading.text.find("\n", end) % (len(reading.text) + 1)
    begin = reading.text.rfind("\n", 0, start) + 1
    made = dict.fromkeys(("no_r", "yes_r", "no_l", "yes_l"), float(AROUND))
    for first, last, name in reading.polar_within(begin, stop):
        if name != "maybe" and (first >= end or last <= start):
            key = f"{name}_{'r' if first >= end else 'l'}"
            made[key] = min(made[key], float(first - end if first >= end else start - last))
    return made


def _words(reading: Reading, each: Candidate, spec: Spec) -> frozenset[str]:
    """Words and pairs to the left of it, within and to the right, each under its place."""
    starts, words = reading.words
    start, end = each.span
    first, last = bisect_left(starts, start), bisect_left(starts, end)
    made = set()
    for place, some in (("l", words[max(0, first - 4) : first]), ("r", words[last : last + 4]),
                        ("i", words[first : min(last, first + 14)])):  # fmt: skip
        made |= {f"{place}:{word}" for word in some}
        made |= {f"{place}:{one} {two}" for one, two in pairwise(some)}
    return frozenset(f"{each.value}|{word}" for word in made) if spec.kind == "status" else frozenset(made)
