"""Terms out of what coders marked: one vote a coder and term, so that nobody alone makes or unmakes one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from nlp.icd.learning.terms import ACTIVE, RETIRED, SHADOW, Term

Key = tuple[str, str, str, str]  # phrase, language, system, code


@dataclass(frozen=True, slots=True)
class Mark:
    """One coder said of one encounter that the phrase stands for the code, or that it does not."""

    phrase: str  # as `normal` writes it
    language: str
    system: str
    code: str
    coder: str
    agrees: bool = True


@dataclass(frozen=True)
class Rules:
    """`agree`: coders net of those against that make a term active. `most_alone`: terms that one coder alone may hold
    in shadow. `heard`, `trusted`: a coder whom others could judge in so many cases, and agreed with in less than this
    share of them, has no vote.
    """

    agree: int = 2
    most_alone: int = 2000
    heard: int = 10
    trusted: float = 0.5


@dataclass(frozen=True)
class Ballot:
    """Coders for and against one term."""

    support: frozenset[str]
    against: frozenset[str]

    @property
    def net(self) -> int:
        return len(self.support) - len(self.against)


def ballots(marks: Iterable[Mark]) -> dict[Key, Ballot]:
    """A coder who says both has the vote of what was said more often, and none where that is even."""
    tally: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for mark in marks:
        tally[mark.phrase, mark.language, mark.system, mark.code][mark.coder] += 1 if mark.agrees else -1
    return {
        key: Ballot(
            frozenset(coder for coder, votes in said.items() if votes > 0),
            frozenset(coder for coder, votes in said.items() if votes < 0),
        )
        for key, said in tally.items()
    }


def distrusted(found: Mapping[Key, Ballot], rules: Rules) -> frozenset[str]:
    """Coders whom the others contradict. Each other coder counts once a term, so nobody can outvote many."""
    agreed: dict[str, int] = defaultdict(int)
    judged: dict[str, int] = defaultdict(int)
    for ballot in found.values():
        for mine, others in ((ballot.support, ballot.against), (ballot.against, ballot.support)):
            for coder in mine:
                agreed[coder] += len(mine) - 1
                judged[coder] += len(mine) - 1 + len(others)
    suspects = [c for c, many in judged.items() if many >= rules.heard and agreed[c] < rules.trusted * many]
    # of two who only contradict each other neither is known to be wrong: others must stand by one of them
    return frozenset(c for c in suspects if any(_stands(found, c, other, agreed) for other in judged if other != c))


def _stands(found: Mapping[Key, Ballot], coder: str, other: str, agreed: Mapping[str, int]) -> bool:
    """The other contradicts the coder, and is agreed with more."""
    if agreed[other] <= agreed[coder]:
        return False
    return any(
        (coder in b.support and other in b.against) or (coder in b.against and other in b.support)
        for b in found.values()
    )


def terms(marks: Collection[Mark], rules: Rules = Rules()) -> list[Term]:
    """The terms that the marks come to, in the order of their keys."""
    out = distrusted(ballots(marks), rules)
    found = {key: b for key, b in ballots(m for m in marks if m.coder not in out).items() if b.support}
    kept = _capped(found, rules)
    voters: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for (phrase, language, system, _), ballot in found.items():
        voters[phrase, language, system] |= ballot.support | ballot.against
    return [
        Term(key[0], key[1], key[3], _state(found[key], rules), _weight(found[key], voters[key[:3]]), key[2])
        for key in sorted(kept)
    ]


def _state(ballot: Ballot, rules: Rules) -> str:
    if ballot.net >= rules.agree:
        return ACTIVE
    return RETIRED if len(ballot.against) >= rules.agree and ballot.net <= 0 else SHADOW


def _weight(ballot: Ballot, voters: set[str]) -> float:
    """Of all coders who said something of the phrase, the share that stands behind this code, net."""
    return max(0.0, ballot.net / len(voters))


def _capped(found: Mapping[Key, Ballot], rules: Rules) -> list[Key]:
    """Without what one coder alone says beyond the cap: the first in the order of keys stay."""
    alone: dict[str, int] = defaultdict(int)
    kept = []
    for key in sorted(found):
        if len(found[key].support) == 1:
            (coder,) = found[key].support
            alone[coder] += 1
            if alone[coder] > rules.most_alone:
                continue
        kept.append(key)
    return kept
