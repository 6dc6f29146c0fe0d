"""One study's draft: a sentence for each stated finding, the negatives that are expected, or that nothing was found."""

from collections.abc import Callable

from imaging.draft import NORMAL, TEMPLATE, Draft, Sentence
from imaging.drafting import written
from imaging.drafting.checked import Prior, checked
from imaging.drafting.reading import LIKELY, Reading
from imaging.drafting.words import implied, normal, speech, templates, urgent
from imaging.finding import Finding

Choose = Callable[[Finding, str], tuple[str, str] | None]
"""A learned sentence that says this finding in this state, and its source; None: there is none."""
UNLIKE, NOTHING_KNOWN, NOTHING_SURE, UNREAD = "unlike-training", "nothing-known", "nothing-sure", "prior-not-read"


def drafted(read: Reading, choose: Choose, prior: Prior | None = None) -> Draft:
    """No text where the study is unlike training, or no head knows anything: flags say so."""
    if read.strange or not read.speaks:
        return Draft((), flags=(UNLIKE if read.strange else NOTHING_KNOWN,))
    stated = sorted(_once(read), key=lambda each: (urgent(each.name, each.position), -each.score, each.name))
    sentences = [_present(each, choose) for each in stated if each.name in templates()]
    sentences += _negatives(read, choose)
    if not read.present and not read.doubtful:
        sentences.append(Sentence(normal(), NORMAL, "negated", source=TEMPLATE))
    sentences += _compared(read, prior) if prior else []
    found = tuple(sorted(read.present.values(), key=lambda each: (-each.score, each.name)))
    doubtful = tuple(sorted(read.doubtful.values(), key=lambda each: (-each.score, each.name)))
    draft, removed = checked(Draft(tuple(sentences), found, (), doubtful), read, prior)
    flags = [*_flags(read), *sorted({f"removed:{each.why}" for each in removed if each.text != normal()})]
    return Draft(draft.sentences, found, (*flags, *(() if draft.sentences else (NOTHING_SURE,))), doubtful)


def _once(read: Reading) -> list[Finding]:
    """Without what another finding says already: a consolidation is an opacity, on its own side."""
    return [each for each in read.present.values() if not any(_says(other, each) for other in read.present.values())]


def _says(other: Finding, each: Finding) -> bool:
    """Whether the sentence of `other` says all of `each`."""
    return each.name in implied().get(other.name, ()) and all(
        getattr(each, aspect) in {"", getattr(other, aspect)} for aspect in ("side", "severity")
    )


def _present(found: Finding, choose: Choose) -> Sentence:
    text, source = choose(found, "present") or (written.present(found), TEMPLATE)
    return Sentence(text, found.name, "present", found.score, source)


def _negatives(read: Reading, choose: Choose) -> list[Sentence]:
    sentences = []
    for names in speech().pertinent:
        name = next((name for name in names if name in read.absent), "")
        if name and not any(read.shows(each) or each in read.doubtful for each in names):
            text, source = choose(Finding(name), "negated") or (written.absent(name), TEMPLATE)
            sentences.append(Sentence(text, name, "negated", read.absent[name], source))
    return sentences


def _compared(read: Reading, prior: Prior) -> list[Sentence]:
    """What is new, again seen or resolved, likely in one study and sure in the other; else it is not compared."""
    before, sentences = prior.reading, []
    now = [each.name for each in _once(read)]
    for name in sorted({*now, *(each.name for each in _once(before))} & set(templates()), key=lambda n: (urgent(n), n)):
        if name in now and _likely(read, name):
            claim = "unchanged" if _likely(before, name) else "new" if name in before.absent else ""
        else:
            claim = "resolved" if _goes(name) and name in read.absent and _likely(before, name) else ""
        if claim:
            text = written.against_prior(name, claim)
            sentences.append(Sentence(text, name, claim, source=TEMPLATE, prior=prior.study_id))
    return sentences


def _likely(read: Reading, name: str) -> bool:
    return max((each.score for each in read.shows(name)), default=0.0) >= LIKELY


def _goes(name: str) -> bool:
    return name not in speech().lasting


def _flags(read: Reading) -> list[str]:
    """What is doubtful, what of a finding is not known, what has no words, what is open, and what nobody can read."""
    mute, undecided = [], []
    decided = {*read.present, *read.doubtful, *read.absent}
    for names in speech().pertinent:
        if not read.speaks.intersection(names):
            mute.append(names[0])
        elif not decided.intersection(names):
            undecided.append(next(name for name in names if name in read.speaks))
    return [
        *(f"doubtful:{name}" for name in sorted(read.doubtful, key=urgent)),
        *read.unsure,
        *(f"no-words:{name}" for name in sorted(read.present) if name not in templates()),
        *(f"open:{name}" for name in undecided),
        *(f"not-read:{name}" for name in mute),
    ]
