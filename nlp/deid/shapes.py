"""Protection by shape: results in rows, clock times, degrees, lots of vaccines. fhir_mappings/deid/safe/shapes.yaml"""

import re
from dataclasses import dataclass
from functools import lru_cache

from nlp.deid.safe import read
from nlp.deid.span import Span

LAYER = "shape"


@dataclass(frozen=True)
class Shape:
    pattern: re.Pattern[str]
    near: tuple[str, ...]  # one of these must occur in the text, in lower case

    def spans(self, text: str, lower: str) -> list[Span]:
        if self.near and not any(word in lower for word in self.near):
            return []
        group = "v" if "v" in self.pattern.groupindex else 0
        return [Span(*found.span(group), "PATIENT", LAYER) for found in self.pattern.finditer(text)]


@lru_cache(maxsize=1)
def known_shapes() -> tuple[Shape, ...]:
    return tuple(
        Shape(re.compile(said["find"], re.IGNORECASE | re.MULTILINE), tuple(said.get("near", ())))
        for said in read("shapes.yaml")["shapes"]
    )


def shapes(text: str) -> list[Span]:
    lower = text.lower()
    return [span for shape in known_shapes() for span in shape.spans(text, lower)]
