"""Which notes can be de-identified at all. What cannot is withheld, never passed through."""

import re
from collections.abc import Sequence

from nlp.text.language import guess
from nlp.text.nearest import nearest

ENOUGH = 100
"""Characters from which a text must say what language it is in; a shorter one is read as its neighbours are."""
UNREADABLE = 0.01
"""Share of control and replacement characters from which a text is no text."""
HIDDEN = re.compile(r"\w[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+\w")
"""A character that nobody sees in the middle of a word: what is written is not what is read."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffd]")
MESSAGES = {
    "unknown-language": "the language is none of those read here ({languages}); add a tagger and rules for it.",
    "binary": "more than 1 % of the characters are control or replacement characters; extract the text again.",
    "hidden-characters": "a word holds characters that are not shown; remove them at the source.",
    "deid-leak": "after de-identification an identifier of the person was still found; read the note and report it.",
    "no-patient": "the note belongs to no patient, so nobody's identifiers can be looked for; name its patient.",
}
WITHHELD = "the policy withholds what falls under this rule; docs/deid-policy.md says which and how to change it."


def language_of(text: str, said: str | None, known: Sequence[str]) -> str:
    """BCP 47 without region: what the text looks like; of a short one what was said, else the first of the known."""
    found = nearest(text)
    if len(text) >= ENOUGH:
        return (guess(text) or found) if found in (*known, "") else found
    primary = (said or "").lower().partition("-")[0]
    return guess(text) or next((name for name in (primary, found) if name in known), known[0])


def objection(text: str, language: str, known: Sequence[str]) -> str:
    """The rule by which a text cannot be de-identified; empty where it can."""
    if len(CONTROL.findall(text)) > UNREADABLE * len(text):
        return "binary"
    if HIDDEN.search(text):
        return "hidden-characters"
    return "" if language in known else "unknown-language"


def message(rule: str, languages: Sequence[str]) -> str:
    return MESSAGES.get(rule, WITHHELD).format(languages=", ".join(languages))
