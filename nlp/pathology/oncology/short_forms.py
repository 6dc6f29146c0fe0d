"""Short forms that a text explains: "carcinoma ductal infiltrante (CDI)"."""

import re

from nlp.pathology.oncology.words import plain, short_form

BEFORE = 90  # letters before a bracket that can be what it abbreviates


def written_out(text: str, mention: str) -> str:
    """The words that stand before the mention where a text has it in brackets; else the mention itself."""
    short = mention.strip()
    if not short_form(short):
        return mention
    found = re.search(rf"[(\[]\s*{re.escape(short)}s?\s*[)\],;]", text)
    if found is None:
        return mention
    before = re.split(r"[.;:\n()]", text[max(0, found.start() - BEFORE) : found.start()])[-1].split()
    before = before[-(2 * len(short) + 2) :]
    first = next((at for at, word in enumerate(before) if plain(word)[:1] == plain(short)[:1]), None)
    return mention if first is None else " ".join(before[first:])
