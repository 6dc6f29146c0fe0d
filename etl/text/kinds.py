"""What kind of note a document is: by its codes, else by the words of its type."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

OTHER = "other"


@dataclass(frozen=True)
class Kinds:
    codes: Mapping[tuple[str, str], str]
    words: tuple[tuple[re.Pattern[str], str], ...]
    classes: frozenset[str]  # of encounters that are stays
    by_stay: Mapping[str, tuple[str, str]]  # what `kind` says -> the kind in a stay, and out of one

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Kinds":
        codes = {(system, code): kind for system, every in said["codes"].items() for code, kind in every.items()}
        words = tuple((re.compile(words, re.IGNORECASE), kind) for words, kind in said["words"])
        by_stay = {kind: (both[0], both[1]) for kind, both in said["stays"].items() if kind != "classes"}
        return cls(codes, words, frozenset(said["stays"]["classes"]), by_stay)

    def kind(self, said: str | None) -> str:
        """`said` is a JSON list of CodeableConcepts, the most telling first."""
        concepts = [concept for concept in json.loads(said or "[]") if concept]
        codings = [coding for concept in concepts for coding in concept.get("coding") or () if coding]
        for coding in codings:
            found = self.codes.get((coding.get("system") or "", coding.get("code") or ""))
            if found:
                return found
        words = " / ".join(_words(concepts))
        return next((kind for pattern, kind in self.words if pattern.search(words)), OTHER)


def _words(concepts: list[dict[str, Any]]) -> Iterator[str]:
    for concept in concepts:
        for coding in concept.get("coding") or ():
            yield (coding or {}).get("display") or ""
        yield concept.get("text") or ""
