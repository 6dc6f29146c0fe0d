"""Conditional references of a group (Practitioner?identifier=system|value): asked for, and answered where possible."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

ASKED = re.compile(rb'"reference":\s*"([A-Za-z]+\?identifier=[^"]+)"')
MARK = b"?identifier="


@dataclass
class Links:
    """Memory: one entry a shared resource with identifiers, and one a distinct conditional reference."""

    known: dict[str, str | None] = field(default_factory=dict)  # the reference -> Type/id; None: several answer to it
    asked: Counter[bytes] = field(default_factory=Counter)

    def offer(self, kind: str, resource: Mapping[str, Any]) -> None:
        said = resource.get("identifier")
        for identifier in said if isinstance(said, list) else ():
            if isinstance(identifier, dict) and "value" in identifier:
                name = f"{kind}?identifier={identifier.get('system', '')}|{identifier['value']}"
                target = f"{kind}/{resource['id']}"
                self.known[name] = target if self.known.get(name, target) == target else None

    def ask(self, raw: bytes) -> None:
        if MARK in raw:
            self.asked.update(ASKED.findall(raw))

    def answers(self) -> dict[str, str]:
        """The references that were asked for and found, as they stand in the JSON."""
        found = {asked.decode(): self.known.get(unquote(asked.decode())) for asked in self.asked}
        return {asked: target for asked, target in found.items() if target}

    def unanswered(self) -> int:
        answered = self.answers()
        return sum(count for asked, count in self.asked.items() if asked.decode() not in answered)


def relink(raw: bytes, answers: Mapping[bytes, bytes]) -> bytes:
    return ASKED.sub(lambda found: b'"reference":"' + answers.get(found[1], found[1]) + b'"', raw)
