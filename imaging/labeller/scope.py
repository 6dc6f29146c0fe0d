"""What a sentence says of a mention: there, not there, in doubt, or nothing of the film.

Cues (data/speech.yaml) are among the tokens of the sentence; from a mention they are walked to the left and right.
nlp.text's assertion reads notes about patients: tried first, it was slower and said less (docs/imaging-labeller.md).
Here are the habits of radiologists: lists behind "no", "clear of", "A versus B", explanations behind "may represent".
"""

from collections.abc import Sequence

from imaging.labeller.labelled import State
from imaging.labeller.lexicon import Token
from imaging.labeller.mentions import Mention

GRADES = frozenset({"mild", "moderate"})  # "no large effusion" denies no small one: large stays in the list
BEFORE = frozenset({"doubt.before", "silent.before"})
NUMBERS = " 0123456789.)-•*"  # of a list
STOPS = frozenset({"turn", "open", "shown", "explains", "no.before", "gone.before", *BEFORE})


def state(lower: str, found: Sequence[Token], each: Mention) -> State | None:
    """None where it says nothing of the film: advice, history, what a normal organ would deny if it were normal."""
    said = _left(lower, found, each)
    if "no" in said:
        return None if each.denied else "negated"
    if each.denied:
        return "negated"
    if "silent" in said and not each.whole:
        return None
    behind = _right(lower, found, each)
    if "no" in behind:
        return "negated"
    if "silent" in behind or "silent" in said:
        return None
    return "uncertain" if "doubt" in said or "doubt" in behind else "present"


def _left(lower: str, found: Sequence[Token], each: Mention) -> set[str]:
    """Kinds of the cues before it that reach it."""
    said: set[str] = set()
    listed = graded = fresh = False  # a comma passed; a side or size passed; an item of its own, no longer of the list
    end = each.start
    for at in range(each.place - 1, -1, -1):
        token = found[at]
        word, between = token.word, lower[token.end : end]
        listed |= "," in between
        if graded and ("," in between or " and " in between):
            fresh |= not _or(found, at)
        if word.cues:
            if "turn" in word.cues or "open" in word.cues:
                break
            if "no.before" in word.cues and not fresh and not (listed and each.denied):
                said.add("no")
                break
            if "gone.before" in word.cues or ("first.before" in word.cues and not lower[: token.start].strip(NUMBERS)):
                said.add("no")
                break
            said.update(cue.removesuffix(".before") for cue in word.cues if cue in BEFORE)
        graded |= bool(word.side or word.severity in GRADES)
        end = token.start
    return said


def _or(found: Sequence[Token], at: int) -> bool:
    """Whether the list goes on to an "or": then "no" still speaks of its graded items."""
    for token in found[at:]:
        if "turn" in token.word.cues:
            return False
        if "or" in token.word.cues:
            return True
    return False


def _right(lower: str, found: Sequence[Token], each: Mention) -> set[str]:
    """Kinds of the cues behind it that reach it, over the rest of a list."""
    passed = organ = False
    for token in found[each.place + 1 :]:
        cues = token.word.cues
        if not cues:
            passed |= bool(token.word.findings)
            organ |= bool(token.word.organs)
            continue
        if organ and "normal" in token.word.qualities:
            return set()
        if "versus" in cues:
            return set() if passed else {"doubt"}
        kinds = {cue.removesuffix(".after") for cue in cues if cue.endswith(".after")}
        if kinds:
            between = lower[each.end : token.start]
            return kinds if "," not in between or " or " in between or " and " in between else set()
        if cues & STOPS:
            return set()
    return set()
