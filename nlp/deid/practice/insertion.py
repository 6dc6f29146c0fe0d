"""Text that names nobody becomes text that does: ages and dates in it are marked, names and the like put in."""

import re
from dataclasses import dataclass
from functools import cache, partial

from nlp.deid.practice.draft import Draft, Mark, rewrite
from nlp.deid.practice.knowledge import Split, load, of_split
from nlp.deid.practice.slots import Writer

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
MONTH = rf"(?:{'|'.join(MONTHS)}|Sept|{'|'.join(name[:3] for name in MONTHS)})\.?"
ONES = "one|two|three|four|five|six|seven|eight|nine"
WORDED = rf"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:{ONES}))?"
AGE = re.compile(
    rf"\b(\d{{1,3}}|{WORDED})(?=[- ]?(?:years?|yrs?|year)[- ](?:old|of age)|[- ]?y\.?/?o\b|[- ]months?[- ]old)"
    r"|(?<=\bage )\d{1,3}\b|(?<=\bage of )\d{1,3}\b|(?<=\baged )\d{1,3}\b(?! to)",
    re.IGNORECASE,
)
DATE = re.compile(
    rf"\b(?:{MONTH} (?:of )?(?:\d{{1,2}}(?:st|nd|rd|th)?(?:,? (?:19|20)\d\d)?|(?:19|20)\d\d)\b"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH}(?:,? (?:19|20)\d\d)?\b"
    r"|\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d\d)\b|\d{1,2}/(?:19|20)\d\d\b"
    rf"|(?<=\b[Ii]n )(?:{'|'.join(name for name in MONTHS if name != 'May')})\b"
    r"|(?<=\b[Ii]n )(?:19|20)\d\d\b|(?<=\b[Ss]ince )(?:19|20)\d\d\b|(?<=\bof )(?:19|20)\d\d\b)"
)
PERSON = re.compile(r"(?<=\bDr\. )[A-Z][\w'-]+|(?<=\bDr )[A-Z][\w'-]+|(?<=\bDoctor )[A-Z][\w'-]+")
PATIENT = re.compile(
    r"(?<=\bMr\. )[A-Z][\w'-]+|(?<=\bMrs\. )[A-Z][\w'-]+|(?<=\bMs\. )[A-Z][\w'-]+|(?<=\bMiss )[A-Z][\w'-]+"
)
OPENING = re.compile(r"^[A-Z][a-z]+ [A-Z][a-z]+(?= is an? )", re.MULTILINE)


@cache
def rules(split: Split) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((re.compile(pattern), of_split(phrases, split)) for pattern, phrases in load("insertion")["replace"])


@dataclass(frozen=True)
class Insertion:
    """`share`: how likely a place that could name somebody does."""

    writer: Writer
    share: float = 0.4

    def into(self, text: str) -> Draft:
        draft = self._named(Draft(text, marked(text)))
        for pattern, phrases in rules(self.writer.frames.split):
            draft = rewrite(draft, pattern, partial(self._put, phrases))
        return draft

    def _named(self, draft: Draft) -> Draft:
        """The corpus's own invented people are given other names, so that they can be told apart from theirs."""
        for pattern, label, form in (
            (PERSON, "STAFF", "last"),
            (PATIENT, "PATIENT", "last"),
            (OPENING, "PATIENT", "full"),
        ):
            draft = rewrite(draft, pattern, partial(self._name, f"{{{label}:{form}}}"))
        return draft

    def _name(self, slot: str, _: re.Match[str], into: Draft) -> bool:
        into.add(self.writer.write(slot))
        return True

    def _put(self, phrases: tuple[str, ...], found: re.Match[str], into: Draft) -> bool:
        rng = self.writer.rng
        if rng.random() > self.share * (0.25 if found[0] == "." else 1):
            return False
        before, put, after = rng.choice(phrases).partition("\\0")
        into.add(self.writer.write(before))
        into.say(found[0] if put else "")
        into.add(self.writer.write(after))
        return True


def marked(text: str) -> list[Mark]:
    """Ages and dates that stand in a text."""
    found: list[Mark] = []
    for said in AGE.finditer(text):
        value = said[0]
        old = int(value) > 89 if value.isdigit() else value.lower().startswith("ninety")
        found.append((*said.span(), "AGE90" if old else "AGE"))
    for said in DATE.finditer(text):
        if not any(start < said.end() and said.start() < end for start, end, _ in found):
            found.append((*said.span(), "DATE"))
    return sorted(found)
