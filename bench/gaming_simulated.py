"""Reports of simulated chest films as bench.gaming reads them: what stands under findings and impression, in lines."""

import re

from simulate.notes.corpus import draw_notes

FINDINGS = re.compile(r"^(?:findings|report):\s*", re.I | re.M)
IMPRESSION = re.compile(r"^(?:impression|conclusion|opinion):\s*", re.I | re.M)
CHEST = re.compile(r"\b(?:chest|lungs?|heart|cardi\w+|pleural|pulmonary)\b", re.I)


def reports(many: int, seed: int) -> list[str]:
    """Of distinct films; narrative style, no broken lines."""
    found: list[str] = []
    for note in draw_notes(100 * many, seed, styles=("narrative",), kinds=("radiology",), share=1.0):
        text = body(note.text)
        if CHEST.search(text):
            found.append(text)
        if len(found) == many:
            break
    return found


def body(text: str) -> str:
    """Findings and impression, a line each; what is signed below is left out."""
    begin, middle = FINDINGS.search(text), IMPRESSION.search(text)
    if begin is None or middle is None:
        return ""
    findings = " ".join(text[begin.end() : middle.start()].split())
    impression = " ".join(text[middle.end() :].split("\n\n")[0].split())
    return f"{findings}\n{impression}"
