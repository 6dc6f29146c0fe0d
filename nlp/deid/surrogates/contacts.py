"""Mail and web addresses, user names, network addresses: of the surrogate names, at places kept for examples."""

import ipaddress
import re
from dataclasses import replace

from nlp.deid.surrogates.forbidden import fold
from nlp.deid.surrogates.names import Asked, Names
from nlp.deid.surrogates.numbers import Numbers
from nlp.deid.surrogates.permute import keyed
from nlp.deid.surrogates.words import Words

PIECE = re.compile(r"[^\W\d_]+|\d+")
EXAMPLES = ("example.org", "example.com", "example.net")
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")  # RFC 5737
URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*://)?(?P<www>www\.)?(?P<host>[^/:?#\s]+)(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
USUAL = frozenset({"www", "http", "https", "html", "htm", "php", "pdf", "com", "org", "net", "mail", "index"})


class Contacts:
    def __init__(self, salt: bytes, names: Names, words: Words, numbers: Numbers) -> None:
        self._salt, self._names, self._words, self._numbers = salt, names, words, numbers

    def email(self, text: str) -> str:
        if "@" not in text:
            return self.username(text)
        local, _, domain = text.rpartition("@")
        return f"{self.username(local)}@{self._host(domain)}"

    def _host(self, domain: str) -> str:
        """A name of its own below a domain for examples, so that two hosts stay two."""
        front = self._words.drawn(re.split(r"\W", fold(domain).removeprefix("www."))[0] or "host")
        front = "".join(char for char in fold(front) if char.isascii() and char.isalnum()) or "site"
        return f"{front}.{EXAMPLES[keyed(self._salt, f'host/{fold(domain)}') % len(EXAMPLES)]}"

    def url(self, text: str) -> str:
        if "@" in text.split("/")[0]:
            return self.email(text)
        found = URL.fullmatch(text)
        if not found:
            return self.username(text)
        return f"{found['scheme'] or ''}{found['www'] or ''}{self._host(found['host'])}{self.username(found['rest'])}"

    def username(self, text: str) -> str:
        return PIECE.sub(lambda piece: self._piece(piece.group()), text)

    def _piece(self, text: str) -> str:
        if text.isdecimal():
            return self._numbers.number(text)
        if fold(text) in USUAL:
            return text
        if len(text) == 1:
            return self._names.initial(text, "PATIENT")
        known = next((name for name in self._words.known if self._is_initial_and(text, name)), None)
        if known:
            return self._names.initial(text[0], "PATIENT") + self._plain(text[1:], known)
        return self._plain(text, text)

    def _is_initial_and(self, text: str, name: str) -> bool:
        """jsmith, where Smith is known."""
        return len(name) > 2 and fold(text)[1:] == name and fold(text) not in self._words.known

    def _plain(self, text: str, name: str) -> str:
        made = self._names.word(name if not text.isupper() else name.upper(), replace(Asked(), label="USERNAME"))
        made = "".join(char for char in fold(made) if char.isalnum())
        return made.upper() if text.isupper() else made

    def ip(self, text: str) -> str:
        """An address out of the ranges for documentation."""
        number = keyed(self._salt, f"ip/{text.lower()}")
        try:
            version = ipaddress.ip_address(text.strip()).version
        except ValueError:
            return self._numbers.number(text)
        if version == 4:
            return f"{NETWORKS[number % 3]}.{1 + number // 3 % 254}"
        return f"2001:db8::{number >> 48:x}:{number >> 32 & 0xFFFF:x}"
