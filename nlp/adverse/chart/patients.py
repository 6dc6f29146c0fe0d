"""Whether a note speaks of several patients, so that nobody can tell whose a finding is."""

import re
from collections.abc import Iterator

NUMBERED = re.compile(r"(?im)^[\W_]*(?:patient|paciente|pt|case|caso|bed|cama|room|habitación|subject)\s*(?:no\.?|nº|#|number)?\s*(\d{1,3}|[a-h])\b(?=\s*[:.)\-–,(]|\s*$)")
NAMED = re.compile(r"(?im)^[\W_]*(?:(?:patient(?:'s)?\s+)?name|patient|paciente|nombre(?:\s+del\s+paciente)?|mrn|medical record(?:\s+number)?|nhc|historia)\s*(?:no\.?|nº|#)?\s*[:#]\s*(\S[^\n,;|]{1,40})")  # fmt: skip


def several(text: str) -> bool:
    """Two numbered patients, or two different names or record numbers under the same label."""
    for pattern in (NUMBERED, NAMED):
        labels: dict[str, set[str]] = {}
        for label, value in _values(pattern, text):
            labels.setdefault(label, set()).add(value)
        if any(len(values) > 1 for values in labels.values()):
            return True
    return False


def _values(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    for match in pattern.finditer(text):
        label = text[match.start() : match.start(1)]
        yield re.sub(r"[\W\d_]+", " ", label).strip().lower(), " ".join(match[1].lower().split())
