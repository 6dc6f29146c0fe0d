"""Whether a note speaks of several patients, so that nobody can tell whose a finding is."""

import re
from collections.abc import Iterator

from nlp.adverse.chart.onset_words import onset_words


def several(text: str) -> bool:
    """Two numbered patients, or two different names or record numbers under the same label."""
    for pattern in (onset_words().numbered, onset_words().named):
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
