"""The fact checker: of a draft by any system only those sentences stay that the readings of the study support."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from imaging.draft import GENERATED, NORMAL, Draft, Sentence
from imaging.drafting.reading import Reading, read_all
from imaging.drafting.stated import Said, changes, said
from imaging.drafting.words import urgent
from imaging.heads.readings import Readings
from imaging.labeller.headings import stated
from imaging.labeller.labeller import pieces

LETTER = re.compile(r"[^\W\d_]")
CLAIMS = ("new", "unchanged", "resolved")


@dataclass(frozen=True, slots=True)
class Removed:
    """`why`: nothing-stated, silent-part, uncertain, tip, prior, change, present:<name>, absent:<name>, side:<name>,
    severity:<name> or position:<name>: what the readings do not say."""

    text: str
    why: str


@dataclass(frozen=True)
class Prior:
    """The study before, as it was read; what is claimed of it must stand in its reading."""

    study_id: str
    reading: Reading


def checked(draft: Draft, read: Reading, prior: Prior | None = None) -> tuple[Draft, tuple[Removed, ...]]:
    """Texts of several sentences are judged sentence by sentence; those that stay carry their finding and score."""
    kept: list[Sentence] = []
    removed: list[Removed] = []
    for sentence in draft.sentences:
        for text, spoken in _pieces(sentence.text):
            here = replace(sentence, text=text)
            judged = _judged(here, read, prior) if spoken else "silent-part"
            if isinstance(judged, Sentence):
                kept.append(judged)
            else:
                removed.append(Removed(text, judged))
    return replace(draft, sentences=tuple(kept)), tuple(removed)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Sentences in order, and whether they stand in a part of a report that speaks of the film."""
    last = 0
    for start, end in [*stated(text), (len(text), len(text))]:
        for begin, finish, spoken in ((last, start, False), (start, end, True)):
            part = text[begin:finish]
            words = (" ".join(part[a:b].split()) for a, b in pieces(part, begin - text.rfind("\n", 0, begin) - 1))
            yield from ((each, spoken) for each in words if LETTER.search(each) and (spoken or not each.endswith(":")))
        last = end


def _judged(sentence: Sentence, read: Reading, prior: Prior | None) -> Sentence | str:
    """The sentence with what stands behind it, or why nothing does."""
    every, claims = said(sentence.text), changes(sentence.text)
    if not every:
        return "nothing-stated"
    claim = ""
    if claims or sentence.prior:
        claim = next(iter(claims & set(CLAIMS)), "")
        if prior is None or sentence.prior not in {"", prior.study_id}:
            return "prior"
        if not claim or len(claims - {"mentions"}) > 1:
            return "change"
    scores: dict[str, float] = {}
    for each in every:
        wanted = {"new": "present", "resolved": "negated"}.get(claim, each.state)
        score = _score(each, read) if each.state == wanted else "change"
        if isinstance(score, float) and claim and prior:
            score = _compared(each, claim, score, prior.reading)
        if isinstance(score, str):
            return score
        scores[each.finding.name] = score
    return _supported(sentence, every, scores, claim, prior)


def _supported(
    sentence: Sentence, every: tuple[Said, ...], scores: dict[str, float], claim: str, prior: Prior | None
) -> Sentence:
    there = [each for each in every if each.state == "present"]
    first = min(there or every, key=lambda each: urgent(each.finding.name, each.finding.position)).finding.name
    denies = not there and len(every) > 1
    name = sentence.finding if sentence.finding in scores else NORMAL if denies else first
    state = claim or ("present" if there else "negated")
    return replace(
        sentence,
        finding=name,
        state=state,
        score=min(scores.values()),
        source=sentence.source or GENERATED,
        prior=prior.study_id if prior and claim else "",
    )


def _score(each: Said, read: Reading) -> float | str:
    """Of what it says, or what of it is not supported."""
    found = each.finding
    if each.state == "uncertain":
        return "uncertain"
    if each.state == "negated":
        return read.absent.get(found.name, f"absent:{found.name}")
    if each.tip:
        return "tip"
    shown = read.shows(found.name)
    if not shown:
        return f"present:{found.name}"
    for aspect in ("side", "severity", "position"):
        word = getattr(found, aspect)
        if word and word not in {getattr(other, aspect) for other in shown}:
            return f"{aspect}:{found.name}"
    return max(other.score for other in shown)


def _compared(each: Said, claim: str, score: float, before: Reading) -> float | str:
    """The lower of both studies' scores; a change only where the study before says the other thing for sure."""
    name = each.finding.name
    was, was_not = max((other.score for other in before.shows(name)), default=0.0), before.absent.get(name, 0.0)
    absent = claim == "new" or (claim == "unchanged" and each.state == "negated")
    other = was_not if absent else was
    return min(score, other) if other > 0 else "change"


def all_checked(drafts: Sequence[Draft], readings: Readings) -> tuple[list[Draft], list[tuple[Removed, ...]]]:
    """Drafts of any system, one a study, against what the heads read of the same studies; no prior is known."""
    both = [checked(draft, read) for draft, read in zip(drafts, read_all(readings), strict=True)]
    return [draft for draft, _ in both], [removed for _, removed in both]
