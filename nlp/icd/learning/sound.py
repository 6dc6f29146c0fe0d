"""Which decisions the coder may be trained on: not what one says of a phrase against all others."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from nlp.icd.learning.votes import Ballot, Key, Mark, ballots

AGREE = 2  # coders net that settle what a phrase stands for
Phrase = tuple[str, str, str]


def sound(marks: Collection[Mark]) -> list[bool]:
    """One answer a mark, in order. Where a phrase has no settled use, whoever says something of it is believed."""
    found = ballots(marks)
    codes: dict[Phrase, list[str]] = defaultdict(list)
    for *phrase, code in found:
        codes[phrase[0], phrase[1], phrase[2]].append(code)
    return [not _overruled(mark, found, codes) for mark in marks]


def _overruled(mark: Mark, found: Mapping[Key, Ballot], codes: Mapping[Phrase, Sequence[str]]) -> bool:
    """Two more of the others say the contrary; or nobody else says this, and they agree on another code."""
    phrase = (mark.phrase, mark.language, mark.system)
    others = _others(found[*phrase, mark.code], mark.coder)
    if not mark.agrees:
        return others >= AGREE
    alone = not found[*phrase, mark.code].support - {mark.coder}
    elsewhere = (_others(found[*phrase, code], mark.coder) for code in codes[phrase] if code != mark.code)
    return others <= -AGREE or (alone and any(net >= AGREE for net in elsewhere))


def _others(ballot: Ballot, coder: str) -> int:
    """Net votes of all but the coder."""
    return len(ballot.support - {coder}) - len(ballot.against - {coder})
