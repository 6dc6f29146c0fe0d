"""Known mail addresses, links, user names and IP addresses in a text, and those that are made of a known name."""

import re
from collections.abc import Iterator

from nlp.deid.known.knowledge import frequency
from nlp.deid.known.page import Page, fold, words_of
from nlp.deid.known.runs import DISGUISED, EXACT, LAYER
from nlp.deid.known.terms import glued, namings, terms, usernames
from nlp.deid.person import Identifier, Person
from nlp.deid.span import Span

AT = re.compile(r" ?(?:@|[(\[]at[)\]]) ?")
MAILBOX = re.compile(r"[\w.+%-]{1,64}\Z")
DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*")
LINK = re.compile(r"https?://|www\.|\.(?:com|org|net|example|es|cn|io|me)/")
HOST = re.compile(r"[\w.-]{0,64}\Z")
PATH = re.compile(r"[^\s<>\"')\]]*")
FORM_FROM = 5  # letters below which a user name or a mailbox says nothing


class ContactFinder:
    def __init__(self, person: Person) -> None:
        self.forms: dict[str, str] = {}
        for found in person.identifiers:
            if found.part in ("email", "url") or found.label in ("EMAIL", "URL", "USERNAME", "IP"):
                self._add(found)
        known = namings(person)
        self.named = {word for word in terms(known) if len(word) > 2} | glued(known).keys() | usernames(known).keys()

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
        for found in AT.finditer(folded) if "@" in folded or "at)" in folded or "at]" in folded else ():
            lead, domain = (
                MAILBOX.search(folded[max(0, found.start() - 64) : found.start()]),
                DOMAIN.match(folded, found.end()),
            )
            if domain:
                start = found.start() - len(lead.group()) if lead else found.start()
                yield from self._if_named(folded, start, domain.end(), "EMAIL" if lead else "USERNAME")
        for found in LINK.finditer(folded):
            lead, path = (
                HOST.search(folded[max(0, found.start() - 64) : found.start()]),
                PATH.match(folded, found.end()),
            )
            if lead and path:
                yield from self._if_named(folded, found.start() - len(lead.group()), path.end(), "URL")

    def _if_named(self, folded: str, start: int, end: int, label: str) -> Iterator[Span]:
        text = folded[start:end].rstrip(".,;")
        if any(word in text for word in self.named):
            yield Span(start, start + len(text), label, LAYER, DISGUISED)


def _lead(text: str, end: int) -> str:
    return text[max(0, end - 64) : end]


def _bounded(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() and start) and not text[end : end + 1].isalnum()
