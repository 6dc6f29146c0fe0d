"""Known mail addresses, links, user names and IP addresses in a text, and those that are made of a known name."""

import re
from collections.abc import Iterator

from nlp.deid.known.knowledge import frequency
from nlp.deid.known.page import Page, fold, words_of
from nlp.deid.known.runs import DISGUISED, EXACT, LAYER
from nlp.deid.known.terms import glued, namings, terms, usernames
from nlp.deid.person import Identifier, Person
from nlp.deid.span import Span

MAIL = re.compile(r"[\w.+%-]+ ?(?:@|＠|\(at\)|\[at\]) ?[\w-]+(?:\.[\w-]+)+")
LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+|\b[\w-]+\.(?:com|org|net|example|es|cn|io|me)/[^\s<>\"')\]]+")
HANDLE = re.compile(r"(?<![\w@])@[\w.]{3,}")
FORM_FROM = 5  # letters below which a user name or a mailbox says nothing


class ContactFinder:
    def __init__(self, person: Person) -> None:
        self.forms: dict[str, str] = {}
        for found in person.identifiers:
            if found.part in ("email", "url") or found.label in ("EMAIL", "URL", "USERNAME", "IP"):
                self._add(found)
        known = namings(person)
        named = {word for word in terms(known) if len(word) > 3} | glued(known).keys() | usernames(known).keys()
        self.named = re.compile("|".join(sorted(map(re.escape, named), key=len, reverse=True))) if named else None

    def _add(self, found: Identifier) -> None:
        value = fold(found.value.strip()).removeprefix("mailto:")
        label = "EMAIL" if "@" in value else found.label
        mailbox, at, domain = value.partition("@")
        forms = {value}
        if at:
            forms |= {
                f"{mailbox} at {domain}",
                value.replace(".", " dot ").replace("@", " at "),
                f"{mailbox} @ {domain}",
            }
        if label == "URL":
            forms.add(re.sub(r"^https?://(?:www\.)?|/$", "", value))
        for form in forms:
            if len(form) >= FORM_FROM:
                self.forms[form] = label
        if at and len(mailbox) >= FORM_FROM and frequency("".join(words_of(mailbox)), "es") < 2:
            self.forms.setdefault(mailbox, "USERNAME")

    def find(self, page: Page) -> Iterator[Span]:
        for form, label in self.forms.items():
            at = page.folded.find(form)
            while at >= 0:
                if _bounded(page.folded, at, at + len(form)):
                    yield Span(at, at + len(form), label, LAYER, EXACT)
                at = page.folded.find(form, at + 1)
        if self.named:
            yield from self._made(page)

    def _made(self, page: Page) -> Iterator[Span]:
        """Mail and links made of a name, whoever's server they are on."""
        folded = page.folded
        patterns = ((MAIL, "EMAIL"), (HANDLE, "USERNAME")) if "@" in folded or "at" in folded else ()
        for pattern, label in (*patterns, *(((LINK, "URL"),) if "/" in folded or "www" in folded else ())):
            for found in pattern.finditer(folded):
                if self.named and self.named.search(found.group()):
                    end = found.start() + len(found.group().rstrip(".,;"))
                    yield Span(found.start(), end, label, LAYER, DISGUISED)


def _bounded(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() and start) and not text[end : end + 1].isalnum()
