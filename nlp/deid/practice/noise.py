"""What happens to text on its way into a chart: capitals, wrapped lines, slips of the finger, a scanner's eye."""

import re
from collections.abc import Callable
from random import Random

from nlp.deid.practice.draft import Draft
from nlp.deid.practice.names import invented

WORD = re.compile(r"[A-Za-z]{4,}")
SEEN = {"O": "0", "0": "O", "l": "1", "1": "l", "I": "l", "S": "5", "5": "S", "B": "8", "m": "rn", "e": "c", "g": "q"}


def noisy(draft: Draft, rng: Random) -> Draft:
    """Most notes are clean; every kind of noise is drawn by itself."""
    if rng.random() < 0.6:
        draft = strange(draft, rng, rng.choice([0.01, 0.03, 0.08]))
    drawn = rng.random()
    if drawn < 0.15:
        draft = draft.outside(str.upper, str.upper)
    elif drawn < 0.21:
        draft = draft.outside(str.lower, str.lower)
    elif drawn < 0.23:
        draft = draft.outside(str.title, str.title)
    if rng.random() < 0.06:
        draft = _each(draft, rng, 0.012, _slip)
    if rng.random() < 0.05:
        draft = _each(draft, rng, 0.015, _scan)
    if rng.random() < 0.12:
        draft = glued(draft, rng)
    if rng.random() < 0.16:
        draft = wrapped(draft, rng.choice([60, 70, 72, 80, 100]))
    return draft


def strange(draft: Draft, rng: Random, rate: float) -> Draft:
    """Words that name nobody become words that nobody knows: a word is no name for being unknown."""

    def change(found: re.Match[str]) -> str:
        word = found[0]
        if rng.random() >= rate:
            return word
        made = invented(rng)
        if rng.random() < 0.25:
            return made[: rng.choice([2, 3, 4])].upper()
        return made.upper() if word.isupper() else made.lower() if word.islower() else made

    return draft.outside(lambda text: WORD.sub(change, text), str)


def _each(draft: Draft, rng: Random, rate: float, change: Callable[[Random, str], str]) -> Draft:
    def letters(text: str) -> str:
        return "".join(change(rng, c) if c.isalnum() and rng.random() < rate else c for c in text)

    return draft.outside(letters, letters)


def _slip(rng: Random, letter: str) -> str:
    return rng.choice(["", letter * 2, rng.choice("aeiorstn") if letter.islower() else letter])


def _scan(rng: Random, letter: str) -> str:
    return SEEN.get(letter, letter + rng.choice(["", " ", "."]))


def glued(draft: Draft, rng: Random) -> Draft:
    """Now and then the space before or after a name is lost."""
    done, place = Draft(), 0
    for start, end, label in sorted(draft.marks):
        between = draft.text[place:start]
        if between[-1:] == " " and rng.random() < 0.12:
            between = between[:-1]
        done.say(between)
        done.mark(label, draft.text[start:end])
        place = end
        if draft.text[end : end + 1] == " " and rng.random() < 0.06:
            place += 1
    done.say(draft.text[place:])
    return done


def wrapped(draft: Draft, width: int) -> Draft:
    """Lines end where they are full, in the middle of a name if need be; offsets stay."""
    text, column = list(draft.text), 0
    spaces = [found.start() for found in re.finditer(" ", draft.text)]
    follows = dict(zip(spaces, [*spaces[1:], len(text)], strict=False))
    for at, letter in enumerate(text):
        column = 0 if letter == "\n" else column + 1
        if letter == " " and column + follows[at] - at > width:
            text[at], column = "\n", 0
    return Draft("".join(text), draft.marks)
