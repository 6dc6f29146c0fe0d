"""What is drawn with the page's key: the same answer each time, and nobody without the key can foresee it."""

import hashlib


def drawn(key: bytes, name: str, share: float) -> bool:
    """`name` says what is drawn and for what, such as second/CHART: draws of one chart know nothing of each other."""
    digest = hashlib.blake2b(name.encode(), key=key[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big") < share * 2.0**64
