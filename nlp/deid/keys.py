"""The secrets of a person and of the lake: what open ids and surrogates are drawn from."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Secret:
    """Of one subject, from phi/identities. Erasing that row makes all that was drawn from it final."""

    subject_id: int
    open_id: int
    salt: bytes
    offset_weeks: int = 0
    opt_out: bool = False

    @property
    def offset(self) -> timedelta:
        return timedelta(weeks=self.offset_weeks)


def rekey(salt: bytes, kind: str, value: str) -> str:
    """The open id of an id: 32 hexadecimal digits, a keyed digest of kind (FHIR type, `note`, `identifier`) and id.

    The key is random and secret, so it is no code derived from the identifier in the sense of 164.514(c).
    """
    return hashlib.blake2b(f"{kind}/{value}".encode(), key=salt, digest_size=16).hexdigest()


def draw(salt: bytes, what: str, below: int) -> int:
    """A number from 0 that is the same for the same person and question every night."""
    digest = hashlib.blake2b(what.encode(), key=salt, digest_size=8).digest()
    return int.from_bytes(digest, "big") % below
