"""Passwords: what may be one (NIST SP 800-63B: length, no composition), and argon2id of them."""

import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contract.errors import InputError

SHORTEST, LONGEST = 12, 1024
TOO_KNOWN = ("password", "passwort", "kennwort", "motdepasse", "contraseña", "qwertyuiop", "qwertzuiop", "letmein",
             "changeme", "administrator", "welcome", "iloveyou", "chartloom", "hospital", "coder", "review",
             "123456789012", "0123456789")  # fmt: skip
hasher = PasswordHasher()  # argon2id as RFC 9106 advises: 64 MiB, three passes
_room = BoundedSemaphore(2)  # at once: a crowd at the door must not use up the memory
_nobody: dict[PasswordHasher, str] = {}


class Unfit(InputError):
    """A name, role or password that cannot be taken; says why, and what would do."""


def digest(password: str) -> str:
    with _room:
        return hasher.hash(_plain(password))


def fits(stored: str | None, password: str) -> bool:
    """As much work where nothing is stored: the time does not tell whether a name is known."""
    with _room:
        if hasher not in _nobody:
            _nobody[hasher] = hasher.hash("nobody signs in with this")
        try:
            return hasher.verify(stored or _nobody[hasher], _plain(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(stored: str) -> bool:
    """Made with other parameters than we use today."""
    return hasher.check_needs_rehash(stored)


def judge(password: str, name: str = "", shown: str = "") -> None:
    """Raises Unfit."""
    plain = unicodedata.normalize("NFKC", password)
    folded = left = "".join(plain.casefold().split())
    if not SHORTEST <= len(plain) <= LONGEST:
        raise Unfit(f"This password has {len(plain)} characters; {SHORTEST} to {LONGEST} are needed. A few words do.")
    if len(set(folded)) < 4:
        raise Unfit("This password repeats the same few characters. A few words that only you would put together do.")
    personal = [part.casefold() for part in (name, *shown.split(), *name.replace("@", ".").split(".")) if len(part) > 2]
    for known in (*TOO_KNOWN, *personal):
        left = left.replace(known, "")
    if len(left) < SHORTEST // 2:
        raise Unfit("This password is little more than your name or a word that everybody tries. A few words do.")


def _plain(password: str) -> bytes:
    """Composed as one, however the keyboard does it."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
