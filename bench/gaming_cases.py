"""Pairs of reports from the specification: said twice in other words, or with one planted error."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from bench.gaming_grammar import Fact, called, deniable, denied, joined, names, sentence, spec, undenied

SIDES, GRADES = ("left", "right"), ("mild", "moderate", "severe")
KINDS = ("negation", "side", "dropped", "invented", "severity", "device")
UNGRADED = 0.4  # of findings that can have a grade
PAIRED = {"side": frozenset({"severity"}), "dropped": frozenset({"side"})}
"""What an error may be called too where two sides have a grade each."""
ONE_WORDING = 0.5  # of planted errors stand in a draft that is word by word the reference but for them


@dataclass(frozen=True, slots=True)
class Case:
    """`kind` empty: both say the same. `kinds`: what an error may be called; `findings`: of what it may be said."""

    reference: str
    draft: str
    kind: str = ""
    kinds: frozenset[str] = frozenset()
    findings: frozenset[str] = frozenset()


def planted(many: int, seed: int) -> Iterator[Case]:
    """One kind after the other."""
    rng = Random(f"planted/{seed}")
    at = 0
    while at < many:
        facts = drawn(rng)
        case = _spoiled(facts, KINDS[at % len(KINDS)], rng)
        if case is not None:
            yield case
            at += 1


def same(many: int, seed: int) -> Iterator[Case]:
    rng = Random(f"same/{seed}")
    for _ in range(many):
        facts = drawn(rng)
        yield Case(written(facts, rng.getrandbits(32)), written(facts, rng.getrandbits(32)))


def drawn(rng: Random) -> list[Fact]:
    """What one study shows and what its report denies."""
    free = list(spec()["findings"])
    rng.shuffle(free)
    facts: list[Fact] = []
    for _ in range(rng.randint(1, 4)):
        facts.extend(_stated(_taken(free), rng))
    stated = {fact.name for fact in facts}
    for name in [name for name in free if deniable(name)][: rng.randint(1, 5)]:
        if name in free and not (name == "opacity" and stated & set(names()["lungs"])):
            free.remove(name)
            _taken_with(name, free)
            facts.append(Fact(name, stated=False))
    return [*facts, *(_placed(name, rng) for name in rng.sample(list(spec()["devices"]), rng.choice([0, 0, 1, 2])))]


def written(facts: Sequence[Fact], seed: int) -> str:
    """The same seed says the same facts in the same words."""
    rng = Random(seed)
    stated = [fact for fact in facts if fact.stated]
    sentences = _said(stated, rng)
    sentences += _denials([fact for fact in facts if not fact.stated], rng)
    if rng.random() < 0.5:
        sentences.append(rng.choice(spec()["filler"]))
    rng.shuffle(sentences)
    if rng.random() < 0.3:
        return "FINDINGS: " + " ".join(sentences)
    return " ".join(sentences)


def _said(stated: Sequence[Fact], rng: Random) -> list[str]:
    """Two findings now and then in one sentence."""
    seeds = [rng.getrandbits(32) for _ in stated]
    plain = [fact.name in spec()["findings"] for fact in stated]
    sentences, at = [], 0
    while at < len(stated):
        own = Random(seeds[at])
        if own.random() < 0.2 and at + 1 < len(stated) and plain[at] and plain[at + 1]:
            sentences.append(joined(stated[at], stated[at + 1], own))
            at += 2
        else:
            sentences.append(sentence(stated[at], own))
            at += 1
    return sentences


def _denials(facts: Sequence[Fact], rng: Random, gone: str = "") -> list[str]:
    """Some in lists; `gone`: the finding whose word of denial is deleted, and of all that share it."""
    listed = [fact for fact in facts if "names" in spec()["findings"][fact.name]]
    many = rng.choice([0, 2, 3])
    group = listed[:many] if len(listed) >= many else []
    seeds = {fact.name: rng.getrandbits(32) for fact in facts}
    sentences = []
    if group:
        sentences.append(denied(group, Random(seeds[group[0].name]), deleted=gone in {fact.name for fact in group}))
    for fact in facts:
        if fact not in group:
            own = Random(seeds[fact.name])
            sentences.append(undenied(fact, own) if fact.name == gone else sentence(fact, own))
    return sentences


def _spoiled(facts: list[Fact], kind: str, rng: Random) -> Case | None:
    """A pair with one error of that kind; None where these facts leave no room for it."""
    choices = [fact for fact in facts if _open(fact, kind)]
    if kind == "invented":
        return _invented(facts, rng)
    if not choices:
        return None
    fact = rng.choice(choices)
    one = rng.getrandbits(32)
    other = one if rng.random() < ONE_WORDING else rng.getrandbits(32)
    if kind == "negation" and one == other:
        return _case(kind, fact, written(facts, one), _undenied(facts, fact, one))
    paired = sum(each.name == fact.name for each in facts) > 1
    spoiled = [new for each in facts for new in (_changed(each, kind, rng) if _hit(each, fact, kind) else [each])]
    case = _case(kind, fact, written(facts, one), written(spoiled, other))
    return replace(case, kinds=case.kinds | PAIRED[kind]) if paired and kind in PAIRED else case


def _hit(each: Fact, fact: Fact, kind: str) -> bool:
    """Of two sides with a grade each both change their side."""
    return each is fact or (kind == "side" and each.name == fact.name)


def _undenied(facts: Sequence[Fact], fact: Fact, seed: int) -> str:
    """The reference's words, and one denial's word deleted: sentences of the rest as they are."""
    rng = Random(seed)
    stated = _said([each for each in facts if each.stated], rng)
    sentences = stated + _denials([each for each in facts if not each.stated], rng, fact.name)
    rng.shuffle(sentences)
    return " ".join(sentences)


def _invented(facts: list[Fact], rng: Random) -> Case | None:
    free = [name for name in spec()["findings"] if name not in {fact.name for fact in facts}]
    for fact in facts:
        _taken_with(fact.name, free)
    devices = [name for name in spec()["devices"] if name not in {fact.name for fact in facts}]
    if not free or not devices:
        return None
    fact = _placed(rng.choice(devices), rng) if rng.random() < 0.2 else _stated(rng.choice(free), rng)[0]
    one = rng.getrandbits(32)
    return _case("invented", fact, written(facts, one), written([*facts, fact], rng.getrandbits(32)))


def _case(kind: str, fact: Fact, reference: str, draft: str) -> Case:
    return Case(reference, draft, kind, frozenset({kind}), frozenset(called(fact.name)))


def _open(fact: Fact, kind: str) -> bool:
    """Whether an error of that kind can be made of it."""
    device = fact.name in spec()["devices"]
    match kind:
        case "negation":
            return not fact.stated and deniable(fact.name)
        case "side":
            return fact.stated and bool(fact.side) and fact.position != "gone"
        case "severity":
            return fact.stated and bool(fact.grade)
        case "device":
            return device
    return fact.stated and fact.position != "gone"


def _changed(fact: Fact, kind: str, rng: Random) -> list[Fact]:
    match kind:
        case "dropped":
            return []
        case "negation":
            return _stated(fact.name, rng)[:1]
        case "side":
            return [replace(fact, side={"left": "right", "right": "left"}.get(fact.side) or rng.choice(SIDES))]
        case "severity":
            return [replace(fact, grade=rng.choice([grade for grade in GRADES if grade != fact.grade]))]
    return [replace(fact, position=rng.choice([state for state in ("good", "bad", "gone") if state != fact.position]))]


def _stated(name: str, rng: Random) -> list[Fact]:
    """One; or of some findings two, with a grade for each side."""
    entry = spec()["findings"][name]
    sides, graded = entry.get("sides", []), "grades" in entry
    grade = rng.choice(GRADES) if graded and rng.random() > UNGRADED else ""
    if entry.get("pairs") and graded and rng.random() < 0.15:
        first, second = rng.sample(GRADES, 2)
        return [Fact(name, side="left", grade=first), Fact(name, side="right", grade=second)]
    side = rng.choice(sides) if sides else ""
    return [
        Fact(name, side=side, grade=grade, lobe=rng.randrange(len(spec()["lobes"][side])) if entry.get("lobes") else -1)
    ]


def _placed(name: str, rng: Random) -> Fact:
    sides = spec()["devices"][name].get("sides", [])
    return Fact(name, side=rng.choice(sides) if sides else "", position=rng.choice(["good", "good", "bad"]))


def _taken(free: list[str]) -> str:
    name = free.pop()
    _taken_with(name, free)
    return name


def _taken_with(name: str, free: list[str]) -> None:
    for group in names()["groups"]:
        if name in group:
            free[:] = [each for each in free if each not in group]
