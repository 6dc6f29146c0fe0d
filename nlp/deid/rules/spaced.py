"""Text whose letters stand apart, as scanners leave it, closed up again, with the way back to the note's offsets."""

import re
from dataclasses import dataclass, replace

from nlp.deid.span import Span

APART = re.compile(r"(?<!\S)(?:[^\W_][:.,/\-]? ){3,}[^\W_][:.,/\-]?(?!\S)")  # P a t i e n t : J o h n


@dataclass(frozen=True)
class View:
    """`origin[i]` is where character i of `text` stands in the note."""

    text: str
    origin: tuple[int, ...]

    def back(self, span: Span) -> Span:
        return replace(span, start=self.origin[span.start], end=self.origin[span.end - 1] + 1)


def closed_up(text: str) -> View | None:
    """None where nothing stands apart. Single blanks between single characters go; two blanks become one."""
    gone: set[int] = set()
    for match in APART.finditer(text):
        gone.update(i for i in range(match.start(), match.end()) if text[i] == " ")
    if not gone:
        return None
    for wide in re.finditer(r"(?<= ) +", text):
        gone.update(range(*wide.span()))
    kept = [i for i in range(len(text)) if i not in gone]
    return View("".join(text[i] for i in kept), tuple(kept))
