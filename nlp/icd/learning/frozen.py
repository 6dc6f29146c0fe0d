"""Which charts are coded with suggestions hidden: the set on which no new artifact may do worse."""

import hashlib

SHARE = 0.02


def blind(encounter_id: str, share: float = SHARE, key: bytes = b"") -> bool:
    """The same answer every night; whoever does not have the key cannot choose which charts these are."""
    digest = hashlib.blake2b(f"blind/{encounter_id}".encode(), key=key[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big") < share * 2.0**64
