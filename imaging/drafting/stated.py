"""What one sentence says, as findings: names, states, sides, severities, positions; and what it claims of a prior."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from imaging.drafting.words import implied, speech
from imaging.finding import Finding
from imaging.labeller.knowledge import spelled
from imaging.labeller.labelled import Labelled
from imaging.labeller.labeller import Labeller
from nlp.text.data_files import trie


@dataclass(frozen=True, slots=True)
class Said:
    """`tip`: of a device, where it ends. `finding` has score 1: the words are there."""

    finding: Finding
    state: str  # present, uncertain, negated
    tip: str = ""


@lru_cache(maxsize=50_000)
def said(sentence: str) -> tuple[Said, ...]:
    """In the order of the sentence; what another finding of the same state implies is left out."""
    labels = _labeller().one(sentence)
    every = [Said(_finding(label), label.state, label.device.tip if label.device else "") for label in labels]
    return tuple(each for each in every if not _follows(each, every))


def changes(text: str) -> frozenset[str]:
    """What is claimed of an earlier study: new, unchanged, resolved, other; or mentions, where it is only named."""
    every = _patterns()
    lower = every["hides"].sub("", text.lower())
    return frozenset(claim for claim, pattern in every.items() if claim != "hides" and pattern.search(lower))


def _finding(label: Labelled) -> Finding:
    device = label.device
    name = device.kind if device and device.kind != "other" else label.finding
    return Finding(name, label.side, label.severity, device.position if device else "")


def _follows(each: Said, every: Iterable[Said]) -> bool:
    """Implied by another, and no more than that: no other side and no other severity."""
    return any(
        each.finding.name in implied().get(other.finding.name, ())
        and each.state == other.state != "negated"
        and (each.finding.side, each.finding.severity) == (other.finding.side, other.finding.severity)
        for other in every
    )


@lru_cache(maxsize=1)
def _labeller() -> Labeller:
    return Labeller(remembered=0)


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    every = {**speech().changes, "mentions": speech().mentions, "hides": speech().hides}
    return {claim: re.compile(rf"(?<!\w)(?:{trie(sorted(spelled(words)))})(?!\w)") for claim, words in every.items()}
