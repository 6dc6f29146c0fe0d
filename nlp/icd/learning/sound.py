"""Which decisions the coder may be trained on: not what one says of a phrase against all others."""

from collections.abc import Collection, Iterable, Mapping

from nlp.icd.learning.votes import Ballot, Key, Mark, ballots

AGREE = 2  # coders net that settle what a phrase stands for


def sound(marks: Collection[Mark]) -> list[bool]:
    """One answer a mark, in order. Where a phrase has no such settled use, whoever says something of it is believed."""
    found = ballots(marks)
    settled: dict[tuple[str, str, str], set[str]] = {}
    for key, ballot in found.items():
        if ballot.net >= AGREE:
            settled.setdefault(key[:3], set()).add(key[3])
    return [not _overruled(mark, found, settled) for mark in marks]


def _overruled(mark: Mark, found: Mapping[Key, Ballot], settled: Mapping[tuple[str, str, str], set[str]]) -> bool:
    """Two more of the others say the contrary; or nobody else says this, and all agree on another code."""
    phrase = (mark.phrase, mark.language, mark.system)
    ballot = found[*phrase, mark.code]
    others = _without(ballot.support, mark.coder) - _without(ballot.against, mark.coder)
    if not mark.agrees:
        return others >= AGREE
    alone = not ballot.support - {mark.coder}
    return others <= -AGREE or (alone and bool(settled.get(phrase, set()) - {mark.code}))


def _without(coders: Iterable[str], coder: str) -> int:
    return sum(each != coder for each in coders)
